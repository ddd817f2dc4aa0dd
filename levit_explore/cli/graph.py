"""The command that shows a network as a graph: on the terminal, as a picture, or for other programs."""

import sys
import time
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from levit_explore.analysis.graph import graph as drawing
from levit_explore.analysis.parts import Level
from levit_explore.cli.commands import app
from levit_explore.cli.options import Counting, Edits, Size, Source
from levit_explore.cli.progress import step, warn
from levit_explore.errors import LevitError
from levit_explore.plan.levit import plan
from levit_explore.render.emit import by_suffix, emit_text
from levit_explore.render.graphs.colors import Color
from levit_explore.render.graphs.direction import Direction
from levit_explore.render.graphs.texts import TEXTS, as_text
from levit_explore.spec.load import load_spec
from levit_explore.spec.words import listed
from levit_explore.writing import write_file

if TYPE_CHECKING:
    from levit_explore.analysis.graph import Graph


_PICTURES = ["svg", "png", "pdf"]
_USED = {
    "--color": [*_PICTURES, "dot", "mermaid"],
    "--direction": [*_PICTURES, "dot", "mermaid"],
    "--verbose": _PICTURES,
}


class Form(StrEnum):
    """What is printed."""

    ASCII = "ascii"
    DOT = "dot"
    MERMAID = "mermaid"
    JSON = "json"
    SVG = "svg"


@app.command(epilog="Example: levit-explore graph levit256 --color flops -o levit256.svg")
def graph(
    source: Source,
    edits: Edits = [],  # noqa: B006
    size: Size = None,
    level: Annotated[
        Level | None, typer.Option("--level", help="What a box stands for (default: block; in ascii, stage).")
    ] = None,
    focus: Annotated[
        str | None,
        typer.Option("--focus", metavar="PATH", help="Draw this part by op, all else by stage: stages.1.downsample."),
    ] = None,
    expand: Annotated[bool, typer.Option("--expand", help="Draw every repetition of a block.")] = False,
    color: Annotated[
        Color | None, typer.Option("--color", help="What the fill of a box tells (default: role).")
    ] = None,
    direction: Annotated[
        Direction | None,
        typer.Option(
            "--direction", help="Top to bottom (default), or left to right: for wide paper, or for --level stage."
        ),
    ] = None,
    convention: Counting = "levit",
    form: Annotated[Form | None, typer.Option("--format", help="How to write it (default: ascii).")] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Write to a file: .svg, .png, .pdf, .dot, .gv, .mmd, .json or .txt."
        ),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Say on stderr what drew it, and how long.")] = False,
) -> None:
    """The architecture as a graph: stages, blocks or ops, what they cost, and what flows between them."""
    chosen = _chosen(form, output)
    _check(chosen, {"--color": color, "--direction": direction, "--verbose": verbose or None})
    if level is not None and focus is not None:
        raise LevitError(f"--level {level}: --focus has levels of its own, op for its part and stage for all else")
    level = level or (Level.STAGE if chosen == Form.ASCII else Level.BLOCK)
    shown = drawing(plan(load_spec(source, edits, size)), level, focus, expand, convention)
    if chosen == Form.JSON and output is not None:
        from levit_explore.render.graphs.output import save_json

        save_json(shown, output)
    elif chosen in TEXTS:
        emit_text(_text(shown, chosen, color or Color.ROLE, direction or Direction.TB), output)
    else:
        _draw(shown, chosen, color or Color.ROLE, direction or Direction.TB, output, verbose)


def _check(form: str, options: Mapping[str, object]) -> None:
    """Raises LevitError for an option that would do nothing in what is printed or written."""
    for option, value in options.items():
        if value is not None and form not in _USED[option]:
            given = option if value is True else f"{option} {value}"
            raise LevitError(f"{given}: does nothing in {form}; it is for {listed(_USED[option])}")


def _chosen(form: Form | None, output: Path | None) -> str:
    """The form that is asked for, by name or by the suffix of a file."""
    if form is not None or output is None:
        return form or Form.ASCII
    from levit_explore.render.graphs.output import SUFFIXES

    return by_suffix(output, SUFFIXES)


def _text(shown: "Graph", form: str, color: Color, direction: Direction) -> str:
    source = as_text(shown, form, color, direction)
    if form == Form.MERMAID:
        from levit_explore.render.graphs.mermaid import too_large

        warn(too_large(shown, source))
    return source


def _draw(shown: "Graph", form: str, color: Color, direction: Direction, output: Path | None, verbose: bool) -> None:
    from levit_explore.render.graphs.looks import look
    from levit_explore.render.graphs.picture import picture, slow

    warn(slow(shown, form))
    start = time.perf_counter()
    with step("drawing"):
        drawn = picture(shown, look(shown, color), form, direction)
    if output is None:
        sys.stdout.write(drawn.content.decode())
    else:
        write_file(output, lambda file: file.write_bytes(drawn.content))
    if verbose and drawn.engine:
        typer.echo(f"drawn by {drawn.engine} in {time.perf_counter() - start:.2f} s", err=True)
