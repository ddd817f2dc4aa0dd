"""All variants of a range of places, their counts made by adding tables that are broadcast.

The first axes are fixed for a block; along the others tables are added, the last axis first, so that all but one of
the additions for a quantity are far smaller than the block. Memory is that of one block, however long the range.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from levit_explore.search.factors import Factors
from levit_explore.search.forms import limit
from levit_explore.search.tables import Array, Flags, Table
from levit_explore.space.bounds import Bound

BLOCK = 2**17  # variants of a block: few enough for a core's cache, enough to make Python's share small


@dataclass(frozen=True)
class Variants:
    """Variants in order: their flat places in the cell, and their counts by quantity."""

    places: Array
    values: dict[str, Array]


@dataclass(frozen=True)
class _Block:
    """Consecutive places: the digits of the first axes, some digits of the axis `axis`, all of those after it."""

    fixed: tuple[int, ...]
    low: int
    high: int
    start: int  # the flat place of its first variant


def enumerate_cell(
    factors: Factors, quantities: Sequence[str], bounds: Sequence[Bound] = (), start: int = 0, stop: int | None = None
) -> Iterator[Variants]:
    """The variants from flat place `start` to before `stop` that are allowed and within all bounds, block by block."""
    stop = factors.size if stop is None else min(stop, factors.size)
    axis = _axis(factors.shape)
    masks = _Sum(factors.masks, axis)
    limits = [(_Sum(found.terms, axis), found.at_most) for found in (limit(factors, bound) for bound in bounds)]
    sums = {name: _Sum(factors.terms[name], axis) for name in quantities}
    for block in _blocks(factors.shape, axis, start, stop):
        shape = (block.high - block.low, *factors.shape[axis + 1 :])
        kept = masks.flags(block, shape)
        for bounded, at_most in limits:
            if kept.any():
                kept &= bounded.total(block, shape) <= at_most
        trim = slice(max(start - block.start, 0), stop - block.start)
        places = np.flatnonzero(kept.reshape(-1)[trim]) + trim.start
        if len(places):
            values = {name: found.total(block, shape).reshape(-1)[places] for name, found in sums.items()}
            yield Variants(places + block.start, values)


def _axis(shape: Sequence[int]) -> int:
    """The axis of which a block has some digits: all axes after it are small enough to be taken whole."""
    axis = max(0, len(shape) - 1)
    while axis > 0 and math.prod(shape[axis:]) <= BLOCK:
        axis -= 1
    return axis


def _blocks(shape: Sequence[int], axis: int, start: int, stop: int) -> Iterator[_Block]:
    """The blocks that hold the flat places from `start` to before `stop`."""
    if start >= stop:
        return
    if not shape:
        yield _Block((), 0, 1, 0)
        return
    rest = math.prod(shape[axis + 1 :])
    digits, length = max(1, BLOCK // rest), shape[axis]
    first, last = start // rest, (stop - 1) // rest  # rows of `rest` variants
    while first <= last:
        prefix, low = divmod(first, length)
        high = min(length, low + digits, low + last - first + 1)
        fixed = np.unravel_index(prefix, tuple(shape[:axis])) if axis else ()
        yield _Block(tuple(map(int, fixed)), low, high, first * rest)
        first += high - low


class _Sum:
    """Tables grouped by the first axis that a block does not fix, the last such axis first."""

    def __init__(self, tables: Sequence[Table], axis: int) -> None:
        groups: dict[int, list[Table]] = {}
        for table in tables:
            free = [place for place in range(axis, table.ndim) if table.shape[place] > 1]
            groups.setdefault(min(free, default=table.ndim), []).append(table)
        self.groups = [groups[place] for place in sorted(groups, reverse=True)]

    def total(self, block: _Block, shape: Sequence[int]) -> Array:
        """The sum of all tables for every variant of a block."""
        total = np.zeros((), np.int64)
        for group in self.groups:
            total = total + sum(_cut(table, block) for table in group)
        return np.broadcast_to(total, shape)

    def flags(self, block: _Block, shape: Sequence[int]) -> Flags:
        """Where all tables are true, for every variant of a block."""
        flags = np.ones(shape, np.bool_)
        for group in self.groups:
            for table in group:
                flags &= _cut(table, block)
        return flags


def _cut(table: Table, block: _Block) -> Table:
    """What of a table belongs to a block."""
    index = [digit if length > 1 else 0 for digit, length in zip(block.fixed, table.shape, strict=False)]
    rest = table[tuple(index)]
    return rest[block.low : block.high] if rest.ndim and len(rest) > 1 else rest  # type: ignore[no-any-return]
