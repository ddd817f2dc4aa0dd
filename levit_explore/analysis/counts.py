"""What a network costs under a convention, as one number and as rows that add up to it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from levit_explore.analysis.conventions import Convention, lookup
from levit_explore.display import DisplayedList
from levit_explore.plan.ops import Op
from levit_explore.plan.tree import Plan, Role, Step, fold, once, out, params, walk
from levit_explore.sizes import Shape, Size, single


class By(StrEnum):
    """What one row stands for."""

    OP = "op"
    BLOCK = "block"
    STAGE = "stage"
    ROLE = "role"
    MODEL = "model"


@dataclass(frozen=True)
class Row:
    """A part of a network and what it costs for one image. A part with several roles has the role OTHER."""

    path: str
    role: Role
    stage: int | None
    downsample: bool
    out: Shape
    params: int
    flops: int
    share: float  # of all FLOPs


class Rows(DisplayedList[Row]):
    """Parts of a network, and the convention that their FLOPs are counted by."""

    def __init__(self, rows: Iterable[Row], convention: str) -> None:
        super().__init__(rows)
        self.convention = convention


def flops(plan: Plan, convention: str = "levit") -> Size:
    """What the forward pass of one image costs under a convention, in that convention's unit.

    >>> from levit_explore import load_spec, plan
    >>> flops(plan(load_spec("levit128s")))  # 305 M in the paper's table
    305108946
    """
    charge = lookup(convention)
    return fold(plan.root, lambda op: charge.total(op.work))


def rows(plan: Plan, by: By = By.BLOCK, convention: str = "levit") -> Rows:
    """The parts of a network in the order they run; their params and flops add up to those of the network."""
    charge = lookup(convention)
    total = single(flops(plan, convention))
    match by:
        case By.ROLE:
            blocks = rows(plan, By.BLOCK, convention)
            roles = dict.fromkeys(row.role for row in blocks)  # in the order in which they first appear
            found = [_sum(role.value, role, [row for row in blocks if row.role is role]) for role in roles]
        case By.MODEL:
            found = [_sum("model", Role.OTHER, rows(plan, By.BLOCK, convention))]
        case _:
            steps = (step for step, _ in once(plan)) if by is By.STAGE else walk(plan)
            found = [_row(step, charge, total) for step in steps if _PARTS[by](step)]
    return Rows(found, convention)


_PARTS: Mapping[By, Callable[[Step], bool]] = {
    By.OP: lambda step: isinstance(step.node, Op),
    By.BLOCK: lambda step: step.is_block,
    By.STAGE: lambda step: step.is_stage or (step.is_block and step.stage is None),
}


def _row(step: Step, charge: Convention, total: int) -> Row:
    cost = single(fold(step.node, lambda op: charge.total(op.work)))
    share = cost / total if total else 0.0
    shape, weights = out(step.node), single(params(step.node))
    return Row(step.path, step.role, step.stage, step.downsample, shape, weights, cost, share)


def _sum(path: str, role: Role, parts: Sequence[Row]) -> Row:
    """One row for several, with the output of the last."""
    return Row(
        path,
        role,
        stage=None,
        downsample=False,
        out=parts[-1].out,
        params=sum(part.params for part in parts),
        flops=sum(part.flops for part in parts),
        share=sum(part.share for part in parts),
    )
