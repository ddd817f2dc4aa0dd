"""Attention against MLP."""

from typing import Any

from levit_explore.analysis.balance import Balance, Part, Rule
from levit_explore.plan.tree import Plan
from levit_explore.render.sheet import (
    Column,
    Sheet,
    Table,
    count,
    document,
    heading,
    ratio,
    rounded,
)

_BALANCE = (
    Column("part", "part"),
    Column("attention", "attention", count),
    Column("mixing", "of it mixing", count),
    Column("mlp", "MLP", count),
    Column("ratio", "attention / MLP", ratio),
)


_RULES = {
    Rule.NET: "rule net: the whole net is judged, shrinking attention included; each downsample stands apart",
    Rule.STAGE: "rule stage: each stage is judged, shrinking attention left out; its MLP belongs to its stage",
}


def balance_sheet(plan: Plan, result: Balance) -> Sheet:
    """Attention against MLP by part and in the whole, under the rule that the sheet states."""
    fields = {
        "convention": result.convention,
        "rule": str(result.rule),
        "low": result.low,
        "high": result.high,
        "balanced": result.balanced,
        **rounded(_costs(result.whole)),
        "parts": rounded(balance_table(result).rows),
    }
    return Sheet(
        title=f"{heading(plan.spec)}: attention against MLP, FLOPs under {result.convention}",
        document=document("balance", plan.spec.name, fields),
        tables=(balance_table(result),),
        notes=balance_notes(result),
    )


def balance_table(result: Balance) -> Table:
    """The parts, and the whole below them."""
    parts = [{"part": part.part, **_costs(part)} for part in result.parts]
    return Table(_BALANCE, parts, foot=[{"part": result.whole.part, **_costs(result.whole)}])


def balance_notes(result: Balance) -> list[str]:
    """The rule, and the verdict under it."""
    return [f"{_RULES[result.rule]}.", f"{_verdict(result)}. Mixing is q.k, softmax and attention.v."]


def _verdict(result: Balance) -> str:
    bounds = f"between {result.low:g} and {result.high:g}"
    match result.rule, result.balanced:
        case _ if not result.parts:
            return "nothing to balance: no part has attention or MLP"
        case Rule.NET, True:
            return f"balanced: the whole net lies {bounds}"
        case Rule.NET, False:
            return f"not balanced: the whole net does not lie {bounds}"
        case Rule.STAGE, True:
            return f"balanced: every stage lies {bounds}"
        case _:
            return f"not balanced: not every stage lies {bounds}"


def _costs(part: Part) -> dict[str, Any]:
    return {"attention": part.attention, "mlp": part.mlp, "ratio": part.ratio, "mixing": part.mixing}
