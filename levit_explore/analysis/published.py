"""What the published models that ship with the package have in common, read off their own specs."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from levit_explore.analysis.balance import Rule, balance
from levit_explore.plan.levit import plan
from levit_explore.plan.ops import Subsample
from levit_explore.plan.tree import Plan, walk
from levit_explore.sizes import elements, single, truncate
from levit_explore.spec.fields import Spec, Stage
from levit_explore.spec.load import bundled_names, load_spec

OF_STAGES = ("dim", "depth", "heads", "key_dim", "attn_ratio", "mlp_ratio")
OF_DOWNSAMPLES = ("heads", "key_dim", "attn_ratio", "mlp_ratio", "stride")


@dataclass(frozen=True)
class Span:
    """The least and the most of a value among the published models."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def nearest(self, value: float) -> float:
        """The value within that is nearest to another."""
        return min(max(value, self.low), self.high)


@lru_cache(maxsize=1)
def spans() -> dict[str, Span]:
    """What fields and ratios of the published models span, the paper's ablations included.

    The fields of stages and downsamples stand under their names ("downsample.heads"), `drop_path` too; then "balance",
    the FLOPs of a stage's attention over its MLP's, "width", as `width` has it, and "rounding", as `rounding` has it.
    """
    found: dict[str, list[float]] = {}
    for name in bundled_names():
        spec = load_spec(name)
        if spec.published is not None:
            for key, value in _values(plan(spec)):
                found.setdefault(key, []).append(value)
    return {key: Span(min(values), max(values)) for key, values in found.items()}


def width(stage: Stage) -> float:
    """The values of all heads over the dim that they are projected to."""
    return single(stage.heads) * single(truncate(stage.attn_ratio, stage.key_dim)) / single(stage.dim)


def rounding(op: Subsample) -> float:
    """How many times the tokens there are that a strided grid would have if its sides were divided exactly."""
    tokens, kept = single(elements(op.grid)), single(op.out[0])
    return kept * single(op.stride) ** 2 / tokens


def subsamples(plan: Plan) -> dict[int, Subsample]:
    """The ops that make a grid smaller, by the stage that each leads into."""
    steps = ((step.stage, step.node) for step in walk(plan))
    return {stage: node for stage, node in steps if stage is not None and isinstance(node, Subsample)}


def fields_of(spec: Spec) -> Iterator[tuple[tuple[str | int, ...], str, float]]:
    """The numbers of a spec that are held against the published: path, name in `spans`, value."""
    yield ("drop_path",), "drop_path", spec.drop_path
    for index, stage in enumerate(spec.stages):
        for name in OF_STAGES:
            yield ("stages", index, name), name, getattr(stage, name)
        for name in OF_DOWNSAMPLES if stage.downsample is not None else ():
            yield ("stages", index, "downsample", name), f"downsample.{name}", getattr(stage.downsample, name)


def _values(plan: Plan) -> Iterator[tuple[str, float]]:
    yield from ((name, value) for _, name, value in fields_of(plan.spec))
    yield from (("balance", part.ratio) for part in balance(plan, Rule.STAGE).parts if part.ratio is not None)
    yield from (("width", width(stage)) for stage in plan.spec.stages)
    yield from (("rounding", rounding(op)) for op in subsamples(plan).values())
