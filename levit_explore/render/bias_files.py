"""Attention biases in a file, in the form that its suffix names: a figure, arrays or a table."""

from collections.abc import Sequence
from pathlib import Path

from levit_explore.analysis.biases import BiasMap
from levit_explore.render import emit, figures, npz
from levit_explore.render.panels import usual_view
from levit_explore.render.results.biases import biases_sheet, named
from levit_explore.spec.fields import Spec

SUFFIXES = (*figures.SUFFIXES, ".npz", *emit.SUFFIXES)


def save(subject: Spec | str, maps: Sequence[BiasMap], assumed: Sequence[str], path: Path) -> None:
    """Writes the biases of a network, as `biases -o` does without other options, to a file of a suffix in SUFFIXES.

    Raises LevitError where the file cannot be written, and for figures where there is nothing to draw.
    """
    suffix = path.suffix.lower()
    if suffix in figures.SUFFIXES:
        figures.draw(maps, usual_view(maps), path, None, named(subject))
    elif suffix == ".npz":
        npz.save(maps, path)
    else:
        emit.emit([biases_sheet(subject, maps, assumed=assumed)], None, path)
