"""The command that opens the explorer. Textual is imported by this one alone."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from levit_explore.analysis.conventions import lookup
from levit_explore.cli.commands import app
from levit_explore.cli.options import Counting, Edits, Size
from levit_explore.cli.progress import step
from levit_explore.errors import LevitError

if TYPE_CHECKING:
    from levit_explore.explorer.state import State


@app.command(epilog="Example: levit-explore explore levit256 --set stages.1.depth=5")
def explore(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="A bundled name (see `list`), a YAML path, or a checkpoint.")
    ],
    edits: Edits = [],  # noqa: B006
    size: Size = None,
    convention: Counting = "levit",
    watch: Annotated[bool, typer.Option("--watch", help="Follow the file as an editor saves it.")] = False,
) -> None:
    """The interactive explorer: change a number on the screen, and see everything that follows."""
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise LevitError("explore: fills a terminal, and this is none; `flops` prints, and `report` writes a page")
    if watch and not source.endswith((".yaml", ".yml")):
        raise LevitError(f"--watch: follows a YAML file that an editor saves, and {source} is none")
    state, tables = _opened(source, edits, size)
    from levit_explore.explorer.app.opening import run

    run(replace(state, convention=lookup(convention).name), tables, watch)


def _opened(source: str, edits: Sequence[str], size: str | None) -> "tuple[State, Mapping[str, Any] | None]":
    """The state of a spec; of a checkpoint that of the spec behind it, with its learned biases by attention."""
    from levit_explore.explorer.sources import is_checkpoint
    from levit_explore.explorer.state import opened, started

    if source == "-":
        raise LevitError("-: standard input is where keys come from; open a bundled name or a YAML path")
    if not is_checkpoint(source):
        return opened(source, edits, size), None
    if edits or size:
        raise LevitError(f"{source}: --set and --size edit specs, and this is a checkpoint")
    with step("reading the checkpoint"):
        from levit_explore.model.checkpoint import read_checkpoint
        from levit_explore.spec.write import fields

        found = read_checkpoint(source)
        tables = {path: table.double().numpy() for path, table in found.biases().items()}
    value = fields(found.spec)
    return replace(started(source, found.spec.name, value), learned=(source, value)), tables
