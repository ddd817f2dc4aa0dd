"""A sum of tables laid out for choosing one axis after another: what each step adds, and the least still to come."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from levit_explore.search.tables import Array, Table, Unfit, axes, grown, joined

LARGEST = 2**22  # entries of a table of what is still to come


@dataclass(frozen=True, eq=False)
class Layout:
    """`steps[k]` are the tables whose last axis is `k`; `to_go[k]` is the least sum of those from `k` on.

    `to_go[k]` is a table over axes before `k`; `start` is the sum of the tables that depend on no axis.
    """

    start: int
    steps: tuple[tuple[Array, ...], ...]
    to_go: tuple[Array, ...]

    @property
    def least(self) -> int:
        """No sum is less, whatever the masks."""
        return self.start + int(self.to_go[0].item())


def layout(shape: Sequence[int], terms: Sequence[Array]) -> Layout:
    """The layout of a sum. Raises Unfit where a table of it would be too large."""
    steps = by_last(len(shape), terms)
    to_go = [np.zeros((1,) * len(shape), np.int64)]
    for axis in reversed(range(len(shape))):
        tables = [*steps[axis], to_go[0]]
        if grown(shape, joined(tables)) > LARGEST:
            raise Unfit(f"what choices decide together has more than {LARGEST:,} combinations")
        total = sum(sorted(tables, key=lambda table: table.size), np.zeros((), np.int64))
        to_go.insert(0, total.min(axis=axis, keepdims=True))
    start = sum(int(table.item()) for table in terms if not axes(table))
    return Layout(start, steps, tuple(to_go))


def by_last(rank: int, tables: Sequence[Table]) -> tuple[tuple[Table, ...], ...]:
    """Tables by the last axis that they depend on, those that depend on none left out."""
    return tuple(tuple(table for table in tables if axes(table)[-1:] == (axis,)) for axis in range(rank))


def at(table: Table, places: Array, axis: int) -> Table:
    """A table for some choices of the axes before `axis`, along that axis: (choices or 1, its length or 1)."""
    index = tuple(
        slice(None) if place == axis else places[:, place] if length > 1 else 0
        for place, length in enumerate(table.shape)
    )
    picked = table[index]
    alone = all(length == 1 for place, length in enumerate(table.shape) if place != axis)
    return picked[None] if alone else picked  # type: ignore[return-value]


def most(shape: Sequence[int], terms: Sequence[Array]) -> int:
    """A number that no sum of some tables is above."""
    return sum(int(term.max()) for term in terms) if math.prod(shape) else 0
