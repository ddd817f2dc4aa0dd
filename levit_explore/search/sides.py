"""The sums of both sides of a cell that is cut in two, for each choice along the cut."""

import math
from collections.abc import Iterator, Sequence
from functools import reduce

import numpy as np

from levit_explore.search.cut import Cut
from levit_explore.search.dominance import Cloud
from levit_explore.search.tables import Array, axes, grid, grown, picked


def sides(
    shape: Sequence[int],
    weights: Sequence[Array],
    sums: Sequence[Sequence[Array]],
    found: Cut,
    most: int,
) -> Iterator[tuple[Cloud, Cloud, float]]:
    """The points of either side for some choices along the cut after others, with the share that then is done.

    At most `most` points are listed at once, or those of one choice. A choice is a group, a side's part of each sum a
    dimension. A variant is a left point and a right one of one group: it has their values added, and their weights, of
    which it is allowed where none is 0, multiplied.
    """
    lengths = [shape[axis] for axis in found.on]
    total = grown(shape, found.on)
    step = max(1, most // (grown(shape, found.left) + grown(shape, found.right)))
    for start in range(0, total, step):
        end = min(total, start + step)
        places = grid(lengths, start, end)
        left = _side(shape, weights, sums, found.on, found.left, places, shared=True)
        right = _side(shape, weights, sums, found.on, found.right, places, shared=False)
        yield left, right, end / total


def _side(
    shape: Sequence[int],
    weights: Sequence[Array],
    sums: Sequence[Sequence[Array]],
    on: Sequence[int],
    side: Sequence[int],
    places: Array,
    shared: bool,
) -> Cloud:
    """One side for some choices on the cut; tables that depend on the cut alone count as `shared` says."""
    whole = (len(places), *(shape[axis] for axis in side))

    def ours(tables: Sequence[Array]) -> list[Array]:
        mine = [table for table in tables if set(axes(table)) & set(side) or (shared and set(axes(table)) <= set(on))]
        return sorted((_opened(table, on, side, places) for table in mine), key=lambda part: part.size)

    weighed = np.broadcast_to(reduce(np.multiply, ours(weights), np.ones((), np.int64)), whole).reshape(-1)
    kept = np.flatnonzero(weighed)
    added = [sum(ours(tables), start=np.zeros((), np.int64)) for tables in sums]
    values = np.array([np.broadcast_to(row, whole).reshape(-1)[kept] for row in added], np.int64)
    return Cloud(kept // max(1, math.prod(whole[1:])), values.reshape(len(sums), len(kept)), weighed[kept])


def _opened(table: Array, on: Sequence[int], side: Sequence[int], places: Array) -> Array:
    """A table at places on the cut: (places, the side's axes)."""
    rest = [axis for axis in range(table.ndim) if axis not in on]
    part = picked(table, on, places)
    return part.squeeze(tuple(index for index, axis in enumerate(rest, start=1) if axis not in side))
