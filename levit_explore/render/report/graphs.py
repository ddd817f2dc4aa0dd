"""The graph of a network as pictures that can stand in a page beside others."""

from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from levit_explore.analysis.graph import Level, graph
from levit_explore.plan.tree import Plan
from levit_explore.render.graphs.svg import svg

_LEVELS = (Level.STAGE, Level.BLOCK)
_PARTS = ("node", "cluster")  # the classes of what stands for a part of the network


def graphs(plan: Plan, convention: str, prefix: str) -> list[dict[str, Any]]:
    """The pictures by level, with the style that they need apart, for a policy allows a page's own style alone.

    Parts carry their path as `data-path`; ids that are left begin with `prefix`, so that none is twice in a page.
    """
    return [_picture(plan, level, convention, f"{prefix}-{level}") for level in _LEVELS]


def _picture(plan: Plan, level: Level, convention: str, prefix: str) -> dict[str, Any]:
    root = ElementTree.fromstring(svg(graph(plan, level, convention=convention)))
    styles = [(parent, child) for parent in root.iter() for child in parent if _tag(child) == "style"]
    for parent, child in styles:
        parent.remove(child)
    named = (root.get("aria-labelledby") or "").split()
    root.set("aria-labelledby", " ".join(f"{prefix}-{name}" for name in named))
    for element in root.iter():
        element.tag = _tag(element)
        _rename(element, named, prefix)
    root.set("xmlns", "http://www.w3.org/2000/svg")
    return {
        "level": str(level),
        "svg": ElementTree.tostring(root, encoding="unicode"),
        "style": "\n".join(style.text or "" for _, style in styles),
    }


def _rename(element: Element, named: list[str], prefix: str) -> None:
    """Leaves of an element's id what is needed: a path, or a name that another element refers to."""
    name = element.attrib.pop("id", None)
    if name in named:
        element.set("id", f"{prefix}-{name}")
    elif name is not None and element.get("class") in _PARTS:
        element.set("data-path", name)


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]
