"""Which op takes what another gives: how data flows through a plan."""

from collections.abc import Mapping
from dataclasses import dataclass

from levit_explore.plan.ops import Op, Residual
from levit_explore.plan.tree import Kind, Plan, Step, Unroll, enter, every

IMAGE = "image"  # the path of what the network is given
_INPUT = "<input>"  # what the block around takes

# What a child takes where that is not what the child before it gives; a name that a block lacks stands for its input.
_TAKES: Mapping[Kind, Mapping[str, tuple[str, ...]]] = {
    Kind.ATTENTION: {"av": ("softmax", "qkv"), "add": ("proj", _INPUT)},
    Kind.SHRINKING_ATTENTION: {"q": ("norm",), "qk": ("q", "kv"), "av": ("softmax", "kv")},
    Kind.MLP: {"add": ("ln2", _INPUT)},
    Kind.MODEL: {"head": ("pool",), "head_dist": ("pool",), "average": ("head", "head_dist")},
}


@dataclass(frozen=True)
class Wire:
    """What one op gives and another takes, by their paths; `skip` is the way past a residual branch."""

    source: str
    target: str
    skip: bool = False


def flow(plan: Plan, unroll: Unroll = every) -> list[Wire]:
    """The wires of a plan of single sizes, from IMAGE to the op that is the network's result, targets as they run.

    Of a block that is repeated, `unroll` chooses among the paths of its bodies those to follow.
    """
    wires: list[Wire] = []
    _follow(Step("", plan.root), (IMAGE,), unroll, wires)
    return wires


def _follow(step: Step, given: tuple[str, ...], unroll: Unroll, wires: list[Wire]) -> tuple[str, ...]:
    """Adds the wires in a node that is given the results of some ops; the ops whose results it gives itself."""
    if isinstance(step.node, Op):
        skips = (isinstance(step.node, Residual) and place == 1 for place in range(len(given)))
        wires += [Wire(source, step.path, skip) for source, skip in zip(given, skips, strict=True)]
        return (step.path,)
    for body in enter(step, unroll):
        results = {_INPUT: given}
        for child in body:
            taken = _TAKES.get(step.node.kind, {}).get(child.node.name)
            sources = given if taken is None else sum((results.get(name, results[_INPUT]) for name in taken), ())
            given = results[child.node.name] = _follow(child, sources, unroll, wires)
    return given
