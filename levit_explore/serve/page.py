"""The live page: a report's page with an editor before it."""

from copy import deepcopy
from functools import cache
from importlib.resources import files
from typing import Any

from levit_explore.render.report.page import Addition, page

_FOOTER = "Every number is computed by the server that gave this page; the page asks nothing of any other."


def live_page(answer: dict[str, Any], report: dict[str, Any]) -> str:
    """The page that shows a report and edits what it is about, from the answer to its address."""
    addition = Addition(
        style=_file("live.css"),
        markup=_file("editor.html"),
        script=_file("live.js"),
        data=answer,
        policy="connect-src 'self'",
        footer=_FOOTER,
    )
    return page(deepcopy(report), addition)  # which it takes the styles out of


@cache
def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
