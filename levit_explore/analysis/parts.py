"""What a graph of an architecture is made of: boxes with what they cost, clusters of boxes, and edges with shapes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from levit_explore.plan.ops import Op
from levit_explore.plan.tree import Role
from levit_explore.sizes import Shape


class Level(StrEnum):
    """What one box stands for."""

    STAGE = "stage"  # the body of a stage, or a whole downsample
    BLOCK = "block"  # an attention, an MLP, or the add behind one
    OP = "op"


@dataclass(frozen=True)
class Cost:
    """What a part costs each time it runs, and its share of the network's FLOPs over all times."""

    flops: int = 0
    params: int = 0
    share: float = 0.0


@dataclass(frozen=True)
class Box:
    """One node of a graph: an op, a block, or what the network is given, whose path is IMAGE."""

    path: str
    kind: str  # "attention", "linear", "softmax"
    role: Role
    cluster: str  # path of the innermost cluster around it, or ""
    out: Shape
    traits: Mapping[str, int | str]  # what tells it from others of its kind: heads, key_dim
    cost: Cost
    times: int = 1  # how many of them the network has where this one stands for all
    ops: Mapping[str, Op] = field(default_factory=dict, repr=False)  # by the rest of their path


@dataclass(frozen=True)
class Cluster:
    """Boxes that belong to one block of the plan; its cost is all of theirs, its repetitions included."""

    path: str
    kind: str
    role: Role
    cluster: str  # path of the cluster around it, or ""
    out: Shape
    cost: Cost
    times: int = 1  # how often what it holds is repeated
    ops: Mapping[str, Op] = field(default_factory=dict, repr=False)  # by the rest of their path


@dataclass(frozen=True)
class Edge:
    """That one box takes what another gives. `skip` is the way past a residual branch."""

    source: str
    target: str
    shape: Shape  # of what is passed, as it is taken: out of a stem, (tokens, channels)
    skip: bool = False
