"""What changed between two specs."""

from typing import Any

from levit_explore.analysis.diff import Diff, RowChange
from levit_explore.plan.tree import Plan
from levit_explore.render.sheet import (
    Column,
    Sheet,
    Table,
    count,
    document,
    heading,
    rounded,
    signed,
    signed_percent,
    text,
)

_CHANGES = (
    Column("path", "path"),
    Column("flops_before", "FLOPs before", count, data_only=True),
    Column("flops_after", "FLOPs after", count),
    Column("flops_gained", "gained", signed),
    Column("flops_change", "change", signed_percent),
    Column("params_before", "params before", count, data_only=True),
    Column("params_after", "params after", count, data_only=True),
    Column("params_gained", "params gained", signed),
    Column("params_change", "change", signed_percent),
)


def diff_sheet(a: Plan, b: Plan, result: Diff, convention: str) -> Sheet:
    """Changed fields first, then the rows that changed and the totals."""
    fields = [{"field": change.field, "before": change.before, "after": change.after} for change in result.fields]
    table = diff_table(result)
    return Sheet(
        title=f"{heading(a.spec)} -> {heading(b.spec)}: FLOPs under {convention}",
        document=document(
            "diff",
            a.spec.name,
            {"other": b.spec.name, "convention": convention, "fields": fields}
            | {"rows": rounded(list(table.rows)), "total": rounded(table.foot[0])},
        ),
        tables=(table,),
        intro=diff_intro(result),
        notes=diff_notes(result),
    )


def diff_intro(result: Diff) -> list[str]:
    """Every changed field in words: "stages.1.depth: 4 -> 5"."""
    changed = [f"{change.field}: {_value(change.before)} -> {_value(change.after)}" for change in result.fields]
    return changed or ["no field differs"]


def diff_table(result: Diff) -> Table:
    """The parts whose costs differ, with the totals as foot."""
    records = [_change(change) for change in result.rows]
    return Table(_CHANGES, records, foot=[_change(result.total) | {"path": "total"}])


def diff_notes(result: Diff) -> list[str]:
    """What to say where no part's cost differs."""
    return [] if result.rows else ["no row costs more or less"]


def _change(change: RowChange) -> dict[str, Any]:
    record: dict[str, Any] = {"path": change.path}
    for name, counted in (("flops", change.flops), ("params", change.params)):
        record |= {
            f"{name}_before": counted.before,
            f"{name}_after": counted.after,
            f"{name}_gained": counted.gained,
            f"{name}_change": counted.relative,
        }
    return record


def _value(value: Any) -> str:
    """A field's value as a spec file writes it."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case _:
            return text(value)
