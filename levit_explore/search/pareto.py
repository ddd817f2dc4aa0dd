"""Which points no other one dominates: none is at most as great in every value and less in one.

All values are minimised; a value to be maximised comes with its sign turned. Of equal points on a front all stay.
"""

from functools import reduce
from typing import Any, TypeAlias

import numpy as np

from levit_explore.search.tables import Array, Flags

Values: TypeAlias = np.ndarray[Any, Any]  # (points, objectives), integers or floats

SAMPLE, PIVOTS, BLOCK, PART = 4096, 24, 4096, 64
PAIRS = 2**16  # compared at once


def pareto(values: Values) -> Flags:
    """Which rows of (points, objectives) no other row dominates. Raises ValueError for a value that is not a number."""
    if values.dtype.kind == "f" and np.isnan(values).any():
        raise ValueError("values hold NaN, which is neither less nor greater than another")
    kept = _survivors(values)
    distinct, inverse = np.unique(values[kept], axis=0, return_inverse=True)
    best = fronts(np.zeros(len(distinct), np.int64), distinct)
    mask = np.zeros(len(values), np.bool_)
    mask[kept[best[inverse.reshape(-1)]]] = True
    return mask


def merged(values: Values, first: Flags) -> Flags:
    """Which rows of two fronts no other one dominates; rows are distinct, and `first` says which are of one front."""
    if values.shape[1] <= 3:
        return pareto(values)
    one, other = np.flatnonzero(first), np.flatnonzero(~first)
    other = other[~_beaten(values[other], values[one])]
    one = one[~_beaten(values[one], values[other])]
    mask = np.zeros(len(values), np.bool_)
    mask[one] = mask[other] = True
    return mask


def thinned(groups: Array, values: Values, places: Array) -> Array:
    """The rows of every group that its others do not dominate, of equal ones that of the least place, as an index.

    They come sorted by group, then by values.
    """
    order = np.lexsort((places, *values.T[::-1], groups))
    groups, values = groups[order], values[order]
    repeated = np.zeros(len(order), np.bool_)
    repeated[1:] = (groups[1:] == groups[:-1]) & (values[1:] == values[:-1]).all(axis=1)
    order, groups, values = order[~repeated], groups[~repeated], values[~repeated]
    return order[fronts(groups, values)]


def fronts(groups: Array, values: Values) -> Flags:
    """Which rows are on the front of their group; they are distinct, sorted by group and by their values in turn."""
    if not len(values):
        return np.zeros(0, np.bool_)
    match values.shape[1]:
        case 1:
            return np.concatenate([[True], groups[1:] != groups[:-1]])
        case 2:
            least = _least_before(_segments(groups), _ranks(values[:, 1]), np.ones(len(groups), np.bool_))
            return np.asarray(_ranks(values[:, 1]) < least)
        case 3:
            return _halved(groups, values)
    return _blocked(groups, values)


