"""The command that finds the variants nearest to a spec within budgets."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from levit_explore.analysis.balance import HIGH, LOW
from levit_explore.analysis.conventions import lookup
from levit_explore.analysis.counts import flops as count_flops
from levit_explore.analysis.memory import activation_memory as memory
from levit_explore.cli.commands import app
from levit_explore.cli.options import Counting, Edits, Form, Output, Size, Source
from levit_explore.cli.progress import step
from levit_explore.plan.levit import plan
from levit_explore.plan.tree import params as count_params
from levit_explore.render.emit import SUFFIXES, Format, by_suffix, emit
from levit_explore.render.sheet import text
from levit_explore.sizes import single
from levit_explore.spec.document import Document, assign
from levit_explore.spec.fields import Spec
from levit_explore.spec.load import load_document, sides
from levit_explore.spec.parse import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from levit_explore.search.fit import Fit
    from levit_explore.search.sweep_specs import Fields

_BALANCE = "--balance"
_TOP = 5


class _Fit(TyperCommand):
    """Takes `--balance` without a band too, which then is the usual one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments that are left, after a bare `--balance` was given its band."""
        usual = f"{_BALANCE}={LOW:g}:{HIGH:g}"
        following = [*args[1:], "-"]
        bare = [each == _BALANCE and not _meant(after) for each, after in zip(args, following, strict=True)]
        return super().parse_args(ctx, [usual if alone else each for each, alone in zip(args, bare, strict=True)])


def _meant(following: str) -> bool:
    """Whether what follows `--balance` is meant as its band: it has a colon, or is a number."""
    return ":" in following or following.replace(".", "", 1).isdecimal()


@app.command(cls=_Fit, epilog="Example: levit-explore fit levit256 --flops 400M --balance 0.8:1.25")
def fit(
    source: Source,
    flops: Annotated[
        str | None, typer.Option("--flops", metavar="AMOUNT", help="At most so many FLOPs: 400M, or same.")
    ] = None,
    params: Annotated[
        str | None, typer.Option("--params", metavar="AMOUNT", help="At most so many parameters: 10M, or same.")
    ] = None,
    activation_memory: Annotated[
        str | None,
        typer.Option(
            "--activation-memory", metavar="BYTES", help="At most so many bytes of activations: 8MB, or same."
        ),
    ] = None,
    balance: Annotated[
        str | None,
        typer.Option(
            _BALANCE,
            metavar="[LOW:HIGH]",
            help="Attention over MLP of the whole net, 0.75:1.3333 unless given. As the only budget and without "
            "options on variants: what balances each stage.",
        ),
    ] = None,
    vary: Annotated[
        str | None,
        typer.Option(
            "--vary",
            metavar="KINDS",
            help="Which fields of stages vary (default: dims,depths): dims, depths, heads, key_dims, attn_ratios, "
            "mlp_ratios. Each takes about half of its own to one and a half; depths 1 to twice their own. Heads "
            "that do not vary follow dim / key_dim in proportion, as stem and downsamples do that have their "
            "defaults.",
        ),
    ] = None,
    keep: Annotated[
        list[str], typer.Option("--keep", metavar="PATH", help="Leave a stage or field as it is. Repeatable.")
    ] = [],  # noqa: B006
    weight: Annotated[
        list[str],
        typer.Option(
            "--weight",
            metavar="KIND=NUMBER",
            help="What a change by a factor of 2 counts (default: 1): dims=2. Repeatable.",
        ),
    ] = [],  # noqa: B006
    top: Annotated[
        int | None, typer.Option("--top", metavar="K", min=1, max=1000, help="How many variants (default: 5).")
    ] = None,
    edits: Edits = [],  # noqa: B006
    size: Size = None,
    convention: Counting = "levit",
    form: Form = None,
    output: Output = None,
    save_specs: Annotated[
        str | None, typer.Option("--save-specs", metavar="DIR", help="Also write the variants as spec files.")
    ] = None,
) -> None:
    """The variants nearest to a spec within a budget, exactly, or the proof that there are none."""
    from levit_explore.render.results.fit_specs import specs_folder
    from levit_explore.search.fit import fit as nearest_variants
    from levit_explore.search.fit_around import around
    from levit_explore.search.fit_budget import SAME, Budgets, constraints
    from levit_explore.search.fit_kinds import kinds, weights

    convention = lookup(convention).name
    form = form or (by_suffix(output, SUFFIXES) if output else Format.TABLE)
    document, name = load_document(source, edits)
    given = _Given(source, document, _sized(document, size), name, [*edits, *_size_edit(size)])
    folder = specs_folder(save_specs)
    searched = (flops, params, activation_memory, vary, folder, top, *keep, *weight)
    if balance is not None and all(each is None for each in searched):
        _balance_stages(given, balance, convention, form, output)
        return
    budgets = Budgets(flops, params, activation_memory, balance)
    varied = kinds(vary)
    own = _own(given, convention) if SAME in budgets.amounts.values() else {}
    centre = around(given.document, given.spec, varied, keep, constraints(budgets, own))
    with step("searching"):
        found = nearest_variants(centre, weights(weight, varied), top or _TOP, convention)
    files = _files(found, folder, given) if folder else {}
    _show(found, given, form, output)
    if folder:
        _save(files, folder)


@dataclass(frozen=True)
class _Given:
    """The spec that was given: as written before and after `--size`, and the edits that it came with."""

    source: str
    unsized: Document
    document: Document
    name: str
    edits: list[str]

    @property
    def spec(self) -> Spec:
        return parse(self.document, self.name)


def _sized(document: Document, size: str | None) -> Document:
    """A document with another image size, which no longer is the published network."""
    if size is None or not isinstance(document.value, dict):
        return document
    sized = assign(document, ("image_size",), sides(size), f"--size {size}")
    return replace(sized, value={key: value for key, value in sized.value.items() if key != "published"})


def _size_edit(size: str | None) -> list[str]:
    return [] if size is None else [f"image_size={sides(size)}"]


def _own(given: _Given, convention: str) -> dict[str, int]:
    """What the spec costs before `--size`, which is what `same` asks for."""
    planned = plan(parse(given.unsized, given.name))
    costs = {"flops": count_flops(planned, convention), "params": count_params(planned.root)}
    return {name: single(cost) for name, cost in (costs | {"activation_memory": memory(planned)}).items()}


def _balance_stages(given: _Given, band_text: str, convention: str, form: Format, output: Path | None) -> None:
    from levit_explore.render.results.fit_balance import stages_sheet
    from levit_explore.search.fit_balance import stages
    from levit_explore.search.fit_budget import band, fraction

    low, high = (fraction(end) for end in band(band_text))
    planned = plan(given.spec)
    found = stages(planned, low, high, convention)
    emit([stages_sheet(planned, found, given.edits)], form, output)


def _files(found: "Fit", folder: Path, given: _Given) -> "dict[str, Fields]":
    """The spec files of what was found. Raises LevitError where another is in the place of one."""
    from levit_explore.render.results.fit_specs import spec_files
    from levit_explore.search.sweep_specs import check_specs

    files = spec_files(found, given.source, given.edits)
    check_specs(files, folder)
    return files


def _save(files: "Mapping[str, Fields]", folder: Path) -> None:
    from levit_explore.search.sweep_specs import save_specs

    save_specs(files, folder)
    for name in files:
        typer.echo(f"wrote {text(folder / name)}", err=True)


def _show(found: "Fit", given: _Given, form: Format, output: Path | None) -> None:
    """Prints what was found; where nothing fits the proof on stderr, and of formats JSON alone. Exits 1 then."""
    from levit_explore.render.results.fit import fit_sheet, none_line

    if found.variants:
        emit([fit_sheet(found, given.edits)], form, output)
        return
    if form is Format.JSON:
        emit([fit_sheet(found, given.edits)], form, output)
    typer.echo(none_line(found), err=True)
    raise typer.Exit(1)
