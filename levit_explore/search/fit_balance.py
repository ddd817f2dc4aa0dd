"""What would balance the stages of a network: of each that is not, the mlp_ratio or the heads that balance it best."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from levit_explore.analysis.balance import Part, Rule, balance
from levit_explore.analysis.counts import flops
from levit_explore.analysis.finding import edited
from levit_explore.plan.levit import plan
from levit_explore.plan.tree import Plan
from levit_explore.sizes import single
from levit_explore.spec.rules import Path

_HALVES: list[int | float] = [step // 2 if step % 2 == 0 else step / 2 for step in range(1, 25)]  # 0.5 to 12
_MOST_DIGITS = 7  # of a ratio that says any hidden dimension there can be


@dataclass(frozen=True)
class Proposal:
    """A field of a stage as it is and as it would be, the stage's attention over its MLP, and the net's FLOPs."""

    stage: int
    path: Path
    before: Any
    after: Any
    part_before: Part
    part_after: Part
    flops: int

    def balances(self, low: Fraction, high: Fraction) -> bool:
        """Whether the stage has both attention and MLP then, and lies in the band."""
        part = self.part_after
        return bool(part.attention and part.mlp) and within(part, low, high)


@dataclass(frozen=True)
class Stages:
    """Every stage of a network against a band of attention over MLP, with proposals for those outside."""

    convention: str
    low: Fraction
    high: Fraction
    flops: int
    parts: tuple[Part, ...]
    proposals: tuple[Proposal, ...]

    @property
    def balanced(self) -> bool:
        """Whether every stage with attention or MLP lies in the band, and there is one."""
        return bool(self.parts) and all(within(part, self.low, self.high) for part in self.parts)


def within(part: Part, low: Fraction, high: Fraction) -> bool:
    """Whether attention over MLP lies in a band, exactly; a part with neither has none and lies in no band."""
    return bool(part.attention or part.mlp) and low * part.mlp <= part.attention <= high * part.mlp


def stages(planned: Plan, low: Fraction, high: Fraction, convention: str = "levit") -> Stages:
    """The stages under the rule `stage`, with up to two proposals for each that lies outside of the band.

    Each brings its stage into the band, as near to its geometric middle as any heads or, of halves, any mlp_ratio;
    where no half does, the mlp_ratio has as few digits as it takes. A field without a proposal has no such value.
    """
    parts = balance(planned, Rule.STAGE, convention=convention).parts
    outside = [(_stage(part), part) for part in parts if not within(part, low, high)]
    proposals = (each for stage, part in outside for each in _proposals(planned, stage, part, low, high, convention))
    return Stages(convention, low, high, single(flops(planned, convention)), parts, tuple(proposals))


def _proposals(
    planned: Plan, index: int, part: Part, low: Fraction, high: Fraction, convention: str
) -> Iterator[Proposal]:
    stage = planned.spec.stages[index]
    middle = math.sqrt((low or high / 4) * high)
    ratios = [_HALVES, *_ratios(planned, index, part, middle, convention)]
    heads = [_heads(planned, index, part, middle, convention)]
    for name, own, groups in (("mlp_ratio", stage.mlp_ratio, ratios), ("heads", single(stage.heads), heads)):
        path: Path = ("stages", index, name)
        for values in groups:
            tried = [found for value in values if (found := _tried(planned, path, own, value, part, convention))]
            balanced = [each for each in tried if each.balances(low, high)]
            if balanced:
                yield _best(balanced, low, high)
                break


def _ratios(planned: Plan, index: int, part: Part, middle: float, convention: str) -> Iterator[list[int | float]]:
    """The ratios around the one that would bring a stage to the middle, with one digit, then with more of them.

    An MLP's cost is linear in its hidden dimension, so no others can come nearer.
    """
    dim, path = single(planned.spec.stages[index].dim), ("stages", index, "mlp_ratio")
    one, two = (_tried(planned, path, None, ratio, part, convention) for ratio in (1, 2))
    if one is None or two is None or two.part_after.mlp <= one.part_after.mlp:
        return
    wished = 1 + (part.attention / middle - one.part_after.mlp) / (two.part_after.mlp - one.part_after.mlp)
    hidden = math.floor(wished * dim)
    for digits in range(1, _MOST_DIGITS + 1):
        near = {round(ratio, digits) for ratio in (wished, (hidden + 0.5) / dim, (hidden + 1.5) / dim)}
        yield sorted(int(ratio) if ratio == int(ratio) else ratio for ratio in near if ratio > 0)


def _heads(planned: Plan, index: int, part: Part, middle: float, convention: str) -> list[int | float]:
    """The numbers of heads around the one that would bring a stage to the middle; a head more costs always the same."""
    heads, path = single(planned.spec.stages[index].heads), ("stages", index, "heads")
    more = _tried(planned, path, heads, heads + 1, part, convention)
    if more is None or more.part_after.attention <= part.attention:
        return []
    wished = heads + (middle * part.mlp - part.attention) / (more.part_after.attention - part.attention)
    return [value for value in range(math.floor(wished) - 1, math.ceil(wished) + 2) if value >= 1]


def _tried(planned: Plan, path: Path, own: Any, value: float, part: Part, convention: str) -> Proposal | None:
    spec = None if value == own else edited(planned.spec, ((path, value),))
    if spec is None:
        return None
    changed = plan(spec)
    after = next(each for each in balance(changed, Rule.STAGE, convention=convention).parts if each.part == part.part)
    return Proposal(_stage(part), path, own, value, part, after, single(flops(changed, convention)))


def _best(tried: Sequence[Proposal], low: Fraction, high: Fraction) -> Proposal:
    """The proposal nearest to the middle; of several the one that changes least."""
    return min(tried, key=lambda each: (_off(each.part_after, low, high), abs(each.after - each.before)))


def _off(part: Part, low: Fraction, high: Fraction) -> Fraction:
    """How many times a ratio is as great, or as small, as the middle of a band, squared."""
    square, middle = Fraction(part.attention, part.mlp) ** 2, (low or high / 4) * high
    return max(square / middle, middle / square)


def _stage(part: Part) -> int:
    return int(part.part.removeprefix("stage "))
