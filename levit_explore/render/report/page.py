"""The report as one file: the page, its style, its script and its data, which asks nothing of any network."""

import base64
import hashlib
import html
import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from levit_explore.analysis.biases import BiasMap
from levit_explore.plan.tree import Plan
from levit_explore.render.graphs.colors import ROLE_FILLS
from levit_explore.render.report.data import report_data

# What would end the element that the data stands in, or be read as markup or as the end of a line.
_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
_POLICY = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; img-src data:; base-uri 'none'; form-action 'none'"
)


def report(plans: Sequence[Plan], convention: str = "levit", maps: Sequence[BiasMap] | None = None) -> str:
    """The whole page about one network, or about several compared with the first; the same bytes for the same input.

    `convention` is shown first; `maps` are the bias maps of the first plan. Raises LevitError for a convention that
    is not known.
    """
    data = report_data(plans, convention, maps)
    style, script = "\n".join([_roles(), *_graph_styles(data), _file("report.css")]), _file("report.js")
    policy = _POLICY.format(script=_hash(script), style=_hash(style))
    parts = {
        "policy": policy,
        "title": html.escape(data["title"]),
        "style": style,
        "data": _embedded(data),
        "script": script,
    }
    return _filled(_file("page.html"), parts)


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
