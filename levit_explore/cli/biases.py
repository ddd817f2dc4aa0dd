"""The command about attention biases: of a spec, where they are offsets alone, or of a checkpoint that has learned."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from levit_explore.cli.commands import app
from levit_explore.cli.options import Edits, Form, Output, Size
from levit_explore.cli.progress import step
from levit_explore.cli.weights import Weights
from levit_explore.errors import LevitError
from levit_explore.render.emit import SUFFIXES, Format, emit
from levit_explore.spec.words import did_you_mean, listed, quoted

if TYPE_CHECKING:
    from levit_explore.analysis.biases import BiasMap
    from levit_explore.render.panels import View

_VIEWS = ("query", "quadrant", "unfolded", "prior", "profile", "offsets")


@app.command(epilog="Example: levit-explore biases digits.safetensors --block stages.0.blocks.1.attn --head 2")
def biases(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A checkpoint, or a spec: then offsets alone.")],
    edits: Edits = [],  # noqa: B006
    size: Size = None,
    weights: Weights = None,
    block: Annotated[
        str | None, typer.Option("--block", metavar="PATH", help="Only this attention: stages.0.blocks.1.attn.")
    ] = None,
    head: Annotated[int | None, typer.Option("--head", help="Draw this head of it (default: all).")] = None,
    query: Annotated[
        str | None, typer.Option("--query", metavar="Y,X", help="The query token (default: the middle one).")
    ] = None,
    view: Annotated[
        str | None, typer.Option("--view", metavar="VIEW", help=f"What a figure shows: {listed(list(_VIEWS))}.")
    ] = None,
    compare: Annotated[
        str | None,
        typer.Option(
            "--compare",
            metavar="OTHER",
            help="Show what changed from SOURCE to this checkpoint; --weights is for SOURCE.",
        ),
    ] = None,
    values: Annotated[bool, typer.Option("--values", help="Put every value into JSON and CSV.")] = False,
    form: Form = None,
    output: Output = None,
) -> None:
    """What attention biases are, and what a checkpoint has learned in them: as a table, a map, a figure or data."""
    from levit_explore.analysis.bias_changes import class_token_change, differences
    from levit_explore.analysis.bias_changes import compare as changes
    from levit_explore.model.bias_source import read
    from levit_explore.render import figures, heatmap, npz
    from levit_explore.render.results.bias_changes import bias_changes_sheet
    from levit_explore.render.results.biases import biases_sheet

    place = _place(query)
    suffix = _suffix(output, form, (*figures.SUFFIXES, ".npz", *SUFFIXES))
    pictured = suffix in figures.SUFFIXES
    if view is not None and not pictured:
        raise LevitError(f"--view {view}: is for figures; give -o with a suffix of {listed(list(figures.SUFFIXES))}")
    _check_drawn(output or form not in (None, Format.TABLE) or compare, head, None if pictured else query)
    with step("reading"):
        found = read(source, edits, size, weights, block)
        _tell(found.told)
        after = None if compare is None else read(compare, [], None, None, block)
        _tell(after.told if after else None)
    if after is not None and compare is not None:
        _check_compared({source: found.maps, compare: after.maps}, view, values)
    if output is not None and pictured:
        with step("drawing"):
            other = None if after is None else after.maps
            figures.draw(found.maps, _view(view, found.maps), output, place, found.name, other, compare or "")
    elif output is not None and suffix == ".npz":
        npz.save(found.maps if after is None else differences(found.maps, after.maps), output)
    elif after is not None and compare is not None:
        token = class_token_change(found.maps, after.maps)
        emit([bias_changes_sheet(found.subject, compare, changes(found.maps, after.maps), token)], form, output)
    else:
        shown = found.maps if block else found.maps[:1]
        drawn = heatmap.heatmaps(shown, head if head is not None or block else 0, place)
        emit([biases_sheet(found.subject, found.maps, values, found.assumed)], form, output)
        if output is None and form in (None, Format.TABLE):
            heatmap.show(drawn)


def _tell(words: str | None) -> None:
    if words is not None:
        typer.echo(words, err=True)


def _suffix(output: Path | None, form: Format | None, known: Sequence[str]) -> str:
    """The suffix that chooses the format, or "". Raises LevitError for one that names none."""
    if output is None or form is not None:
        return ""
    suffix = output.suffix.lower()
    if suffix not in known:
        raise LevitError(f"-o {output}: names no format; end it in {listed(list(known))}, or give --format")
    return suffix


def _check_drawn(elsewhere: object, head: int | None, query: str | None) -> None:
    """Raises LevitError for a head or a query where no map is drawn for it."""
    if elsewhere and head is not None:
        raise LevitError(f"--head {head}: is for the map in the terminal; figures, data and comparisons have all heads")
    if elsewhere and query is not None:
        raise LevitError(f"--query {query}: is for the map in the terminal or a figure, which this does not draw")


def _check_compared(maps: Mapping[str, Sequence["BiasMap"]], view: str | None, values: bool) -> None:
    """Raises LevitError where there is nothing to compare, or what is asked for does not change."""
    for source, found in maps.items():
        if all(one.table is None for one in found):
            raise LevitError(f"{source}: has no attention biases with values, so there is nothing to compare")
    if view == "offsets":
        raise LevitError("--view offsets: is the same before and after; choose another view for --compare")
    if values:
        raise LevitError("--values: a comparison has a row for each head; -o FILE.npz holds every difference")


def _place(query: str | None) -> tuple[int, int] | None:
    if query is None:
        return None
    words = query.split(",")
    if len(words) != 2 or not all(word.strip().isdecimal() for word in words):
        raise LevitError(f"--query {quoted(query)}: is not a token; write its row and column, such as 3,4")
    return int(words[0]), int(words[1])


def _view(name: str | None, maps: Sequence["BiasMap"]) -> "View":
    from levit_explore.render.panels import View, usual_view

    if name is None:
        return usual_view(maps)
    if name not in _VIEWS:
        fix = did_you_mean(name, _VIEWS)
        raise LevitError(f"--view {quoted(name)}: is not a view; choose {listed(list(_VIEWS))}{fix}")
    return View(name)
