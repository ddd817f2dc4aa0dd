"""The command that sweeps a design space."""

import os
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from levit_explore.cli.commands import app
from levit_explore.cli.options import Counting, Edits, Form, Output, Size
from levit_explore.cli.progress import step, warn
from levit_explore.cli.sweep_asked import ROWS, Way, check_apart, check_files, form_of, wanted_of
from levit_explore.errors import LevitError
from levit_explore.render.emit import Format, emit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from levit_explore.search.store import Store
    from levit_explore.search.sweep_found import Sweep, Wanted
    from levit_explore.space.space import Space


@app.command("sweep", epilog="Example: levit-explore sweep levit128 --set 'stages.0.depth={range: [1, 8]}'")
def sweep_space(
    source: Annotated[
        str, typer.Argument(metavar="SPACE", help="A spec in which fields hold choices: a YAML path, or - for stdin.")
    ],
    edits: Edits = [],  # noqa: B006
    size: Size = None,
    convention: Counting = "levit",
    objectives: Annotated[
        str, typer.Option(metavar="NAMES", help="What the front makes small; with - before a name, large.")
    ] = "flops,params",
    best: Annotated[int, typer.Option(min=0, metavar="K", help="Also give the best K by an expression.")] = 0,
    by: Annotated[
        str | None, typer.Option(metavar="EXPR", help="What the best have the least of: 'flops + 20 * params'.")
    ] = None,
    representatives: Annotated[
        int, typer.Option(min=0, max=10**5, metavar="N", help="Also draw N of those that fit, evenly.")
    ] = 0,
    sample: Annotated[str | None, typer.Option(metavar="N", help="Count a sample alone, of so many: 1M.")] = None,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="What all that is drawn follows from.")] = 0,
    way: Annotated[Way | None, typer.Option(help="How to go about it (default: the way that serves).")] = None,
    workers: Annotated[int, typer.Option(min=1, max=1024, metavar="N", help="Processes that count.")] = 1,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A Dask cluster that counts: tcp://host:8786.")
    ] = None,
    form: Form = None,
    output: Output = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from what is beside -o FILE.parquet.")] = False,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also draw cost against cost: .svg, .png, .pdf or .html.")
    ] = None,
    save_specs: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also write the best, or else the front, as spec files.")
    ] = None,
) -> None:
    """How many variants of a design space fit, which of them no other beats, and how their costs are spread."""
    from levit_explore.search.sweep_found import EmptyError
    from levit_explore.space.load import load_space

    shape = form_of(form, output)
    check_files(output, resume, plot, save_specs)
    check_apart(output, plot, save_specs)
    if scheduler is not None and workers > 1:
        words = "are processes of this machine, and --scheduler names others; leave one of them out"
        raise LevitError(f"--workers {workers}: {words}")
    asked = wanted_of(objectives, best, by, representatives, sample, seed, convention, way)
    space = load_space(source, edits, size)
    try:
        found = _swept(space, asked, output, resume, workers, scheduler)
    except EmptyError as error:
        typer.echo(f"{error}", err=True)
        raise typer.Exit(1) from None
    if save_specs is not None:
        _save(found, source, save_specs)
    if plot is not None:
        _plot(found, plot)
    _emit(found, shape, None if output is None or output.suffix.lower() == ROWS else output)


def _swept(
    space: "Space", wanted: "Wanted", output: Path | None, resume: bool, workers: int, scheduler: str | None
) -> "Sweep":
    from levit_explore.cli.sweep_progress import sweeping
    from levit_explore.search.sweep import Means, sweep

    with _stored(space, wanted, output, resume) as store, sweeping() as progress:
        try:
            found = sweep(space, wanted, Means(store, workers, scheduler, progress, warn))
        except KeyboardInterrupt:
            sys.stderr.write(f"levit-explore: stopped{_to_go_on(space, wanted, store)}\n")
            raise
    if found.way != Way.ENUMERATE and (scheduler is not None or workers > 1):
        idle = f"--workers {workers}" if scheduler is None else f"--scheduler {scheduler}"
        warn(f"{idle}: not used, for the way {found.way} takes one process")
    return found


def _to_go_on(space: "Space", wanted: "Wanted", store: "Store | None") -> str:
    from levit_explore.search.sweep_choice import resumable

    if store is not None:
        if store.parts():
            return f"; add --resume to go on from {store.folder}"
        return "" if store.finished else " before there was anything to go on from"
    asked = wanted.way if wanted.sample is None else Way.SAMPLE.value
    return "; with -o FILE.parquet it can go on" if resumable(space, asked) else ""


@contextmanager
def _stored(space: "Space", wanted: "Wanted", output: Path | None, resume: bool) -> "Iterator[Store | None]":
    """The store of rows that a file of rows asks for."""
    if output is None or output.suffix.lower() != ROWS:
        yield None
        return
    from levit_explore.search.store import opened
    from levit_explore.search.sweep import task

    with opened(output, task(space, wanted.convention).header, resume) as store:
        yield store


def _save(found: "Sweep", source: str, folder: Path) -> None:
    from levit_explore.search.sweep_specs import MOST, base_of, save_specs, spec_files

    rows = found.best if found.wanted.best else found.front
    if len(rows) > MOST:
        raise LevitError(f"--save-specs {folder}: the front has {len(rows):,} variants; choose some by --best and --by")
    files, new = spec_files(found.space, rows, base_of(source)), not os.path.exists(folder)
    try:
        save_specs(files, folder)
    except OSError as error:
        raise LevitError(f"{folder}: cannot be made ({error.strerror or error})") from None
    finally:
        if new:
            with suppress(OSError):  # files are in it, as they should be
                folder.rmdir()
    typer.echo(f"wrote {len(rows)} spec{'' if len(rows) == 1 else 's'} to {folder}", err=True)


def _plot(found: "Sweep", path: Path) -> None:
    from levit_explore.render.front import draw_front

    draw_front(found, path)


def _emit(found: "Sweep", form: Format, output: Path | None) -> None:
    from levit_explore.render.results.sweep import sweep_data, sweep_sheets
    from levit_explore.render.results.sweep_width import narrowed

    with step("looking variants up"):  # which takes as long as half a second a thousand
        match form:
            case Format.TABLE:
                sheets = narrowed(sweep_sheets(found))
            case Format.MARKDOWN:
                sheets = sweep_sheets(found)
            case _:
                sheets = [sweep_data(found)]
    emit(sheets, form, output)
