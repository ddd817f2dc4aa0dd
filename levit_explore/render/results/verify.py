"""Whether plan and torch agree."""

import dataclasses
from typing import TYPE_CHECKING

from levit_explore.plan.tree import Plan
from levit_explore.render.sheet import (
    Column,
    Sheet,
    Table,
    count,
    document,
    heading,
)

if TYPE_CHECKING:
    from levit_explore.model.verify import Verification  # imports torch


_MISMATCHES = (
    Column("path", "path"),
    Column("work", "work"),
    Column("planned", "planned", count),
    Column("measured", "measured", count),
)


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
