"""The architecture as a graph at a chosen level: boxes with what they cost, clusters of boxes, and edges with shapes.

Every picture and every exported graph shows this one. A repeated block stands in it once, with how often it runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from levit_explore.analysis.conventions import Convention, lookup
from levit_explore.analysis.counts import flops
from levit_explore.analysis.parts import Box, Cluster, Cost, Edge, Level
from levit_explore.analysis.traits import kind, traits
from levit_explore.display import Displayed
from levit_explore.errors import LevitError
from levit_explore.plan.flow import IMAGE, flow
from levit_explore.plan.ops import Op, Residual
from levit_explore.plan.tree import (
    Block,
    Kind,
    Plan,
    Role,
    Step,
    Unroll,
    descend,
    enter,
    every,
    fold,
    out,
    params,
    walk,
)
from levit_explore.sizes import Shape, Size, elements, single
from levit_explore.spec.words import did_you_mean, quoted

CLUSTERS = (
    *(Kind.STEM, Kind.STAGE, Kind.DOWNSAMPLE, Kind.HEAD),
    *(Kind.ATTENTION, Kind.SHRINKING_ATTENTION, Kind.MLP),
)


@dataclass(frozen=True)
class Graph(Displayed):
    """A network as a graph: boxes and clusters in the order they run, a cluster before those in it."""

    plan: Plan
    convention: str
    boxes: tuple[Box, ...]
    clusters: tuple[Cluster, ...]
    edges: tuple[Edge, ...]

    @property
    def flops(self) -> int:
        """Of the whole network, under the convention."""
        return sum(box.cost.flops * box.times for box in self.boxes)

    @property
    def params(self) -> int:
        """Of the whole network."""
        return sum(box.cost.params * box.times for box in self.boxes)


def graph(
    plan: Plan, level: Level = Level.BLOCK, focus: str | None = None, expand: bool = False, convention: str = "levit"
) -> Graph:
    """A plan of single sizes as a graph; `expand` draws every repetition of a block.

    `focus`, the path of a part, draws that part by op and all else by stage, whatever the level. Raises LevitError for
    a path that the plan has not.
    """
    if focus is not None:
        _check(focus, plan)
    unroll = every if expand else _one_body(focus)
    drawing = _Drawing(level, focus, unroll, lookup(convention), single(flops(plan, convention)))
    drawing.add_image(plan)
    drawing.add(Step("", plan.root), "", 1)
    return Graph(plan, convention, tuple(drawing.boxes), tuple(drawing.clusters), _edges(plan, unroll, drawing.homes))


def _check(focus: str, plan: Plan) -> None:
    """Raises LevitError for a path that nothing has; that of one repetition of a block is one too."""
    paths = [step.path for step in walk(plan) if step.path]
    if not any(_leads(focus, path) for path in paths):
        fix = did_you_mean(focus, paths) or ", such as stages.0.blocks.0.attn"
        raise LevitError(f"--focus {quoted(focus)}: no part of that path{fix}")


def _leads(path: str, inner: str) -> bool:
    """Whether `inner` is the path itself or that of something in it."""
    return inner == path or inner.startswith(f"{path}.")


def _one_body(focus: str | None) -> Unroll:
    """Of the bodies of a repeated block the one that the focus lies in, or the first."""

    def chosen(step: Step, bodies: list[str]) -> list[str]:
        return [body for body in bodies if focus is not None and _leads(body, focus)] or bodies[:1]

    return chosen


@dataclass
class _Drawing:
    """A graph in the making."""

    level: Level
    focus: str | None
    unroll: Unroll
    charge: Convention
    total: int  # FLOPs of the network
    boxes: list[Box] = field(default_factory=list)
    clusters: list[Cluster] = field(default_factory=list)
    homes: dict[str, str] = field(default_factory=dict)  # path of an op -> path of the box that it is drawn in

    def add_image(self, plan: Plan) -> None:
        """Adds the box of what the network is given."""
        shape = (plan.spec.in_channels, *plan.spec.image_size)
        self.boxes.append(Box(IMAGE, IMAGE, Role.OTHER, "", shape, {}, Cost()))
        self.homes[IMAGE] = IMAGE

    def add(self, step: Step, cluster: str, times: int) -> None:
        """Adds what a node is drawn as; `times` is how often it runs, `cluster` the path of the cluster around it."""
        if not any(isinstance(one.node, Op) for one in descend(step)):
            return  # a stage of depth 0
        if self._drawn(step):
            adds = self._adds(step)
            self._add_box(step, self._cost(step, times, less=adds), cluster, times, less=adds)
            for add in adds:
                self._add_box(add, self._cost(add, times), cluster, times)
        elif isinstance(step.node, Block):
            bodies = list(enter(step, self.unroll))
            repeats = 1 if step.node.times is None else single(step.node.times) // len(bodies)
            if step.node.kind in CLUSTERS or step.node.times is not None:
                self._add_cluster(step, self._cost(step, times), cluster, repeats)
                cluster = step.path
            for child in chain(*bodies):
                self.add(child, cluster, times * repeats)

    def _drawn(self, step: Step) -> bool:
        """Whether a node is one box; if not, what it holds is drawn."""
        level = self.level
        if self.focus is not None:
            level = Level.OP if _leads(self.focus, step.path) else Level.STAGE
        if isinstance(step.node, Op):
            return True
        if level is Level.OP or (self.focus is not None and _leads(step.path, self.focus)):
            return False
        if level is Level.BLOCK:
            return step.is_block
        return step.path not in ("", "stages") and step.node.kind is not Kind.STAGE

    def _adds(self, step: Step) -> list[Step]:
        """The residual adds in a block that are drawn apart, so that the way past the branch is seen."""
        if self.level is not Level.BLOCK or self.focus is not None or isinstance(step.node, Op):
            return []
        return [one for one in descend(step) if isinstance(one.node, Residual)]

    def _add_box(self, step: Step, cost: Cost, cluster: str, times: int, less: Sequence[Step] = ()) -> None:
        node, ops = step.node, self._ops(step)
        self.homes |= {one.path: step.path for one in ops}
        apart = {one.path for one in less}
        held = _by_rest(step, [one for one in ops if one.path not in apart])
        self.boxes.append(Box(step.path, kind(node), step.role, cluster, out(node), traits(node), cost, times, held))

    def _add_cluster(self, step: Step, cost: Cost, cluster: str, times: int) -> None:
        node, held = step.node, _by_rest(step, self._ops(step))
        self.clusters.append(Cluster(step.path, kind(node), step.role, cluster, out(node), cost, times, held))

    def _ops(self, step: Step) -> list[Step]:
        return [one for one in descend(step, self.unroll) if isinstance(one.node, Op)]

    def _cost(self, step: Step, times: int, less: Sequence[Step] = ()) -> Cost:
        """What a node costs each time, without what is drawn apart from it."""
        flops, weights = (
            single(fold(step.node, fact)) - sum(single(fold(one.node, fact)) for one in less)
            for fact in (self._flops, params)
        )
        return Cost(flops, weights, times * flops / self.total if self.total else 0.0)

    def _flops(self, op: Op) -> Size:
        return self.charge.total(op.work)


def _by_rest(step: Step, ops: Sequence[Step]) -> dict[str, Op]:
    """Ops in a node by what their paths add to its own."""
    return {one.path.removeprefix(step.path).removeprefix("."): one.node for one in ops if isinstance(one.node, Op)}


def _edges(plan: Plan, unroll: Unroll, homes: Mapping[str, str]) -> tuple[Edge, ...]:
    """The wires between boxes, each pair once; what stays in a box is left out, and a way past what is not drawn.

    What follows the stem takes the pixels of its map (channels, H, W) as tokens.
    """
    stem = {step.path for step in walk(plan, unroll) if step.role is Role.STEM}
    shapes = {step.path: out(step.node) for step in walk(plan, unroll)}
    shapes[IMAGE] = (plan.spec.in_channels, *plan.spec.image_size)

    def taken(source: str, target: str) -> Shape:
        shape = shapes[source]
        return (elements(shape[1:]), shape[0]) if source in stem and target not in stem else shape

    edges = (
        Edge(homes[one.source], homes[one.target], taken(one.source, one.target), one.skip)
        for one in flow(plan, unroll)
        if not one.skip or homes[one.target] == one.target
    )
    return tuple(dict.fromkeys(edge for edge in edges if edge.source != edge.target))
