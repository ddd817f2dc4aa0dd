"""The report as one file: the page, its style, its script and its data, which asks nothing of any network."""

import base64
import hashlib
import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from levit_explore.analysis.biases import BiasMap
from levit_explore.plan.tree import Plan
from levit_explore.render.graphs.colors import ROLE_FILLS
from levit_explore.render.report.data import report_data

SUFFIXES = (".html", ".htm")  # of files of pages

# What would end the element that the data stands in, or be read as markup or as the end of a line.
_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
_POLICY = (
    "default-src 'none'; script-src {scripts}; style-src '{style}'; img-src data:; base-uri 'none'; form-action 'none'"
)
_FOOTER = "Every number was computed when the page was made; the page asks nothing of any network."


@dataclass(frozen=True)
class Addition:
    """What a page has besides a report: a style, markup before the report, a script with its data, and a policy."""

    style: str
    markup: str
    script: str
    data: dict[str, Any]
    policy: str
    footer: str


def report(plans: Sequence[Plan], convention: str = "levit", maps: Sequence[BiasMap] | None = None) -> str:
    """The whole page about one network, or about several compared with the first; the same bytes for the same input.

    `convention` is shown first; `maps` are the bias maps of the first plan. Raises LevitError for a convention that
    is not known.
    """
    return page(report_data(plans, convention, maps))


def page(data: dict[str, Any], addition: Addition | None = None) -> str:
    """The page that shows a report's document, with what another page adds to it."""
    more = [addition] if addition else []
    styles = [_roles(), *_graph_styles(data), _file("report.css"), *(one.style for one in more)]
    style, scripts = "\n".join(styles), [_file("report.js"), *(one.script for one in more)]
    allowed = _POLICY.format(scripts=" ".join(f"'{_hash(script)}'" for script in scripts), style=_hash(style))
    parts = {
        "policy": "; ".join([allowed, *(one.policy for one in more)]),
        "title": html.escape(data["title"]),
        "style": style,
        "markup": "".join(one.markup for one in more),
        "footer": addition.footer if addition else _FOOTER,
        "data": _embedded(data),
        "script": scripts[0],
        "more": "".join(_more(one) for one in more),
    }
    return _filled(_file("page.html"), parts)


def _more(addition: Addition) -> str:
    """The elements of an addition's data and script."""
    data = f'<script type="application/json" id="more">{_embedded(addition.data)}</script>'
    return f"\n{data}\n<script>{addition.script}</script>"


@cache
def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _roles() -> str:
    """The colours of roles, which graphs have too; words in them are outlined in the same colour."""
    return "\n".join(
        f".{role} {{ fill: {color}; }} .{role} ~ .inside {{ stroke: {color}; }}" for role, color in ROLE_FILLS.items()
    )


def _graph_styles(data: dict[str, Any]) -> list[str]:
    """The styles of graphs, taken out of the data; those that are alike once."""
    return list(dict.fromkeys(graph.pop("style") for spec in data["specs"] for graph in spec["graphs"]))


def _hash(content: str) -> str:
    """The content of an element as a policy names it: what is between the tags, to the byte."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"


def _embedded(data: dict[str, Any]) -> str:
    """Data as JSON that is safe in a script element."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)


def _filled(page: str, parts: dict[str, str]) -> str:
    """A page with `{{name}}` replaced by its part, once, so that no part is looked into for another."""
    pieces = page.split("{{")
    filled = [pieces[0]]
    for piece in pieces[1:]:
        name, rest = piece.split("}}", 1)
        filled += [parts[name], rest]
    return "".join(filled)
