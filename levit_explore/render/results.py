"""The results of every command as sheets."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from levit_explore.analysis.balance import Balance, Part, Rule
from levit_explore.analysis.conventions import CONVENTIONS, lookup
from levit_explore.analysis.counts import By, Row, flops, rows
from levit_explore.analysis.diff import Diff, RowChange
from levit_explore.analysis.ledger import Ledger
from levit_explore.plan.tree import Plan, params, tally
from levit_explore.render.sheet import (
    Column,
    Record,
    Sheet,
    Table,
    count,
    document,
    percent,
    ratio,
    rounded,
    shape,
    signed,
    signed_percent,
    text,
)
from levit_explore.sizes import single
from levit_explore.spec.fields import Spec

if TYPE_CHECKING:
    from levit_explore.model.verify import Verification  # imports torch

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
_LISTED = (
    Column("name", "name"),
    Column("image_size", "image", shape),
    Column("flops", "FLOPs", count),
    Column("params", "params", count),
    Column("top1", "top-1"),
    Column("source", "source", clip=True),
)
_BALANCE = (
    Column("part", "part"),
    Column("attention", "attention", count),
    Column("mixing", "of it mixing", count),
    Column("mlp", "MLP", count),
    Column("ratio", "attention / MLP", ratio),
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
_MISMATCHES = (
    Column("path", "path"),
    Column("work", "work"),
    Column("planned", "planned", count),
    Column("measured", "measured", count),
)


def flops_sheet(plan: Plan, by: By, convention: str) -> Sheet:
    """The rows of a network, totals by role below, and what the convention does and does not count."""
    charge, work = lookup(convention), tally(plan.root)
    records = [_counts(row) for row in rows(plan, by, convention)]
    (total,), roles = (rows(plan, part, convention) for part in (By.MODEL, By.ROLE))
    fields = {
        "image_size": list(plan.spec.image_size),
        "convention": convention,
        "fused": plan.fused,
        "by": str(by),
        "flops": total.flops,
        "params": total.params,
        "rows": rounded(records),
    }
    sums = Table(
        columns=(Column("path", "role"), *(column for column in _COUNTS if column.key in ("params", "flops", "share"))),
        rows=[_counts(row) for row in roles],
        foot=[_counts(total) | {"path": "total"}],
    )
    return Sheet(
        title=f"{heading(plan.spec)}{', BatchNorm folded' if plan.fused else ''}: FLOPs under {convention}",
        document=document("flops", plan.spec.name, fields),
        tables=(Table(_COUNTS, records), *([] if by in (By.ROLE, By.MODEL) else [sums])),
        notes=[f"{charge.summary} ({count(single(charge.uncounted(work)))} elements).", *published_notes(plan)],
    )


def heading(spec: Spec) -> str:
    """What a table is about: "levit256 at 224x224"."""
    return f"{spec.name} at {shape(spec.image_size)}"  # type: ignore[arg-type]


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
        "role": row.role and str(row.role),
        "stage": row.stage,
        "downsample": row.downsample,
        "out": list(row.out),
        "flops": row.flops,
        "params": row.params,
        "share": row.share,
    }


def list_sheet(plans: Sequence[Plan]) -> Sheet:
    """The bundled specs, a row each."""
    records = [
        {
            "name": plan.spec.name,
            "image_size": list(plan.spec.image_size),
            "flops": flops(plan),
            "params": params(plan),
            "top1": plan.spec.published and plan.spec.published.top1,
            "source": plan.spec.source,
        }
        for plan in plans
    ]
    return Sheet(
        title="bundled specs (FLOPs as levit.py counts; top-1 as published)",
        document=document("list", None, {"specs": records}),
        tables=(Table(_LISTED, records),),
    )


def ledger_sheet(plan: Plan, ledgers: Sequence[Ledger], measured: Mapping[str, int] | None) -> Sheet:
    """Every convention's total as the first one's plus and minus named work, and what running counters `measured`."""
    records: list[Record] = []
    conventions = []
    for ledger in ledgers:
        name = ledger.convention.name
        terms = [
            {"work": str(term.work), "count": term.count, "weight": term.weight, "flops": term.flops}
            for term in ledger.terms
        ]
        found = (measured or {}).get(name)
        held = {"measured": found, "residual": None if found is None else found - ledger.total}
        whole = {"name": name, "total": ledger.total, "difference": ledger.difference}
        conventions.append({**whole, "terms": terms, **held})
        records += [whole | {"flops": ledger.difference} | held, *({"name": name} | term for term in terms)]
    return Sheet(
        title=f"{heading(plan.spec)}: each counter's total as levit's plus and minus named work",
        document=document("reconcile", plan.spec.name, {"conventions": conventions}),
        tables=(_ledger_table(records), *([_measured_table(conventions)] if measured else [])),
        notes=[f"{ledger.convention.summary}." for ledger in ledgers] + _absent(measured),
    )


def _absent(measured: Mapping[str, int] | None) -> list[str]:
    """Which counters could not be run, where any were."""
    names = [name for name in CONVENTIONS if name not in ("levit", "macs", *(measured or ()))]
    return [f"not installed, so not measured: {', '.join(names)}."] if measured is not None and names else []


def _ledger_table(records: Sequence[Record]) -> Table:
    columns = (
        Column("name", "counter", group=True),
        Column("total", "total", count),
        Column("work", "work"),
        Column("count", "count", count),
        Column("weight", "weight", signed),
        Column("flops", "difference", signed),
        Column("measured", "measured", count, data_only=True),
        Column("residual", "residual", signed, data_only=True),
    )
    return Table(columns, records)


def _measured_table(conventions: Sequence[Record]) -> Table:
    columns = (
        Column("name", "counter"),
        Column("total", "predicted", count),
        Column("measured", "measured", count),
        Column("residual", "residual", signed),
    )
    return Table(columns, [record for record in conventions if record["measured"] is not None])


_RULES = {
    Rule.NET: "rule net: the whole net is judged, shrinking attention included; each downsample stands apart",
    Rule.STAGE: "rule stage: each stage is judged, shrinking attention left out; its MLP belongs to its stage",
}


def balance_sheet(plan: Plan, result: Balance) -> Sheet:
    """Attention against MLP by part and in the whole, under the rule that the sheet states."""
    parts = [{"part": part.part, **_costs(part)} for part in result.parts]
    fields = {
        "convention": result.convention,
        "rule": str(result.rule),
        "low": result.low,
        "high": result.high,
        "balanced": result.balanced,
        **rounded(_costs(result.whole)),
        "parts": rounded(parts),
    }
    return Sheet(
        title=f"{heading(plan.spec)}: attention against MLP, FLOPs under {result.convention}",
        document=document("balance", plan.spec.name, fields),
        tables=(Table(_BALANCE, parts, foot=[{"part": result.whole.part, **_costs(result.whole)}]),),
        notes=[
            f"{_RULES[result.rule]}.",
            f"{_verdict(result)} between {result.low:g} and {result.high:g}. Mixing is q.k, softmax and attention.v.",
        ],
    )


def _verdict(result: Balance) -> str:
    match result.rule, result.balanced:
        case Rule.NET, True:
            return "balanced: the whole net lies"
        case Rule.NET, False:
            return "not balanced: the whole net does not lie"
        case Rule.STAGE, True:
            return "balanced: every stage lies"
        case _:
            return "not balanced: not every stage lies"


def _costs(part: Part) -> dict[str, Any]:
    return {"attention": part.attention, "mlp": part.mlp, "ratio": part.ratio, "mixing": part.mixing}


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


def verify_sheet(plan: Plan, result: "Verification") -> Sheet:
    """Where plan and torch disagree, a row each, and how much was compared."""
    records = [dataclasses.asdict(mismatch) for mismatch in result.mismatches]
    totals = ", ".join(f"{name} {count(total)}" for name, total in result.totals.items())
    verdict = "the plan and torch agree" if result.ok else "the plan and torch do not agree"
    return Sheet(
        title=f"{heading(plan.spec)}: {verdict}",
        document=document(
            "verify",
            plan.spec.name,
            {"ok": result.ok, "paths": result.paths, "mismatches": records, "totals": dict(result.totals)},
        ),
        tables=(Table(_MISMATCHES, records),),
        notes=[
            f"compared {result.paths} module paths for every kind of work, by torch's FlopCounterMode and fvcore",
            f"totals: {totals}",
        ],
    )


def _value(value: Any) -> str:
    return "nothing" if value is None else text(value)