def _survivors(values: Values) -> Array:
    """The rows that are left when some good points have thrown out all that they dominate: few, of random points."""
    kept = np.arange(len(values))
    if len(values) <= SAMPLE:
        return kept
    sample = np.unique(values[:: len(values) // SAMPLE], axis=0)
    best = sample[fronts(np.zeros(len(sample), np.int64), sample)]
    scale = best.max(axis=0).astype(float) - best.min(axis=0) + 1
    central = np.argsort(((best - best.min(axis=0)) / scale).sum(axis=1), kind="stable")
    for pivot in best[central[:PIVOTS]]:
        rows = values[kept]
        beaten = (rows >= pivot).all(axis=1) & (rows != pivot).any(axis=1)
        kept = kept[~beaten]
    return kept


def _ranks(column: Values) -> Array:
    return np.unique(column, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _segments(labels: Array) -> Array:
    """The number of the run that each label of a sorted row stands in."""
    return np.concatenate([[0], np.cumsum(labels[1:] != labels[:-1])]).astype(np.int64)


def _least_before(segments: Array, ranks: Array, counts: Flags) -> Array:
    """The least rank among those that count before each place of its segment; more than any where there is none."""
    high = int(ranks.max()) + 1
    falling = np.where(counts, ranks, high) - segments * (high + 1)  # every segment lies below those before it
    least = np.minimum.accumulate(falling)
    before = np.concatenate([[high], least[:-1]]) + segments * (high + 1)
    return np.minimum(before, high)


def _halved(groups: Array, values: Values) -> Flags:
    """Three objectives: in blocks of two, four and so on, the first half throws out what it dominates of the second.

    Rows are sorted by the first objective, so that two are left to compare.
    """
    alive = np.arange(len(values))
    second, third = _ranks(values[:, 1]), _ranks(values[:, 2])
    for level in range((len(values) - 1).bit_length()):
        segments = _segments((alive >> (level + 1)) + groups[alive] * len(values)) if len(alive) else alive
        later = (alive >> level) & 1 == 1
        order = np.lexsort((later, second[alive], segments))
        least = _least_before(segments[order], third[alive[order]], ~later[order])
        beaten = later[order] & (least <= third[alive[order]])
        alive = np.delete(alive, order[beaten])
    mask = np.zeros(len(values), np.bool_)
    mask[alive] = True
    return mask


def _blocked(groups: Array, values: Values) -> Flags:
    """Any number of objectives: block after block is held against the front so far.

    Rows come by the sum of their ranks, so that none is beaten by a later one and good ones are met first.
    """
    mask = np.zeros(len(values), np.bool_)
    sums = np.sum([_ranks(column) for column in values.T], axis=0)
    for group in np.unique(groups):
        rows = np.flatnonzero(groups == group)
        rows = rows[np.argsort(sums[rows], kind="stable")]
        front = values[rows[:0]]
        for start in range(0, len(rows), BLOCK):
            block = _unbeaten(rows[start : start + BLOCK], values, front[:PART])
            block = block[~_beaten(values[block], front)]
            block = _unbeaten(block, values, values[block])
            mask[block] = True
            front = np.concatenate([front, values[block]])
    return mask


def _beaten(rows: Values, by: Values) -> Flags:
    """Which rows have one of `by` that is at most as great in every value.

    Both are halved by the last value: what is low there beats what is high if it does so in the other values.
    """
    if not len(by) or not len(rows) or not rows.shape[1]:
        return np.full(len(rows), len(by) > 0)
    if len(rows) * len(by) <= PAIRS:
        columns = (np.less_equal.outer(by[:, place], rows[:, place]) for place in range(rows.shape[1]))
        return np.asarray(reduce(np.logical_and, columns).any(axis=0))
    own, theirs = rows[:, -1], by[:, -1]
    middle = np.partition(theirs, len(by) // 2)[len(by) // 2]
    if middle == theirs.min():
        middle = theirs[theirs > middle].min(initial=theirs.max())
    far, high = own >= middle, theirs >= middle
    found = np.zeros(len(rows), np.bool_)
    if high.all():  # all alike
        found[far] = _beaten(rows[far, :-1], by[:, :-1])
        return found
    found[~far] = _beaten(rows[~far], by[~high])
    found[far] = _beaten(rows[far, :-1], by[~high, :-1])
    left = far & ~found
    found[left] = _beaten(rows[left], by[high])
    return found


def _unbeaten(rows: Array, values: Values, by: Values) -> Array:
    """The rows that none of `by` dominates; a few of `by` at a time, so that most rows meet but few."""
    for start in range(0, len(by), PART):
        part, own = by[start : start + PART], values[rows]
        least, less = np.ones((len(rows), len(part)), np.bool_), np.zeros((len(rows), len(part)), np.bool_)
        for column in range(values.shape[1]):
            least &= part[:, column] <= own[:, column, None]
            less |= part[:, column] < own[:, column, None]
        rows = rows[~(least & less).any(axis=1)]
    return rows
