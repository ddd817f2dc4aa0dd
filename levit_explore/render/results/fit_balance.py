"""What would balance each stage: its attention over its MLP as it is, and with another mlp_ratio or other heads."""

from collections.abc import Sequence
from typing import Any

from levit_explore.analysis.balance import Rule
from levit_explore.plan.tree import Plan
from levit_explore.render.sheet import Column, Sheet, Table, count, document, heading, ratio, rounded
from levit_explore.search.fit_balance import Proposal, Stages, within
from levit_explore.spec.document import field_name

_PARTS = (
    Column("part", "part"),
    Column("attention", "attention", count),
    Column("mlp", "MLP", count),
    Column("ratio", "attention / MLP", ratio),
    Column("balanced", "balanced", lambda value: "yes" if value else "no"),
)
_PROPOSALS = (
    Column("field", "field"),
    Column("before", "from"),
    Column("after", "to"),
    Column("ratio_before", "ratio", ratio),
    Column("ratio_after", "then", ratio),
    Column("flops", "FLOPs then", count),
)


def stages_sheet(planned: Plan, found: Stages, first: Sequence[str]) -> Sheet:
    """The proposals, or of a network whose stages are balanced that there are none; `first` edits come before them."""
    band = f"{float(found.low):g} to {float(found.high):g}"
    parts = [
        {"part": part.part, "attention": part.attention, "mlp": part.mlp, "ratio": part.ratio}
        | {"balanced": within(part, found.low, found.high)}
        for part in found.parts
    ]
    rows = [_row(each) for each in found.proposals]
    fields: dict[str, Any] = {"convention": found.convention, "rule": str(Rule.STAGE)}
    fields |= {"low": float(found.low), "high": float(found.high), "balanced": found.balanced, "flops": found.flops}
    proposals = [row | {"set": [*first, _edit(each)]} for row, each in zip(rows, found.proposals, strict=True)]
    parts_table, proposals_table = Table(_PARTS, parts), Table(_PROPOSALS, rows)
    return Sheet(
        title=f"{heading(planned.spec)}: what balances each stage, FLOPs under {found.convention}",
        document=document("fit", planned.spec.name, fields | rounded({"parts": parts, "proposals": proposals})),
        tables=(proposals_table, parts_table),
        notes=[_verdict(found, band), *_left(found)],
    )


def _row(each: Proposal) -> dict[str, Any]:
    return {
        "field": field_name(each.path),
        "before": each.before,
        "after": each.after,
        "ratio_before": each.part_before.ratio,
        "ratio_after": each.part_after.ratio,
        "flops": each.flops,
    }


def _edit(each: Proposal) -> str:
    return f"{'.'.join(map(str, each.path))}={each.after}"


def _verdict(found: Stages, band: str) -> str:
    if found.balanced:
        return f"every stage lies between {band}: nothing to change."
    return (
        f"rule stage, {band}: each line is one way by itself, nearest to the middle; the net has {found.flops:,} FLOPs."
    )


def _left(found: Stages) -> list[str]:
    """The stages that no proposal brings into the band."""
    mended = {each.stage for each in found.proposals if within(each.part_after, found.low, found.high)}
    left = [
        part.part
        for part in found.parts
        if not within(part, found.low, found.high) and int(part.part.removeprefix("stage ")) not in mended
    ]
    return [f"no mlp_ratio and no heads balance {', '.join(left)}."] if left else []
