"""Why counters differ, and what they say when they are run."""

from collections.abc import Sequence
from typing import Any

from levit_explore.analysis.ledger import Ledger
from levit_explore.plan.tree import Plan
from levit_explore.render.sheet import Column, Record, Sheet, Table, count, document, heading, signed


def ledger_sheet(plan: Plan, ledgers: Sequence[Ledger]) -> Sheet:
    """Every convention's total as the first one's plus and minus named work, and what counters said that were run."""
    return Sheet(
        title=f"{heading(plan.spec)}: each counter's total as {ledgers[0].convention.name}'s plus and minus named work",
        document=document("reconcile", plan.spec.name, {"conventions": [_convention(ledger) for ledger in ledgers]}),
        tables=ledger_tables(ledgers),
        notes=ledger_notes(ledgers),
    )


def ledger_tables(ledgers: Sequence[Ledger]) -> tuple[Table, Table]:
    """The terms of every convention, and those conventions whose counters were run."""
    conventions = [_convention(ledger) for ledger in ledgers]
    records = [record for convention in conventions for record in _records(convention)]
    return _ledger_table(records), _measured_table(conventions)


def ledger_notes(ledgers: Sequence[Ledger]) -> list[str]:
    """What each convention counts, and whether the counters that were run agree."""
    return [f"{ledger.convention.summary}." for ledger in ledgers] + _absent(ledgers) + _verdict(ledgers)


def _convention(ledger: Ledger) -> dict[str, Any]:
    terms = [
        {"work": str(term.work), "count": term.count, "weight": term.weight, "flops": term.flops}
        for term in ledger.terms
    ]
    whole = {"name": ledger.convention.name, "total": ledger.total, "difference": ledger.difference, "terms": terms}
    return whole | {"measured": ledger.measured, "residual": ledger.residual}


def _records(convention: Record) -> list[Record]:
    """A convention as a row, and its terms as rows below."""
    whole = {key: value for key, value in convention.items() if key != "terms"} | {"flops": convention["difference"]}
    return [whole, *({"name": convention["name"]} | term for term in convention["terms"])]


def _absent(ledgers: Sequence[Ledger]) -> list[str]:
    """Which counters could not be run, where any were."""
    names = [ledger.convention.name for ledger in ledgers if ledger.measured is None]
    absent = [name for name in names if name not in ("levit", "macs")]  # which no program counts by
    return [f"not installed, so not measured: {', '.join(absent)}."] if absent and len(names) < len(ledgers) else []


def _verdict(ledgers: Sequence[Ledger]) -> list[str]:
    """Whether every counter that was run said what was predicted."""
    residuals = {ledger.convention.name: ledger.residual for ledger in ledgers if ledger.residual is not None}
    if not residuals:
        return []
    wrong = [f"{name}: residual {signed(residual)}" for name, residual in residuals.items() if residual]
    right = f"residual 0 for every counter that was run: {', '.join(residuals)}"
    return [f"{'; '.join(wrong) or right}."]


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
