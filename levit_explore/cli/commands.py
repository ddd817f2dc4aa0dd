"""The commands. Each loads, plans, analyses and renders; none computes or formats anything itself."""

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from levit_explore.analysis.balance import HIGH, LOW, Rule, balance
from levit_explore.analysis.conventions import lookup
from levit_explore.analysis.counts import By
from levit_explore.analysis.diff import diff
from levit_explore.analysis.ledger import reconcile
from levit_explore.cli.options import (
    Counting,
    Edits,
    Form,
    Fused,
    Output,
    Rows,
    Size,
    Source,
    Sources,
)
from levit_explore.cli.progress import step, warn
from levit_explore.errors import CounterError, LevitError
from levit_explore.plan.fuse import fuse
from levit_explore.plan.levit import plan
from levit_explore.plan.tree import Plan
from levit_explore.render import json, results, yaml
from levit_explore.render.emit import SUFFIXES, by_suffix, emit, emit_text
from levit_explore.render.sheet import text
from levit_explore.spec.load import bundled_names, load_spec
from levit_explore.spec.schema import schema
from levit_explore.spec.write import derived
from levit_explore.writing import write_file, write_text

app = typer.Typer(
    help="What a LeViT-style network costs, block by block, from its stage spec.",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"levit-explore {version('levit-explore')}")
        raise typer.Exit


@app.callback(epilog="Example: levit-explore flops levit256 --set stages.1.depth=5")
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error; may stand anywhere.")] = False,
) -> None:
    pass


@app.command("list", epilog="Example: levit-explore list --format json")
def list_specs(form: Form = None, output: Output = None) -> None:
    """The bundled specs with what they cost and, where published, what they reach."""
    plans = [plan(load_spec(name)) for name in bundled_names()]
    emit([results.list_sheet(sorted(plans, key=lambda one: one.spec.source))], form, output)


@app.command(epilog="Example: levit-explore show levit256 --set stages.1.depth=5 -o my_levit.yaml")
def show(
    source: Source,
    edits: Edits = [],  # noqa: B006  typer copies it
    size: Size = None,
    form: Annotated[yaml.Format | None, typer.Option("--format", help="How to write the spec (default: yaml).")] = None,
    output: Output = None,
) -> None:
    """The spec as read, with every default filled in."""
    emit_text(yaml.render(load_spec(source, edits, size), yaml.choose(form, output)), output)


@app.command("schema", epilog="Example: levit-explore schema -o levit.schema.json")
def print_schema(output: Output = None) -> None:
    """The JSON Schema of the spec format, for editors and validators."""
    emit_text(json.to_json(schema()), output)


@app.command(epilog="Example: levit-explore flops levit256 --convention fvcore --by stage")
def flops(
    sources: Sources,
    edits: Edits = [],  # noqa: B006
    size: Size = None,
    convention: Counting = "levit",
    by: Rows = By.BLOCK,
    fused: Fused = False,
    form: Form = None,
    output: Output = None,
) -> None:
    """What every block costs, under the counting convention of your choice."""
    plans = _plans(sources, edits, size)
    emit(
        [results.flops_sheet(fuse(one) if fused else one, by, convention) for one in plans],
        form,
        output,
    )


@app.command("reconcile", epilog="Example: levit-explore reconcile levit256 --measure")
def reconcile_counters(
    source: Source,
    edits: Edits = [],  # noqa: B006
    size: Size = None,
    measure: Annotated[
        bool, typer.Option("--measure", help="Also run the counters that are installed; exit 1 on any residual.")
    ] = False,
    convention: Counting = "levit",
    form: Form = None,
    output: Output = None,
) -> None:
    """Why FLOP counters disagree: each total as that of --convention plus and minus named kinds of work."""
    planned, base = plan(load_spec(source, edits, size)), lookup(convention).name
    measured, failures = _measured(planned) if measure else (None, [])
    ledgers = reconcile(planned, base, measured)
    emit([results.ledger_sheet(planned, ledgers)], form, output)
    if failures:
        raise LevitError("; ".join(failures))
    if any(ledger.residual for ledger in ledgers):
        raise typer.Exit(1)


