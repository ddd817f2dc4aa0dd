"""How many pairs of a point and a query there are in which the point is nowhere greater, counted without pairing them.

In one dimension points are sorted; in two a wavelet matrix counts the small ones among the first of a sorted row; each
further dimension splits the points into blocks of powers of two, of which the first so many are a few whole ones.
Pairs are only counted within a group. Everything is done for all groups and queries at once.
"""

from dataclasses import dataclass

import numpy as np

from levit_explore.search.tables import LIMIT, Array, reach


@dataclass(frozen=True)
class Cloud:
    """Weighted points: a group and a weight for each, and a row of `values` for each dimension."""

    groups: Array
    values: Array  # (dimensions, points)
    weights: Array

    def __len__(self) -> int:
        return len(self.groups)

    def taken(self, index: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> "Cloud":
        """The points at these places."""
        return Cloud(self.groups[index], self.values[:, index], self.weights[index])


def pairs(points: Cloud, queries: Cloud) -> int:
    """The sum of weight times weight over all pairs of one group in which no value of the point is the greater."""
    points, queries = _meeting(points, queries)
    if not len(points) or not len(queries):
        return 0
    below = below_each(_ranked(points, points, "left"), _ranked(queries, points, "right"))
    if reach(below) * reach(queries.weights) * len(queries) < LIMIT:
        return int(below @ queries.weights)
    return int(below.astype(object) @ queries.weights.astype(object))


def _meeting(points: Cloud, queries: Cloud) -> tuple[Cloud, Cloud]:
    """The queries that are nowhere less than the least of their group's points, and the points that those may reach."""
    most = int(max(points.groups.max(initial=0), queries.groups.max(initial=0))) + 1
    for _ in range(2):
        least = np.full((len(points.values), most), np.iinfo(np.int64).max)
        greatest = np.full((len(queries.values), most), np.iinfo(np.int64).min)
        for row, own in zip(least, points.values, strict=True):
            np.minimum.at(row, points.groups, own)
        for row, own in zip(greatest, queries.values, strict=True):
            np.maximum.at(row, queries.groups, own)
        points, queries = (
            points.taken(np.flatnonzero((points.values <= greatest[:, points.groups]).all(axis=0))),
            queries.taken(np.flatnonzero((queries.values >= least[:, queries.groups]).all(axis=0))),
        )
    return points, queries


def _ranked(cloud: Cloud, points: Cloud, side: str) -> Cloud:
    """Values as ranks among the points': a point is not greater than a query where its rank is less."""
    ranks = [np.searchsorted(np.unique(row), own, side) for row, own in zip(points.values, cloud.values, strict=True)]  # type: ignore[call-overload]
    return Cloud(cloud.groups, np.array(ranks, np.int64).reshape(cloud.values.shape), cloud.weights)


def below_each(points: Cloud, queries: Cloud) -> Array:
    """For each query the weight of the points of its group whose values are all less."""
    points = points.taken(np.lexsort((points.values[-1] if len(points.values) else points.groups, points.groups)))
    starts = np.searchsorted(points.groups, queries.groups, "left")
    if not len(points.values):
        return _between(points.weights, starts, np.searchsorted(points.groups, queries.groups, "right"))
    scale = max(int(points.values[-1].max()), int(queries.values[-1].max())) + 1
    keys = points.groups * scale + points.values[-1]
    stops = np.searchsorted(keys, queries.groups * scale + queries.values[-1], "left")
    match len(points.values):
        case 1:
            return _between(points.weights, starts, stops)
        case 2:
            return _smaller(points.values[0], points.weights, starts, stops, queries.values[0])
    return _by_blocks(points, queries, starts, stops)


def _between(weights: Array, starts: Array, stops: Array) -> Array:
    until = np.concatenate([[0], np.cumsum(weights)])
    return until[stops] - until[starts]  # type: ignore[no-any-return]


def _smaller(ranks: Array, weights: Array, starts: Array, stops: Array, limits: Array) -> Array:
    """The weights at places from `starts` to before `stops` whose ranks are less than `limits` (a wavelet matrix)."""
    found = np.zeros(len(limits), np.int64)
    for bit in reversed(range(max(int(ranks.max()), int(limits.max())).bit_length())):
        zero = (ranks >> bit) & 1 == 0
        zeros = np.concatenate([[0], np.cumsum(zero)])
        until = np.concatenate([[0], np.cumsum(np.where(zero, weights, 0))])
        low, high, ones = zeros[starts], zeros[stops], (limits >> bit) & 1 == 1
        found += np.where(ones, until[stops] - until[starts], 0)
        starts = np.where(ones, zeros[-1] + starts - low, low)
        stops = np.where(ones, zeros[-1] + stops - high, high)
        sides = np.concatenate([np.flatnonzero(zero), np.flatnonzero(~zero)])
        ranks, weights = ranks[sides], weights[sides]
    return found


def _by_blocks(points: Cloud, queries: Cloud, starts: Array, stops: Array) -> Array:
    """Points sorted by group and last value; a query's are the first of its group, which are a few whole blocks."""
    found, lengths = np.zeros(len(queries), np.int64), stops - starts
    firsts = np.searchsorted(points.groups, points.groups, "left")
    within = np.arange(len(points)) - firsts
    for level in range(int(lengths.max()).bit_length()):
        whole = np.flatnonzero((within >> level) & 1 == 0)
        asked = np.flatnonzero((lengths >> level) & 1 == 1)
        if not len(whole) or not len(asked):
            continue
        blocks = firsts[whole] + ((within[whole] >> level) << level)  # named by the place of their first point
        wanted = starts[asked] + (((lengths[asked] >> level) - 1) << level)
        part = Cloud(blocks, points.values[:-1, whole], points.weights[whole])
        found[asked] += below_each(part, Cloud(wanted, queries.values[:-1, asked], queries.weights[asked]))
    return found
