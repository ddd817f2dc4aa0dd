"""The command that writes a report: one HTML page about a spec, or about several side by side."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from levit_explore.cli.commands import app
from levit_explore.cli.options import Counting, Edits, Size, Sources
from levit_explore.cli.progress import step
from levit_explore.errors import LevitError
from levit_explore.plan.levit import plan
from levit_explore.plan.tree import Plan
from levit_explore.spec.load import load_spec
from levit_explore.writing import write_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from levit_explore.analysis.biases import BiasMap


@app.command("report", epilog="Example: levit-explore report levit256 -o levit256.html")
def write_report(
    sources: Sources,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The page: a .html file.")],
    edits: Edits = [],  # noqa: B006
    size: Size = None,
    weights: Annotated[
        str | None, typer.Option("--weights", metavar="FILE", help="A checkpoint of the spec: shows its biases too.")
    ] = None,
    convention: Counting = "levit",
) -> None:
    """One HTML page that shows everything known of a spec, or of several side by side, and needs no network."""
    from levit_explore.analysis.conventions import lookup
    from levit_explore.render.report.page import SUFFIXES, report

    lookup(convention)
    if output.suffix.lower() not in SUFFIXES:
        given = f"the suffix {output.suffix}" if output.suffix else "a name without a suffix"
        raise LevitError(f"-o {output}: {given} names no page; end it in .html")
    if weights is not None and len(sources) > 1:
        raise LevitError(f"--weights {weights}: is a checkpoint of one spec, and {len(sources)} are given; give one")
    plans = [plan(load_spec(source, edits, size)) for source in sources]
    maps = None if weights is None else _maps(weights, plans[0])
    with step("writing the report"):
        write_text(output, report(plans, convention, maps))


def _maps(weights: str, planned: Plan) -> "Sequence[BiasMap]":
    with step("reading the checkpoint"):
        from levit_explore.model.bias_source import maps_of

        return maps_of(weights, planned)