@app.command("balance", epilog="Example: levit-explore balance my_levit.yaml --rule stage --check")
def balance_blocks(
    sources: Sources,
    edits: Edits = [],  # noqa: B006
    size: Size = None,
    rule: Annotated[Rule, typer.Option(help="What is judged: the whole net, or each stage by itself.")] = Rule.NET,
    low: Annotated[float, typer.Option(help="Lowest attention / MLP in balance.")] = LOW,
    high: Annotated[float, typer.Option(help="Highest attention / MLP in balance.")] = HIGH,
    convention: Counting = "levit",
    check: Annotated[bool, typer.Option("--check", help="Exit 1 where a spec is not in balance.")] = False,
    form: Form = None,
    output: Output = None,
) -> None:
    """Whether attention and MLP cost about the same, as the paper's design asks."""
    if not 0 <= low <= high < math.inf:
        raise LevitError(f"--low {low:g} --high {high:g}: the bounds must be finite, and 0 <= low <= high")
    plans = _plans(sources, edits, size)
    found = [balance(one, rule, low, high, convention) for one in plans]
    emit([results.balance_sheet(one, result) for one, result in zip(plans, found, strict=True)], form, output)
    if check and not all(result.balanced for result in found):
        raise typer.Exit(1)


@app.command("diff", epilog="Example: levit-explore diff levit256 my_levit.yaml")
def diff_specs(
    a: Annotated[str, typer.Argument(metavar="A", help="The spec before.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The spec after; --set and --size edit this one.")],
    edits: Edits = [],  # noqa: B006
    size: Size = None,
    convention: Counting = "levit",
    by: Rows = By.BLOCK,
    graph: Annotated[
        Path | None,
        typer.Option("--graph", metavar="FILE", help="Also draw both as one graph: .svg, .png, .pdf, .dot or .gv."),
    ] = None,
    form: Form = None,
    output: Output = None,
) -> None:
    """What changed from one spec to another, and what that did to every row."""
    if output is not None and form is None:
        by_suffix(output, SUFFIXES)  # refuses a file before another is written
    before, after = plan(load_spec(a)), plan(load_spec(b, edits, size))
    sheet = results.diff_sheet(before, after, diff(before, after, by, convention), convention)
    if graph is not None:
        _draw_changes(before, after, by, convention, sheet.intro, graph)
    emit([sheet], form, output)


@app.command(epilog="Example: levit-explore new my_levit --from levit256 --set stages.1.depth=5")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The new spec's name; NAME.yaml is written.")],
    source: Annotated[str, typer.Option("--from", metavar="SPEC", help="What to start from.")],
    edits: Edits = [],  # noqa: B006
    size: Size = None,
) -> None:
    """Writes a new spec file; what the original leaves to defaults stays derived."""
    path = Path(name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")
    if not path.suffix:
        raise LevitError(f"{path}: has no name before the suffix; give the new spec a name")
    if path.stem in bundled_names():
        raise LevitError(f"{path}: {path.stem} is the name of a bundled spec, which commands would take instead")
    if os.path.lexists(path):
        raise LevitError(f"{path}: exists already; choose another name, or remove it first")
    write_text(path, derived(path.stem, source, edits, size))
    typer.echo(f"wrote {text(path)}", err=True)


@app.command("verify", epilog="Example: levit-explore verify levit256 --size 192x256")
def verify_plan(
    source: Source,
    edits: Edits = [],  # noqa: B006
    size: Size = None,
    form: Form = None,
    output: Output = None,
) -> None:
    """Builds the torch model and holds the plan against torch's counter and fvcore, path by path."""
    planned = plan(load_spec(source, edits, size))
    with step("importing torch, building the model, counting"):
        from levit_explore.model.verify import verify

        result = verify(planned)
    emit([results.verify_sheet(planned, result)], form, output)
    if not result.ok:
        raise typer.Exit(1)


def _plans(sources: list[str], edits: list[str], size: str | None) -> list[Plan]:
    return [plan(load_spec(source, edits, size)) for source in sources]


def _draw_changes(before: Plan, after: Plan, by: By, convention: str, fields: Sequence[str], output: Path) -> None:
    """Writes a picture of two plans as one graph; `fields` are the changes of the spec in words."""
    from levit_explore.render.graphs.changes import drawn_changes
    from levit_explore.render.graphs.picture import named, picture, slow

    form = named(output)
    union, look = drawn_changes(before, after, by, convention, fields)
    warn(slow(union, form))
    with step("drawing"):
        drawn = picture(union, look, form)
    write_file(output, lambda file: file.write_bytes(drawn.content))


def _measured(planned: Plan) -> tuple[dict[str, int], list[str]]:
    """What every counter installed here says of the built model, and a line for each that fails."""
    with step("importing torch, building the model"):
        from levit_explore.model.build import build
        from levit_explore.model.counters import installed, measure

        model = build(planned)
    totals: dict[str, int] = {}
    failures: list[str] = []
    for name in installed():
        with step(f"counting with {name}"):
            try:
                totals[name] = measure(model, name)
            except CounterError as error:
                failures.append(str(error))
    return totals, failures
