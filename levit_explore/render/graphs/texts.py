"""Graphs in those forms that are text and need no program to draw them."""

from levit_explore.analysis.graph import Graph
from levit_explore.render.graphs.colors import Color
from levit_explore.render.graphs.direction import Direction

TEXTS = ("ascii", "mermaid", "json")


def as_text(graph: Graph, form: str, color: Color = Color.ROLE, direction: Direction = Direction.TB) -> str:
    """A graph in one of the forms of TEXTS."""
    match form:
        case "mermaid":
            from levit_explore.render.graphs.mermaid import mermaid

            return mermaid(graph, color, direction)
        case "json":
            from levit_explore.render.graphs.model_explorer import model_explorer
            from levit_explore.render.json import to_json

            return to_json(model_explorer(graph))
        case _:
            from levit_explore.render.graphs.ascii import ascii_boxes

            return ascii_boxes(graph)
