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
from levit_explore.plan.levit import plan
from levit_explore.render.emit import SUFFIXES, Format, emit
from levit_explore.spec.load import bundled_names, load_spec
from levit_explore.spec.words import did_you_mean, listed, quoted

if TYPE_CHECKING:
    from levit_explore.analysis.biases import BiasMap
    from levit_explore.render.panels import View
    from levit_explore.spec.fields import Spec

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
    from levit_explore.analysis.bias_changes import compare as changes
    from levit_explore.render import figures, heatmap, npz
    from levit_explore.render.results.biases import bias_changes_sheet, biases_sheet

    place = _place(query)
    suffix = output.suffix.lower() if output is not None and form is None else ""
    known = (*figures.SUFFIXES, ".npz", *SUFFIXES)
    if output is not None and form is None and suffix not in known:
        raise LevitError(f"-o {output}: names no format; end it in {listed(list(known))}, or give --format")
    if view is not None and suffix not in figures.SUFFIXES:
        raise LevitError(f"--view {view}: is for figures; give -o with a suffix of {listed(list(figures.SUFFIXES))}")
    with step("reading"):
        subject, maps = _read(source, edits, size, weights, block)
        _, after = _read(compare, [], None, None, block) if compare is not None else (None, None)
    if after is not None:
        _check_weights({source: maps, str(compare): after})
    if output is not None and suffix in figures.SUFFIXES:
        name = subject if isinstance(subject, str) else subject.name
        with step("drawing"):
            figures.draw(maps, _view(view, maps), output, place, name, after, compare or "")
    elif output is not None and suffix == ".npz":
        npz.save(maps, output)
    elif after is not None and compare is not None:
        emit([bias_changes_sheet(subject, compare, changes(maps, after))], form, output)
    else:
        drawn = heatmap.heatmaps(maps if block else maps[:1], head if head is not None or block else 0, place)
        emit([biases_sheet(subject, maps, values)], form, output)
        if output is None and form in (None, Format.TABLE):
            heatmap.show(drawn)


def _read(
    source: str, edits: Sequence[str], size: str | None, weights: str | None, block: str | None
) -> tuple["Spec | str", list["BiasMap"]]:
    """What a spec or checkpoint is of and its bias maps, of one attention if `block` names it."""
    subject, maps = _all(source, edits, size, weights)
    chosen = [one for one in maps if block is None or one.path == block]
    if block is not None and not chosen:
        paths = [one.path for one in maps]
        fix = did_you_mean(block, paths) or f", such as {paths[0]}"
        raise LevitError(f"--block {block}: no attention of that path{fix}")
    return subject, chosen


def _all(
    source: str, edits: Sequence[str], size: str | None, weights: str | None
) -> tuple["Spec | str", list["BiasMap"]]:
    """The spec of a LeViT, or of a checkpoint of another network the name of the file; and all its bias maps."""
    from levit_explore.analysis.biases import bias_maps

    if source in bundled_names() or source == "-" or source.endswith((".yaml", ".yml")):
        if weights is not None:
            raise LevitError(f"{source}: --weights picks among the weights of a checkpoint, and this is a spec")
        planned = plan(load_spec(source, edits, size))
        return planned.spec, bias_maps(planned)
    if edits or size:
        raise LevitError(f"{source}: --set and --size edit specs, and this is a checkpoint")
    from levit_explore.model.checkpoint import recognise
    from levit_explore.model.families import foreign, foreign_maps
    from levit_explore.model.files import open_checkpoint

    file = open_checkpoint(source, weights)
    if file.weights:
        typer.echo(f"{source}: takes the weights under {file.weights} of {', '.join(file.choices)}", err=True)
    if foreign(file.shapes):
        return Path(source).name, foreign_maps(file)
    found = recognise(file)
    return found.spec, bias_maps(found.plan, {path: table.double().numpy() for path, table in found.biases().items()})


def _check_weights(compared: Mapping[str, Sequence["BiasMap"]]) -> None:
    """Raises LevitError where there is nothing to compare, because one side has no weights."""
    for source, maps in compared.items():
        if all(one.table is None for one in maps):
            raise LevitError(f"{source}: has no attention biases with values, so there is nothing to compare")


def _place(query: str | None) -> tuple[int, int] | None:
    if query is None:
        return None
    words = query.split(",")
    if len(words) != 2 or not all(word.strip().isdecimal() for word in words):
        raise LevitError(f"--query {quoted(query)}: is not a token; write its row and column, such as 3,4")
    return int(words[0]), int(words[1])


def _view(name: str | None, maps: Sequence["BiasMap"]) -> "View":
    from levit_explore.render.panels import View

    if name is None:
        return View.QUERY if any(one.learned for one in maps) else View.OFFSETS
    if name not in _VIEWS:
        fix = did_you_mean(name, _VIEWS)
        raise LevitError(f"--view {quoted(name)}: is not a view; choose {listed(list(_VIEWS))}{fix}")
    return View(name)
