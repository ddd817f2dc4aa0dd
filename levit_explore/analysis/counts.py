"""What a network costs under a convention, as one number and as rows that add up to it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from levit_explore.analysis.conventions import Convention, lookup
from levit_explore.plan.ops import Op
from levit_explore.plan.tree import Plan, Role, Step, fold, out, params, walk
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
    """A part of a network and what it costs for one image. `role` is None for a part that has several."""

    path: str
    role: Role | None
    stage: int | None
    downsample: bool
    out: Shape
    params: int
    flops: int
    share: float  # of all FLOPs


def flops(plan: Plan, convention: str = "levit") -> Size:
    """What the forward pass of one image costs under a convention, in that convention's unit.

    >>> from levit_explore import load_spec, plan
    >>> flops(plan(load_spec("levit128s")))  # 305 M in the paper's table
    305108946
    """
    charge = lookup(convention)
    return fold(plan.root, lambda op: charge.total(op.work))


def rows(plan: Plan, by: By = By.BLOCK, convention: str = "levit") -> list[Row]:
    """The parts of a network in the order they run; their params and flops add up to those of the network."""
    charge = lookup(convention)
    total = single(flops(plan, convention))
    match by:
        case By.OP:
            return [_row(step, charge, total) for step in walk(plan) if isinstance(step.node, Op)]
        case By.BLOCK:
            return [_row(step, charge, total) for step in walk(plan) if step.is_block]
        case By.STAGE:
            return [
                _row(step, charge, total)
                for step in walk(plan)
                if step.is_stage or (step.is_block and step.stage is None)
            ]
        case By.ROLE:
            return _sums(rows(plan, By.BLOCK, convention), lambda row: row.role)
        case By.MODEL:
            return _sums(rows(plan, By.BLOCK, convention), lambda _: None)


def _row(step: Step, charge: Convention, total: int) -> Row:
    cost = single(fold(step.node, lambda op: charge.total(op.work)))
    role = None if step.is_stage else step.role
    share = cost / total if total else 0.0
    return Row(step.path, role, step.stage, step.downsample, out(step.node), single(params(step.node)), cost, share)


def _sums(parts: Iterable[Row], key: Callable[[Row], Role | None]) -> list[Row]:
    """One row for all parts with the same key, in the order in which the keys first appear."""
    groups: dict[Role | None, list[Row]] = {}
    for part in parts:
        groups.setdefault(key(part), []).append(part)
    return [
        Row(
            path="model" if role is None else role.value,
            role=role,
            stage=None,
            downsample=False,
            out=group[-1].out,
            params=sum(row.params for row in group),
            flops=sum(row.flops for row in group),
            share=sum(row.share for row in group),
        )
        for role, group in groups.items()
    ]
