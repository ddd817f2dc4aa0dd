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
    Column("flops_after", "FLOPs", count),
    Column("flops", "change", signed),
    Column("flops_change", "", signed_percent),
    Column("params_before", "params before", count, data_only=True),
    Column("params_after", "params after", count, data_only=True),
    Column("params", "params", signed),
    Column("params_change", "", signed_percent),
)


def diff_sheet(a: Plan, b: Plan, result: Diff, convention: str) -> Sheet:
    """Changed fields first, then the rows that changed and the totals."""
    fields = [{"field": change.field, "before": change.before, "after": change.after} for change in result.fields]
    records = [_change(change) for change in result.rows]
    total = _change(result.total) | {"path": "total"}
    changed = [f"{change.field}: {_value(change.before)} -> {_value(change.after)}" for change in result.fields]
    return Sheet(
        title=f"{heading(a.spec)} -> {heading(b.spec)}: FLOPs under {convention}",
        document=document(
            "diff",
            a.spec.name,
            {"other": b.spec.name, "convention": convention, "fields": fields}
            | {"rows": rounded(records), "total": rounded(total)},
        ),
        tables=(Table(_CHANGES, records, foot=[total]),),
        intro=changed or ["no field differs"],
    )


def _change(change: RowChange) -> dict[str, Any]:
    record: dict[str, Any] = {"path": change.path}
    for what in ("flops", "params"):
        before, after = (None if row is None else getattr(row, what) for row in (change.before, change.after))
        gained = getattr(change, what)
        record |= {
            f"{what}_before": before,
            f"{what}_after": after,
            what: gained,
            f"{what}_change": _relative(gained, before),
        }
    return record


def _relative(gained: int, before: int | None) -> float | None:
    """The change as a part of what was there; None where nothing was."""
    if not before:
        return 0.0 if before == gained == 0 else None
    return gained / before


def _value(value: Any) -> str:
    return "nothing" if value is None else text(value)
