"""What a cell's counts are sums of: tables that few choices decide.

A network's total depends on every choice, but each op on few: its own stage's and at most those of the stage before.
Folding the plan of a cell's arrays and keeping apart what depends on different axes gives these tables.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from levit_explore.analysis.conventions import lookup
from levit_explore.analysis.memory import FLOAT32, activation_memory
from levit_explore.analysis.traffic import elements_moved
from levit_explore.plan.levit import plan
from levit_explore.plan.ops import Op
from levit_explore.plan.tree import Plan, Role, Step, join, params
from levit_explore.search.tables import LARGEST, Array, Flags, Unfit, axes, counted, joined, merged, plus, spread, times
from levit_explore.sizes import Size, arrays
from levit_explore.space.cells import Cell
from levit_explore.spec.words import listed

QUANTITIES = ("flops", "attention", "mlp", "params", "activation_memory", "bytes_moved", "depth")

Fact: TypeAlias = Callable[[Step], Size]


@dataclass(frozen=True)
class Factors:
    """The tables of a cell: of each quantity those that its counts are sums of, and masks of what there is at all.

    A variant's count of a quantity is the sum of all its terms at the variant's places; it is allowed where all masks
    are true. `names` say what the axes are called, for messages.
    """

    shape: tuple[int, ...]
    terms: Mapping[str, tuple[Array, ...]]
    masks: tuple[Flags, ...] = ()
    names: tuple[str, ...] = field(default=())

    @property
    def size(self) -> int:
        """How many variants there are, those that masks exclude included."""
        return math.prod(self.shape)


def factors(cell: Cell, quantities: Sequence[str] = QUANTITIES, convention: str = "levit") -> Factors:
    """The tables of some quantities of a cell; `flops`, `attention` and `mlp` are counted under a convention.

    Raises Unfit where one op depends on so many choices that its table would be too large to hold.
    """
    rank, planned = len(cell.axes), plan(cell.spec)
    names = tuple(axis.name for axis in cell.axes)
    _check_sizes(Step("", planned.root), 1, cell.shape, names)
    terms = {
        name: _depths(cell) if name == "depth" else _terms(planned, _fact(name, planned, convention, rank), rank)
        for name in quantities
    }
    return Factors(cell.shape, terms, masks(cell.masks, rank), names)


def masks(given: Iterable[object], rank: int) -> tuple[Flags, ...]:
    """Masks as tables, merged by the axes that they depend on; those that are true everywhere are left out."""
    tables = merged((spread(mask, rank) for mask in given), np.logical_and)
    return tuple(table for table in tables if not table.all())


def _fact(quantity: str, planned: Plan, convention: str, rank: int) -> Fact:
    """What one run of an op adds to a quantity."""
    charge = lookup(convention)
    match quantity:
        case "flops":
            return lambda step: charge.total(_op(step).work)
        case "attention" | "mlp":
            role = Role(quantity)
            return lambda step: charge.total(_op(step).work) if step.role is role else 0
        case "params":
            return lambda step: params(step.node)
        case "activation_memory":
            return lambda step: activation_memory(step.node)
        case "bytes_moved":
            moved = elements_moved(planned)
            return lambda step: times(spread(moved[step.path], rank), FLOAT32)
    raise Unfit(f"{quantity} is not a sum over ops; choose from {listed(list(QUANTITIES))}")


def _op(step: Step) -> Op:
    assert isinstance(step.node, Op)
    return step.node


def _children(step: Step) -> list[Step]:
    """The children of a block, of a repeated one those of its first body."""
    if isinstance(step.node, Op):
        return []
    body = step.path if step.node.times is None else join(step.path, "0")
    return [Step(join(body, child.name), child, (*step.around, step.node)) for child in step.node.children]


def _terms(planned: Plan, fact: Fact, rank: int) -> tuple[Array, ...]:
    return merged(_folded(Step("", planned.root), fact, rank).values(), plus)


def _folded(step: Step, fact: Fact, rank: int) -> dict[tuple[int, ...], Array]:
    """The sum of a fact over a node, what depends on different axes kept apart."""
    if isinstance(step.node, Op):
        value = counted(fact(step), rank)
        return {axes(value): value} if value.any() else {}
    found: list[Array] = []
    for child in _children(step):
        found += _folded(child, fact, rank).values()
    repeats = counted(1 if step.node.times is None else step.node.times, rank)
    return _by_axes(times(table, repeats) for table in _by_axes(found).values())


def _by_axes(tables: Iterable[Array]) -> dict[tuple[int, ...], Array]:
    sums: dict[tuple[int, ...], Array] = {}
    for table in tables:
        sums[axes(table)] = plus(sums[axes(table)], table) if axes(table) in sums else table
    return sums


def _depths(cell: Cell) -> tuple[Array, ...]:
    return merged((counted(stage.depth, len(cell.axes)) for stage in cell.spec.stages), plus)


def _check_sizes(step: Step, repeats: Size, shape: Sequence[int], names: Sequence[str]) -> None:
    """Raises Unfit where one op's table would be too large."""
    if isinstance(step.node, Op):
        along = joined(spread(array, len(shape)) for array in (*arrays(step.node), *arrays([repeats])))
        if math.prod(shape[axis] for axis in along) > LARGEST:
            listing = listed([names[axis] for axis in along], "and")
            raise Unfit(f"{step.path} depends on {listing} at once, in more than {LARGEST} ways; give fewer values")
        return
    for child in _children(step):
        _check_sizes(child, repeats if step.node.times is None else step.node.times, shape, names)
