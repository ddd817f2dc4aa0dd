"""What the rules of findings look at: a spec, its plan, and what its stages cost."""

import math
from dataclasses import dataclass
from functools import cached_property

from levit_explore.analysis.conventions import lookup
from levit_explore.plan.levit import plan
from levit_explore.plan.ops import Subsample
from levit_explore.plan.tree import Block, Kind, Node, Plan, tally
from levit_explore.sizes import single
from levit_explore.spec.fields import Spec


@dataclass(frozen=True)
class StageCost:
    """The levit FLOPs of one stage: of all its blocks, of one pair of them, and of the downsample that leads into it.

    An MLP after shrinking attention counts in its stage, as under the rule `stage` of `balance`.
    """

    attention: int
    mlp: int
    pair: int
    shrinking: int  # shrinking attention
    leading: int  # the MLP after it

    @property
    def whole(self) -> int:
        """All that the stage and its downsample cost."""
        return self.attention + self.mlp + self.shrinking + self.leading

    @property
    def ratio(self) -> float:
        """Attention over MLP, shrinking attention left out."""
        return ratio(self.attention, self.mlp + self.leading)


@dataclass(frozen=True)
class Network:
    """A spec of single sizes, and what follows from it, made when it is first asked for."""

    spec: Spec

    @cached_property
    def plan(self) -> Plan:
        """The plan of the spec."""
        return plan(self.spec)

    @cached_property
    def flops(self) -> int:
        """Of the whole network, as levit.py counts them."""
        return _flops(self.plan.root)

    @cached_property
    def costs(self) -> tuple[StageCost, ...]:
        """What each stage costs."""
        return tuple(_cost(stage) for stage in _stages(self.plan))

    @property
    def ratio(self) -> float:
        """Attention over MLP in the whole network, shrinking attention included."""
        attention = sum(cost.attention + cost.shrinking for cost in self.costs)
        return ratio(attention, sum(cost.mlp + cost.leading for cost in self.costs))

    @cached_property
    def subsamples(self) -> dict[int, Subsample]:
        """The ops that make a grid smaller, by the stage that each leads into."""
        return {index: _subsample(stage) for index, stage in enumerate(_stages(self.plan)) if "downsample" in stage}


def ratio(attention: int, mlp: int) -> float:
    """Attention over MLP: infinite without an MLP, and 1, which is in balance, without either."""
    if mlp:
        return attention / mlp
    return math.inf if attention else 1.0


def _stages(plan: Plan) -> list[Block]:
    return [stage for stage in inside(plan.root, "stages").children if isinstance(stage, Block)]


def inside(block: Block, *names: str) -> Block:
    """The block at the end of a way of names."""
    for name in names:
        child = block[name]
        assert isinstance(child, Block)
        block = child
    return block


def _cost(stage: Block) -> StageCost:
    body = inside(stage, "blocks")
    depth = single(body.times or 0)
    attention, mlp = _of(body, Kind.ATTENTION), _of(body, Kind.MLP)
    down = inside(stage, "downsample") if "downsample" in stage else None
    shrinking, leading = (0, 0) if down is None else (_of(down, Kind.SHRINKING_ATTENTION), _of(down, Kind.MLP))
    return StageCost(depth * attention, depth * mlp, attention + mlp, shrinking, leading)


def _of(block: Block, kind: Kind) -> int:
    """What the children of one kind cost, each of them once."""
    return sum(_flops(child) for child in block.children if isinstance(child, Block) and child.kind is kind)


def _flops(node: Node) -> int:
    return single(lookup("levit").total(tally(node)))


def _subsample(stage: Block) -> Subsample:
    down = inside(stage, "downsample", "attn_downsample", "q")["down"]
    assert isinstance(down, Subsample)
    return down
