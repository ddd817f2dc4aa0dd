"""Pictures of graphs as files: SVG for pages, PNG and PDF on white, and the DOT source of them all."""

from pathlib import Path

from levit_explore.analysis.graph import Graph
from levit_explore.errors import LevitError
from levit_explore.render.graphs.direction import Direction
from levit_explore.render.graphs.dot import source
from levit_explore.render.graphs.engine import Drawn, draw
from levit_explore.render.graphs.looks import Look
from levit_explore.render.graphs.svg import painted
from levit_explore.spec.words import listed

MANY = 2_000  # boxes that take minutes
SUFFIXES = {".svg": "svg", ".png": "png", ".pdf": "pdf", ".dot": "dot", ".gv": "dot"}


def named(path: Path) -> str:
    """The form of picture that a file's suffix names. Raises LevitError for any other suffix."""
    if path.suffix.lower() not in SUFFIXES:
        raise LevitError(f"{path}: names no picture of a graph; end it in {listed(list(SUFFIXES))}")
    return SUFFIXES[path.suffix.lower()]


def slow(graph: Graph, form: str) -> str | None:
    """What to tell before a picture is drawn that takes long; None for one that does not."""
    if form == "dot" or len(graph.boxes) <= MANY:
        return None
    return f"drawing {len(graph.boxes):,} boxes may take minutes; a coarser level is quick"


def picture(graph: Graph, look: Look, form: str, direction: Direction = Direction.TB) -> Drawn:
    """A graph painted as `look` says, as "svg", "png", "pdf" or "dot"; the last needs no Graphviz."""
    if form == "svg":
        return painted(graph, look, direction)
    words = source(graph, look, direction)
    return Drawn(words.encode(), "") if form == "dot" else draw(words, form)
