"""How many bytes a network's activations take: all that a forward pass makes, and what it holds at once.

Every op is a kernel of its own that makes a new tensor of its output, a Subsample too. Nothing is done in place.
Neither the image nor parameters are counted. torch makes a few tensors besides: attention biases looked up for every
pair of tokens, tokens and heads copied into another order, the statistics of LayerNorm, the sum of two heads before it
is halved; and it makes none for a Subsample of stride 1 or of a single row or column, which is a view.
"""

from dataclasses import dataclass

from levit_explore.plan.flow import flow
from levit_explore.plan.ops import Op
from levit_explore.plan.tree import Node, Plan, Step, Unroll, every, fold, walk
from levit_explore.sizes import Size, elements, single

FLOAT32 = 4  # bytes of an element


@dataclass(frozen=True)
class Moment:
    """The run of one op: the bytes of its output, and of all outputs that are held meanwhile, its own included."""

    path: str
    out: int
    alive: int


def activation_memory(node: "Plan | Node", bytes_per_element: int = FLOAT32) -> Size:
    """The bytes of the outputs of all ops for one image, in float32 unless told otherwise.

    An upper bound of what training keeps of them, not what autograd saves: an add, for one, needs none of its inputs.

    >>> from levit_explore import load_spec, plan
    >>> activation_memory(plan(load_spec("levit128s")))
    22054912
    """
    root = node.root if isinstance(node, Plan) else node
    return fold(root, lambda op: bytes_per_element * elements(op.out))


def peak_memory(plan: Plan, bytes_per_element: int = FLOAT32) -> int:
    """The most bytes of outputs that one image's forward pass holds at once, in eval mode, as `live` has them.

    >>> from levit_explore import load_spec, plan
    >>> peak_memory(plan(load_spec("levit128s")))
    1605632
    """
    return max(moment.alive for moment in live(plan, bytes_per_element, _twice))


def _twice(step: Step, bodies: list[str]) -> list[str]:
    """Of repetitions the first two, for all others hold what the second does."""
    return bodies[:2]


def live(plan: Plan, bytes_per_element: int = FLOAT32, unroll: Unroll = every) -> list[Moment]:
    """The ops of a plan of single sizes as they run, each with what is held while it does.

    An output is held from when it is made until the last op that takes it has run, so an op's inputs and its output
    are held together. Python holds some for longer, where a name still stands for them.
    """
    last = {wire.source: wire.target for wire in flow(plan, unroll)}  # targets as they run: the last one stays
    held: dict[str, int] = {}
    moments: list[Moment] = []
    for step in walk(plan, unroll):
        if isinstance(step.node, Op):
            held[step.path] = bytes_per_element * single(elements(step.node.out))
            moments.append(Moment(step.path, held[step.path], sum(held.values())))
            held = {path: size for path, size in held.items() if last.get(path) != step.path}
    return moments
