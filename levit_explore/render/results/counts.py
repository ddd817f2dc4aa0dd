"""What a network costs, row by row."""

from collections.abc import Sequence
from typing import Any

from levit_explore.analysis.conventions import Convention, lookup
from levit_explore.analysis.counts import By, Row, flops, rows
from levit_explore.analysis.memory import activation_memory, peak_memory
from levit_explore.plan.tree import Plan, tally
from levit_explore.plan.work import Facts
from levit_explore.render.sheet import Column, Sheet, Table, count, document, heading, percent, rounded, shape
from levit_explore.sizes import single

_COUNTS = (
    Column("path", "path"),
    Column("role", "role", data_only=True),
    Column("stage", "stage", data_only=True),
    Column("downsample", "downsample", data_only=True),
    Column("out", "output", shape),
    Column("params", "params", count),
    Column("flops", "FLOPs", count),
    Column("share", "share", percent, bar=True),
)


def flops_sheet(plan: Plan, by: By, convention: str) -> Sheet:
    """The rows of a network, totals by role below, and what the convention does and does not count."""
    charge, work = lookup(convention), tally(plan.root)
    table = counts_table(rows(plan, by, convention))
    (total,), roles = (rows(plan, part, convention) for part in (By.MODEL, By.ROLE))
    notes = [f"{charge.summary} ({_uncounted(charge, work)}).", *published_notes(plan)]
    fields = {
        "image_size": list(plan.spec.image_size),
        "convention": convention,
        "fused": plan.fused,
        "by": str(by),
        "flops": total.flops,
        "params": total.params,
        "activation_memory": single(activation_memory(plan)),  # bytes, for one image in fp32
        "peak_memory": peak_memory(plan),  # bytes, likewise
        "rows": rounded(table.rows),
        "notes": notes,
    }
    sums = Table(
        columns=(Column("path", "role"), *(column for column in _COUNTS if column.key in ("params", "flops", "share"))),
        rows=[_counts(row) for row in roles],
        foot=[_counts(total) | {"path": "total"}],
    )
    return Sheet(
        title=f"{heading(plan.spec)}{', BatchNorm folded' if plan.fused else ''}: FLOPs under {convention}",
        document=document("flops", plan.spec.name, fields),
        tables=(table, *([] if by in (By.ROLE, By.MODEL) else [sums])),
        notes=notes,
    )


def counts_table(found: Sequence[Row]) -> Table:
    """Rows of any network as the first table of its sheet shows them."""
    return Table(_COUNTS, [_counts(row) for row in found])


def published_notes(plan: Plan) -> list[str]:
    """Where the numbers that a paper prints differ from those of its code."""
    published = plan.spec.published
    if published is None or plan.fused:
        return []
    notes = [published.note] if published.note else []
    counted = single(flops(plan))
    if published.flops_m is not None and round(counted / 1e6) != round(published.flops_m):
        notes.insert(0, f"{published.source} prints {published.flops_m:g} M FLOPs; levit.py counts {count(counted)}.")
    return notes


def _counts(row: Row) -> dict[str, Any]:
    return {
        "path": row.path,
        "role": str(row.role),
        "stage": row.stage,
        "downsample": row.downsample,
        "out": list(row.out),
        "flops": row.flops,
        "params": row.params,
        "share": row.share,
    }


def _uncounted(charge: Convention, work: Facts) -> str:
    """How much that is: "79,123,712 multiply-adds and 5,388,808 elements"."""
    macs, elements = (single(size) for size in charge.uncounted(work))
    return (f"{count(macs)} multiply-adds and " if macs else "") + f"{count(elements)} elements"
