"""The graph of a network as pictures that can stand in a page beside others, and as tables that say the same."""

from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from levit_explore.analysis.graph import Graph, graph
from levit_explore.analysis.parts import Level
from levit_explore.plan.flow import IMAGE
from levit_explore.plan.ops import Op
from levit_explore.plan.tree import Plan, Role, walk
from levit_explore.render.graphs.svg import svg

_LEVELS = (Level.STAGE, Level.BLOCK)
_PARTS = ("node", "cluster")  # the classes of what stands for a part of the network
SEVERAL = "several"


def graphs(plan: Plan, convention: str, prefix: str) -> list[dict[str, Any]]:
    """The graph by level: its boxes and edges, its picture, and the style of that apart, as a policy demands.

    Parts carry their path as `data-path` and their role as `data-role`; ids that are left begin with `prefix`, so that
    none is twice in a page.
    """
    roles = _roles(plan)
    return [_level(graph(plan, level, convention=convention), roles, f"{prefix}-{level}", level) for level in _LEVELS]


def _roles(plan: Plan) -> dict[str, str]:
    """The role of all that a part holds, by path; SEVERAL where there is more than one."""
    found: dict[str, set[Role]] = {}
    for step in walk(plan):
        if isinstance(step.node, Op):
            names = step.path.split(".")
            for end in range(1, len(names) + 1):
                found.setdefault(".".join(names[:end]), set()).add(step.role)
    return {path: str(next(iter(roles))) if len(roles) == 1 else SEVERAL for path, roles in found.items()}


def _level(graph: Graph, roles: dict[str, str], prefix: str, level: Level) -> dict[str, Any]:
    return {
        "level": str(level),
        "boxes": [
            {
                "path": box.path,
                "kind": box.kind,
                "out": list(box.out),
                "flops": box.cost.flops,
                "times": box.times,
                "share": box.cost.share,
            }
            for box in graph.boxes
        ],
        "edges": [
            {"source": edge.source, "target": edge.target, "shape": list(edge.shape), "skip": edge.skip}
            for edge in graph.edges
        ],
        **_picture(graph, roles, prefix),
    }


def _picture(graph: Graph, roles: dict[str, str], prefix: str) -> dict[str, str]:
    root = ElementTree.fromstring(svg(graph))
    styles = [(parent, child) for parent in root.iter() for child in parent if _tag(child) == "style"]
    for parent, child in styles:
        parent.remove(child)
    named = (root.get("aria-labelledby") or "").split()
    root.set("aria-labelledby", " ".join(f"{prefix}-{name}" for name in named))
    for element in root.iter():
        element.tag = _tag(element)
        _rename(element, named, roles, prefix)
    root.set("xmlns", "http://www.w3.org/2000/svg")
    return {
        "svg": ElementTree.tostring(root, encoding="unicode"),
        "style": "\n".join(style.text or "" for _, style in styles),
    }


def _rename(element: Element, named: list[str], roles: dict[str, str], prefix: str) -> None:
    """Leaves of an element's id what is needed: a path with its role, or a name that another element refers to."""
    name = element.attrib.pop("id", None)
    if name in named:
        element.set("id", f"{prefix}-{name}")
    elif name not in (None, IMAGE) and element.get("class") in _PARTS:
        element.set("data-path", name)
        element.set("data-role", roles[name])


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]
