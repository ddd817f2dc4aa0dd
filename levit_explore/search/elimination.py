"""Summing axes out of a product of tables one at a time, so that nothing as large as the cell is ever formed.

Tables that hang together as a chain, as a network's stages do, never meet all at once.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from levit_explore.search.tables import LARGEST, LIMIT, Array, Unfit, axes, grown, reach


@dataclass(frozen=True)
class Order:
    """The order in which axes are summed out, and the entries of all tables and of the largest made on the way."""

    axes: tuple[int, ...]
    entries: int
    largest: int


@dataclass(frozen=True)
class Bucket:
    """Tables that an axis is summed out of: the product of all says in how many ways it can be chosen at each place.

    `sources` are, of tables that were made by summing out an axis before, that axis.
    """

    axis: int
    tables: tuple[Array, ...]
    sources: tuple[int | None, ...]


def order(shape: Sequence[int], scopes: Iterable[Iterable[int]], among: Iterable[int]) -> Order:
    """An order of the axes `among` that keeps tables small: always the axis next whose table is the smallest.

    `scopes` are the axes that each table depends on.
    """
    known = [frozenset(scope) for scope in scopes]
    left, found, sizes = set(among), [], [1]
    while left:
        unions = {axis: frozenset[int]().union(*(scope for scope in known if axis in scope)) for axis in left}
        axis = min(left, key=lambda axis: (grown(shape, unions[axis] | {axis}), axis))
        sizes.append(grown(shape, unions[axis] | {axis}))
        known = [scope for scope in known if axis not in scope] + [unions[axis] - {axis}]
        left.remove(axis)
        found.append(axis)
    return Order(tuple(found), sum(sizes), max(sizes))


def eliminate(shape: Sequence[int], tables: Iterable[Array], among: Iterable[int]) -> tuple[list[Bucket], Bucket]:
    """The buckets of the axes `among` in the order they are summed out, and what remains over all other axes.

    The product of what remains, a bucket of no axis, is the number of ways to choose the axes `among`. Tables are of
    Python's ints where 64 bits would not do. Raises Unfit where a table would be too large to hold.
    """
    remaining: list[tuple[Array, int | None]] = [(table, None) for table in tables]
    plan = order(shape, (axes(table) for table, _ in remaining), among)
    if plan.largest > LARGEST:
        raise Unfit(f"what constraints tie together has {plan.largest:,} combinations, too many for a table")
    buckets = []
    for axis in plan.axes:
        own = [pair for pair in remaining if pair[0].shape[axis] > 1] or [(_ones(shape, axis), None)]
        remaining = [pair for pair in remaining if pair[0].shape[axis] == 1]
        buckets.append(_bucket(axis, own))
        joint = reduce(product, buckets[-1].tables)
        if reach(joint) * shape[axis] >= LIMIT:
            joint = joint.astype(object)
        remaining.append((joint.sum(axis=axis, keepdims=True), axis))
    return buckets, _bucket(-1, remaining)


def _bucket(axis: int, pairs: Sequence[tuple[Array, int | None]]) -> Bucket:
    return Bucket(axis, tuple(table for table, _ in pairs), tuple(source for _, source in pairs))


def product(left: Array, right: Array) -> Array:
    """The product of two tables, of Python's ints where 64 bits would not do."""
    exact: Any = left.astype(object) if reach(left) * reach(right) >= LIMIT else left
    return exact * right  # type: ignore[no-any-return]


def _ones(shape: Sequence[int], axis: int) -> Array:
    return np.ones([length if place == axis else 1 for place, length in enumerate(shape)], np.int64)


def ways_to_choose(shape: Sequence[int], tables: Iterable[Array]) -> int:
    """The sum over all assignments of all axes of the product of the tables."""
    _, remaining = eliminate(shape, tables, range(len(shape)))
    return math.prod(int(table.item()) for table in remaining.tables)
