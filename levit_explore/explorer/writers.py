"""What writes each kind of export: the very sheets, pictures and pages that the commands write."""

from pathlib import Path
from typing import TYPE_CHECKING

from levit_explore.analysis.diff import diff
from levit_explore.explorer.differences import Value
from levit_explore.explorer.results import results_of
from levit_explore.explorer.shown import Shown
from levit_explore.plan.tree import Plan
from levit_explore.render import results as sheets
from levit_explore.render import yaml
from levit_explore.render.emit import emit, emit_text
from levit_explore.render.sheet import Sheet
from levit_explore.writing import write_file, write_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from levit_explore.analysis.biases import BiasMap  # imports numpy


def graph(shown: Shown, path: Path) -> None:
    """Writes the graph at the level that was chosen."""
    from levit_explore.analysis.graph import graph as drawing
    from levit_explore.render.graphs.output import save

    save(drawing(shown.results.plan, shown.level, convention=shown.state.convention), path)


def report(shown: Shown, path: Path) -> None:
    """Writes the page, with what the checkpoint has learned where it is one of this network."""
    from levit_explore.render.report.page import report as page

    maps: Sequence[BiasMap] | None = None
    if shown.weights is not None:
        from levit_explore.model.bias_source import maps_of

        maps = maps_of(shown.weights, shown.results.plan)
    write_text(path, page([shown.results.plan], shown.state.convention, maps))


def rows(shown: Shown, path: Path) -> None:
    """Writes what every part costs, by the kind of part that was chosen."""
    emit([sheets.flops_sheet(shown.results.plan, shown.by, shown.state.convention)], None, path)


def balance(shown: Shown, path: Path) -> None:
    """Writes attention against MLP."""
    emit([sheets.balance_sheet(shown.results.plan, shown.results.balance)], None, path)


def ledger(shown: Shown, path: Path) -> None:
    """Writes why counters differ, held against the chosen convention."""
    from levit_explore.analysis.ledger import reconcile

    plan = shown.results.plan
    emit([sheets.ledger_sheet(plan, reconcile(plan, shown.state.convention))], None, path)


def biases(shown: Shown, path: Path) -> None:
    """Writes which pairs of query and key share a bias."""
    from levit_explore.analysis.biases import bias_maps
    from levit_explore.render.bias_files import save

    save(shown.results.spec, bias_maps(shown.results.plan), (), path)


def learned(shown: Shown, path: Path) -> None:
    """Writes what the checkpoint has learned."""
    from levit_explore.model.bias_source import read
    from levit_explore.render.bias_files import save

    found = read(shown.checkpoint or "", [], None, None, None)
    save(found.subject, found.maps, found.assumed, path)


def changes(shown: Shown, path: Path) -> None:
    """Writes what changed from what was opened."""
    _write_changes(shown, shown.state.base, path)


def changes_from_b(shown: Shown, path: Path) -> None:
    """Writes what changed from B."""
    _write_changes(shown, shown.state.pinned or shown.state.base, path)


def drawn_changes(shown: Shown, path: Path) -> None:
    """Writes a graph of what was opened and of what there is."""
    _draw_changes(shown, shown.state.base, path)


def drawn_changes_from_b(shown: Shown, path: Path) -> None:
    """Writes a graph of B and of what there is."""
    _draw_changes(shown, shown.state.pinned or shown.state.base, path)


def spec(shown: Shown, path: Path) -> None:
    """Writes the spec, every default filled in."""
    emit_text(yaml.render(shown.results.spec, yaml.choose(None, path)), path)


def _write_changes(shown: Shown, before: Value, path: Path) -> None:
    emit([_sheet(shown, *_plans(shown, before))], None, path)


def _draw_changes(shown: Shown, before: Value, path: Path) -> None:
    from levit_explore.render.graphs.changes import drawn_changes as drawing
    from levit_explore.render.graphs.picture import named, picture

    plans = _plans(shown, before)
    union, look = drawing(*plans, shown.by, shown.state.convention, _sheet(shown, *plans).intro)
    content = picture(union, look, named(path)).content
    write_file(path, lambda file: file.write_bytes(content))


def _plans(shown: Shown, before: Value) -> tuple[Plan, Plan]:
    return results_of(before, shown.state.name).plan, shown.results.plan


def _sheet(shown: Shown, before: Plan, after: Plan) -> Sheet:
    found = diff(before, after, shown.by, shown.state.convention)
    return sheets.diff_sheet(before, after, found, shown.state.convention)
