"""Whether attention and MLP cost about the same, the design objective of Graham et al. 2021, section 4.2.

The paper gives no threshold. The five published models lie between 1.06 and 1.26 under the rule `net`.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from levit_explore.analysis.conventions import lookup
from levit_explore.display import Displayed
from levit_explore.plan.tree import Plan, Role, Step, once, tally
from levit_explore.plan.work import Work
from levit_explore.sizes import single

LOW, HIGH = 0.75, 1.3333
_MIXING = (Work.QK, Work.SOFTMAX, Work.AV)


class Rule(StrEnum):
    """What is held against what."""

    NET = "net"  # the whole network is judged; shrinking attention counts, and stands apart with its MLP
    STAGE = "stage"  # each stage is judged; shrinking attention is left out, its MLP belongs to its stage


@dataclass(frozen=True)
class Part:
    """FLOPs of attention and MLP in one part of a network; `mixing` is what of attention is q.k, softmax and a.v."""

    part: str
    attention: int
    mlp: int
    mixing: int

    @property
    def ratio(self) -> float | None:
        """Attention over MLP; None without an MLP."""
        return self.attention / self.mlp if self.mlp else None

    def within(self, low: float, high: float) -> bool:
        """Whether the ratio lies from `low` to `high`; a part without either kind of block is in balance."""
        if not self.attention and not self.mlp:
            return True
        return low <= (math.inf if self.ratio is None else self.ratio) <= high


@dataclass(frozen=True)
class Balance(Displayed):
    """The verdict under a rule, the whole that it speaks of, and the parts of that whole."""

    convention: str
    rule: Rule
    low: float
    high: float
    whole: Part
    parts: tuple[Part, ...]

    @property
    def balanced(self) -> bool:
        """Whether what the rule judges, the whole or every part, lies within the bounds."""
        judged = (self.whole,) if self.rule is Rule.NET else self.parts
        return all(part.within(self.low, self.high) for part in judged)


def balance(
    plan: Plan, rule: Rule = Rule.NET, low: float = LOW, high: float = HIGH, convention: str = "levit"
) -> Balance:
    """Attention against MLP, in FLOPs under a convention, for the parts and the whole of a network.

    >>> from levit_explore import load_spec, plan
    >>> round(balance(plan(load_spec("levit256"))).whole.ratio, 3)
    1.173
    """
    groups: dict[str, list[Part]] = {}
    for step, times in once(plan):
        name = _part(step, rule)
        if name is not None:
            groups.setdefault(name, []).append(_cost(step, times, convention))
    parts = tuple(_sum(name, costs) for name, costs in groups.items())
    return Balance(convention, rule, low, high, _sum("whole net" if rule is Rule.NET else "all stages", parts), parts)


def _part(step: Step, rule: Rule) -> str | None:
    """The part that an attention or MLP block is counted in; None for anything that is not counted."""
    if not step.is_block or step.role not in (Role.ATTENTION, Role.MLP):
        return None
    if not step.downsample:
        return f"stage {step.stage}"
    if rule is Rule.NET:
        return f"downsample {step.stage}"
    return f"stage {step.stage}" if step.role is Role.MLP else None


def _cost(step: Step, times: int, convention: str) -> Part:
    charge, work = lookup(convention), tally(step.node)
    cost = times * single(charge.total(work))
    mixing = times * single(charge.total({kind: count for kind, count in work.items() if kind in _MIXING}))
    return Part("", cost, 0, mixing) if step.role is Role.ATTENTION else Part("", 0, cost, 0)


def _sum(name: str, parts: Iterable[Part]) -> Part:
    sums = [(part.attention, part.mlp, part.mixing) for part in parts]
    attention, mlp, mixing = (sum(column) for column in zip(*sums, strict=True)) if sums else (0, 0, 0)
    return Part(name, attention, mlp, mixing)
