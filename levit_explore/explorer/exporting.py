"""Results as files: a graph, a report or rows, whichever the suffix of the file names."""

from pathlib import Path
from typing import TYPE_CHECKING

from levit_explore.analysis.counts import By
from levit_explore.errors import LevitError
from levit_explore.plan.tree import Plan
from levit_explore.spec.words import listed
from levit_explore.writing import write_file, write_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from levit_explore.analysis.biases import BiasMap  # imports numpy

GRAPHS = (".svg", ".png", ".pdf", ".dot", ".gv", ".mmd")
PAGES = (".html", ".htm")
ROWS = (".csv", ".json", ".md", ".txt")


def export(plan: Plan, convention: str, path: Path, maps: "Sequence[BiasMap] | None" = None) -> None:
    """Writes what the suffix of `path` names; `maps` are the biases that a report shows.

    Raises LevitError for another suffix, and where the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix in GRAPHS:
        _graph(plan, convention, path, suffix)
    elif suffix in PAGES:
        from levit_explore.render.report.page import report

        write_text(path, report([plan], convention, maps))
    elif suffix in ROWS:
        from levit_explore.render.emit import emit
        from levit_explore.render.results.counts import flops_sheet

        emit([flops_sheet(plan, By.BLOCK, convention)], None, path)
    else:
        raise LevitError(f"{path}: its suffix names no format; end it in {listed([*GRAPHS, *PAGES[:1], *ROWS])}")


def _graph(plan: Plan, convention: str, path: Path, suffix: str) -> None:
    from levit_explore.analysis.graph import graph
    from levit_explore.render.graphs.colors import Color
    from levit_explore.render.graphs.looks import look
    from levit_explore.render.graphs.mermaid import mermaid
    from levit_explore.render.graphs.picture import named, picture

    drawn = graph(plan, convention=convention)
    if suffix == ".mmd":
        write_text(path, mermaid(drawn, Color.ROLE))
    else:
        content = picture(drawn, look(drawn, Color.ROLE), named(path)).content
        write_file(path, lambda file: file.write_bytes(content))
