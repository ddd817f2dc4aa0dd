"""Findings about what attention, MLPs and stages cost."""

from collections.abc import Iterator

from levit_explore.analysis.balance import HIGH, LOW, Part, Rule, balance
from levit_explore.analysis.counts import By, rows
from levit_explore.analysis.finding import Finding, Fix, first, short
from levit_explore.analysis.published import spans
from levit_explore.plan.tree import Plan
from levit_explore.sizes import single
from levit_explore.spec.fields import Spec
from levit_explore.spec.rules import Path

_MOST = 0.5  # of all FLOPs, which one of several stages may cost
_RATIOS = [step / 2 for step in range(1, 25)]  # of an MLP, which are tried: 0.5 to 12


def net_balance(plan: Plan) -> Iterator[Finding]:
    """Attention against MLP in the whole network, the design objective of the paper."""
    whole = balance(plan, Rule.NET).whole
    if not whole.within(LOW, HIGH):
        what = f"attention costs {_against(whole)}; {LOW:g} to {HIGH:g} times is balanced"
        why = "the paper gives attention and MLP about the same FLOPs (section 4.2)"
        yield Finding("net balance", (), what, why, _mend_net(plan.spec, more=whole.within(HIGH, float("inf"))))


def _mend_net(spec: Spec, more: bool) -> Fix:
    """The mlp_ratio of all stages, moved alike, that brings the whole network into balance."""
    deep = [index for index, stage in enumerate(spec.stages) if single(stage.depth)]
    fixes = (
        tuple((_ratio(index), short(float(spec.stages[index].mlp_ratio) + (by if more else -by))) for index in deep)
        for by in _RATIOS
    )
    return first(spec, (fix for fix in fixes if fix and all(value > 0 for _, value in fix)), _balanced)


def _balanced(plan: Plan) -> bool:
    return balance(plan, Rule.NET).balanced


def stage_balance(plan: Plan) -> Iterator[Finding]:
    """A stage that is out of balance, and further than any stage of a published model."""
    published = spans()["balance"]
    low, high = min(LOW, published.low), max(HIGH, published.high)
    for index, part in _judged(plan).items():
        if not part.within(low, high):
            what = f"attention costs {_against(part)}; in published stages it is {low:.2f} to {high:.2f} times"
            why = "one of the two has little to work with, and the other takes its FLOPs"
            yield Finding("stage balance", ("stages", index), what, why, _mend_stage(plan.spec, index, part, low, high))


def _judged(plan: Plan) -> dict[int, Part]:
    """What the stages cost that have blocks of their own; shrinking attention is left out, its MLP is not."""
    parts = {part.part: part for part in balance(plan, Rule.STAGE).parts}
    return {index: parts[f"stage {index}"] for index, stage in enumerate(plan.spec.stages) if single(stage.depth)}


def _mend_stage(spec: Spec, index: int, part: Part, low: float, high: float) -> Fix:
    """The mlp_ratio nearest to what balances the stage, or where none does, its heads."""
    stage = spec.stages[index]
    wished = float(stage.mlp_ratio * part.ratio) if part.ratio else float(stage.attn_ratio)
    fixes: list[Fix] = [((_ratio(index), short(value)),) for value in _nearest(_RATIOS, wished)]
    if part.ratio:
        heads = range(1, 2 * round(single(stage.heads) / part.ratio) + 1)
        fixes += [((("stages", index, "heads"), count),) for count in _nearest(heads, single(stage.heads) / part.ratio)]
    return first(spec, fixes, lambda trial: _judged(trial)[index].within(low, high))


def largest_stage(plan: Plan) -> Iterator[Finding]:
    """A stage that costs more than half, where there are several; fewer blocks would mend it."""
    shares = _shares(plan)
    for index, share in shares.items() if len(shares) > 1 else ():
        if share > _MOST:
            what = f"{share:.0%} of all FLOPs"
            why = "what is saved elsewhere hardly counts; the published models spread their FLOPs over the stages"
            yield Finding("largest stage", ("stages", index), what, why, _mend_depth(plan.spec, index, share))


def _shares(plan: Plan) -> dict[int, float]:
    return {row.stage: row.share for row in rows(plan, By.STAGE) if row.stage is not None}


def _mend_depth(spec: Spec, index: int, share: float) -> Fix:
    """The most blocks with which a stage costs no more than half, its downsample included."""
    depth = single(spec.stages[index].depth)
    most = int(depth * (1 - share) / share)  # were all of its cost in its blocks
    fixes: list[Fix] = [((("stages", index, "depth"), count),) for count in range(most, max(0, most - 6), -1)]
    return first(spec, fixes, lambda trial: _shares(trial)[index] <= _MOST)


def _nearest(values: "list[float] | range", wished: float, count: int = 6) -> "list[float]":
    """Those of several values that are nearest to another."""
    return sorted(values, key=lambda value: abs(value - wished))[:count]


def _ratio(index: int) -> Path:
    return ("stages", index, "mlp_ratio")


def _against(part: Part) -> str:
    return "something, MLPs nothing" if part.ratio is None else f"{part.ratio:.2f} times what MLPs cost"
