"""What would balance each stage: its attention over its MLP as it is, and with another mlp_ratio or other heads."""

from collections.abc import Iterator, Sequence
from typing import Any

from levit_explore.analysis.balance import Part, Rule
from levit_explore.plan.tree import Plan
from levit_explore.render.results.fit_lines import paragraph
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
        notes=[line for note in _notes(found, len(planned.spec.stages)) for line in paragraph(note)],
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


def _notes(found: Stages, stages: int) -> Iterator[str]:
    if not found.parts:
        yield "nothing to balance: no stage has attention or MLP."
        return
    there = {_stage(part) for part in found.parts}
    without = [f"stage {stage}" for stage in range(stages) if stage not in there]
    yield _verdict(found, "every stage with attention or MLP" if without else "every stage")
    yield from _left(found)
    if without:
        have = "has" if len(without) == 1 else "have"
        yield f"{', '.join(without)} {have} neither attention nor MLP, and so no balance."


def _verdict(found: Stages, every: str) -> str:
    low, high = f"{float(found.low):g}", f"{float(found.high):g}"
    if found.balanced:
        return f"{every} lies between {low} and {high}: nothing to change."
    ways = ": each line is one way by itself, nearest to the middle" if found.proposals else ""
    return f"rule stage, {low} to {high}{ways}; the net has {found.flops:,} FLOPs."


def _left(found: Stages) -> Iterator[str]:
    """The stages that no mlp_ratio, or no heads, bring into the band."""
    outside = [_stage(part) for part in found.parts if not within(part, found.low, found.high)]
    for field in ("mlp_ratio", "heads"):
        mended = {each.stage for each in found.proposals if each.path[-1] == field}
        left = [f"stage {stage}" for stage in outside if stage not in mended]
        if left:
            yield f"no {field} {'balances' if field == 'mlp_ratio' else 'balance'} {', '.join(left)}."


def _stage(part: Part) -> int:
    return int(part.part.removeprefix("stage "))
