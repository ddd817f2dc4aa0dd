"""The plan: a small immutable tree of operations, and the walks and folds over it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from levit_explore.display import Displayed
from levit_explore.plan.ops import Op
from levit_explore.plan.work import Facts
from levit_explore.sizes import Shape, Size, elements, single, total
from levit_explore.spec.fields import Spec


class Role(StrEnum):
    """What a block is there for; OTHER is what stands outside all of them."""

    STEM = "stem"
    ATTENTION = "attention"
    MLP = "mlp"
    HEAD = "head"
    OTHER = "other"


class Kind(StrEnum):
    """Which part of a LeViT a block is; it names the torch module that `build` makes of it."""

    MODEL = "model"
    STEM = "stem"
    STAGE = "stage"
    DOWNSAMPLE = "downsample"
    ATTENTION = "attention"
    SHRINKING_ATTENTION = "shrinking_attention"
    MLP = "mlp"
    HEAD = "head"
    SEQUENCE = "sequence"
    LAYER = "layer"  # a convolution or linear layer with the norm that belongs to it, or that layer alone


ROLES = {
    Kind.STEM: Role.STEM,
    Kind.ATTENTION: Role.ATTENTION,
    Kind.SHRINKING_ATTENTION: Role.ATTENTION,
    Kind.MLP: Role.MLP,
    Kind.HEAD: Role.HEAD,
}

Node: TypeAlias = "Block | Op"


@dataclass(frozen=True)
class Block:
    """Named children in the order they run. With `times`, a body that is repeated: `blocks.0`, `blocks.1` and so on."""

    name: str
    kind: Kind
    children: tuple[Node, ...]
    times: "Size | None" = None

    def __getitem__(self, name: str) -> Node:
        """The child called `name`."""
        return next(child for child in self.children if child.name == name)

    def __contains__(self, name: str) -> bool:
        return any(child.name == name for child in self.children)


@dataclass(frozen=True)
class Plan(Displayed):
    """Everything that a spec comes to: the sizes and the order of all operations of one forward pass."""

    spec: Spec
    root: Block
    fused: bool = False


@dataclass(frozen=True)
class Step:
    """A node met on a walk: its path as in a state dict, and the blocks around it, outermost first."""

    path: str
    node: Node
    around: tuple[Block, ...] = ()

    @property
    def role(self) -> Role:
        """The role of the node, or of the innermost block around it that has one."""
        blocks = (*self.around, self.node) if isinstance(self.node, Block) else self.around
        return next((ROLES[block.kind] for block in reversed(blocks) if block.kind in ROLES), Role.OTHER)

    @property
    def is_block(self) -> bool:
        """Whether the node is a block with a role of its own, or an op outside all of them."""
        return self.node.kind in ROLES if isinstance(self.node, Block) else self.role is Role.OTHER

    @property
    def is_stage(self) -> bool:
        """Whether the node is a whole stage."""
        return isinstance(self.node, Block) and self.node.kind is Kind.STAGE

    @property
    def stage(self) -> int | None:
        """The index of the stage that the node is or belongs to."""
        if self.is_stage:
            return int(self.node.name)
        return next((int(block.name) for block in self.around if block.kind is Kind.STAGE), None)

    @property
    def downsample(self) -> bool:
        """Whether the node belongs to the downsample that leads into its stage."""
        return any(block.kind is Kind.DOWNSAMPLE for block in self.around)


Unroll: TypeAlias = Callable[[Step, list[str]], list[str]]


def every(step: Step, bodies: list[str]) -> list[str]:
    """All bodies of a block that repeats one; a walk may be given another choice."""
    return bodies


def walk(plan: Plan, unroll: Unroll = every) -> Iterator[Step]:
    """Every block and op of a plan of single sizes, repetitions unrolled, a block before what it holds.

    Of a block that repeats its body, `unroll` chooses among their paths those to enter.
    """
    return descend(Step("", plan.root), unroll)


def once(plan: Plan) -> Iterator[tuple[Step, int]]:
    """Every block and op of a plan of single sizes with how often it runs; of repetitions the first stands for all."""
    return _once(Step("", plan.root), 1)


def _once(step: Step, times: int) -> Iterator[tuple[Step, int]]:
    yield step, times
    repeats = single(step.node.times) if isinstance(step.node, Block) and step.node.times is not None else 1
    for body in enter(step, lambda _, bodies: bodies[:1]):
        for child in body:
            yield from _once(child, times * repeats)


def descend(step: Step, unroll: Unroll = every) -> Iterator[Step]:
    """A node and all that it holds, as on a walk."""
    yield step
    for body in enter(step, unroll):
        for child in body:
            yield from descend(child, unroll)


def enter(step: Step, unroll: Unroll = every) -> Iterator[list[Step]]:
    """The children of a block, once for each repetition; nothing for an op."""
    if isinstance(step.node, Block):
        around = (*step.around, step.node)
        for path in _bodies(step, step.node.times, unroll):
            yield [Step(join(path, child.name), child, around) for child in step.node.children]


def _bodies(step: Step, times: "Size | None", unroll: Unroll) -> list[str]:
    """The paths that a block's children stand under, one for each repetition."""
    return [step.path] if times is None else unroll(step, [f"{step.path}.{index}" for index in range(single(times))])


def join(*names: str) -> str:
    """Names as one dotted path; a node without a name stands at the path of the block around it.

    >>> join("stem.conv1", "", "weight")
    'stem.conv1.weight'
    """
    return ".".join(name for name in names if name)


def fold(node: Node, fact: Callable[[Op], Size]) -> Size:
    """The sum of a fact over all ops of a node, repetitions included."""
    if isinstance(node, Op):
        return fact(node)
    parts = total(fold(child, fact) for child in node.children)
    return parts if node.times is None else node.times * parts


def params(node: "Plan | Node") -> Size:
    """The number of learned parameters.

    >>> from levit_explore import load_spec, plan
    >>> params(plan(load_spec("levit256")))  # 18.9 M in the paper's table
    18893876
    """
    root = node.root if isinstance(node, Plan) else node
    return fold(root, lambda op: total(elements(shape) for shape in op.weights.values()))


def tally(node: Node) -> Facts:
    """How much of every kind of work a node does for one image."""
    if isinstance(node, Op):
        return node.work
    facts: Facts = {}
    for child in node.children:
        for kind, count in tally(child).items():
            facts[kind] = facts[kind] + count if kind in facts else count
    return facts if node.times is None else {kind: node.times * count for kind, count in facts.items()}


def out(node: Node) -> Shape:
    """The shape that a node gives for one image; a block gives what its last child gives."""
    return node.out if isinstance(node, Op) else out(node.children[-1])


def transform(block: Block, change: Callable[[Block], Block]) -> Block:
    """`block` with `change` applied to every block in it, inner ones first."""
    children = tuple(transform(child, change) if isinstance(child, Block) else child for child in block.children)
    return change(replace(block, children=children))
