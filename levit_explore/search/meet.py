"""The front of a cell under any bounds, exactly: what two halves add up to, without pairing all their points.

A cell is cut in two, and for each choice along the cut a variant is a point of either half. Points are kept in boxes
within boxes. Two boxes whose least sums break a bound, or are beaten by what was found before, are left out with all
their pairs; others are split.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from levit_explore.search.boxes import Level, levels, split
from levit_explore.search.cut import cut
from levit_explore.search.dominance import Cloud
from levit_explore.search.factors import Factors
from levit_explore.search.front import Front
from levit_explore.search.kept import Best, Kept, Unbeaten
from levit_explore.search.meet_sums import sums
from levit_explore.search.pareto import Values
from levit_explore.search.progress import Tell, unheard
from levit_explore.search.sides import sides
from levit_explore.search.tables import Array, Flags, Unfit, axes, grown
from levit_explore.space.bounds import Bound

LONGEST = 2**22  # points of one side for one choice along the cut
BATCH = 2**16  # points listed at once: few, so that what they add is known when the next are judged
PAIRS = 2**27  # of boxes that are judged before it is given up, some half a minute of them with two objectives
DEARER = 4  # times as long a pair takes with each objective more: fronts and what they leave open grow
AT_ONCE = 2**15  # pairs judged at once, which keeps memory small


def front_within(
    factors: Factors,
    objectives: Sequence[Mapping[str, int]],
    bounds: Sequence[Bound] = (),
    known: Values | None = None,
    tell: Tell = unheard,
    share: float = 1.0,
) -> Front:
    """The front of the variants of a cell within all bounds, each objective a weighted sum that is minimised.

    `known` are objectives of variants within the bounds, a row each, of any cell: what they beat is left out. `tell`
    hears which share of the work is done. Of variants with equal objectives the first in the cell's order stands for
    all. Raises Unfit where too much would have to be compared, for a cell that may take a `share` of what all may.
    """
    known = np.zeros((0, len(objectives)), np.int64) if known is None else known
    return _searched(factors, objectives, bounds, Unbeaten.beside(known), tell, share)


def best_within(
    factors: Factors,
    weights: Mapping[str, int],
    count: int,
    bounds: Sequence[Bound] = (),
    known: Values | None = None,
    tell: Tell = unheard,
    share: float = 1.0,
) -> Front:
    """The `count` variants of a cell within all bounds whose weighted sum is the least, by sum, then by place.

    `known` are sums of variants within the bounds, in one column: what `count` of them beat is left out. Raises Unfit
    where too much would have to be compared.
    """
    known = np.zeros((0, 1), np.int64) if known is None else known
    return _searched(factors, [weights], bounds, Best.beside(known, count), tell, share)


def _searched(
    factors: Factors,
    objectives: Sequence[Mapping[str, int]],
    bounds: Sequence[Bound],
    kept: Kept,
    tell: Tell,
    share: float,
) -> Front:
    search = _Search(factors, objectives, bounds, kept, share)
    for left, right, done in search.sides():
        search.meet(left, right)
        tell(done)
    return search.kept.own


class _Search:
    """What was found so far, and what that leaves open."""

    def __init__(
        self,
        factors: Factors,
        objectives: Sequence[Mapping[str, int]],
        bounds: Sequence[Bound],
        kept: Kept,
        share: float,
    ) -> None:
        self.factors, self.kept = factors, kept
        self.pairs = self.left = int(share * PAIRS / DEARER ** max(0, len(objectives) - 2))
        self.sums = sums(factors, objectives, bounds, kept.known)
        self.caps = self.sums.caps(kept.corners())

    def sides(self) -> Iterator[tuple[Cloud, Cloud, float]]:
        """The sides of the cheapest cut."""
        told = self.sums.tables[:-1] if self.kept.alike else self.sums.tables  # without places, if only values matter
        tables = [*self.factors.masks, *(table for one in told for table in one)]
        found = cut(self.factors.shape, [axes(table) for table in tables], 1)
        longest = grown(self.factors.shape, found.right)
        if longest > LONGEST:
            raise Unfit(f"it would be found among {longest:,} sums on one side, too many to list")
        masks = [mask.astype(np.int64) for mask in self.factors.masks]
        return sides(self.factors.shape, masks, self.sums.tables, found, BATCH)

    def meet(self, left: Cloud, right: Cloud) -> None:
        """Takes what the pairs of points of both sides add."""
        for _ in range(2):
            left = self._hopeful(left, right)
            right = self._hopeful(right, left)
        if not len(left) or not len(right):
            return
        ours, theirs = levels(left), levels(right)
        roots = np.intersect1d(np.unique(left.groups), np.unique(right.groups), True, return_indices=True)
        stack = [_Pairs((0, 0), *roots[1:])]
        while stack:
            pairs = self._judged(stack.pop(), ours, theirs)
            if len(pairs.left) and pairs.depths == (len(ours) - 1, len(theirs) - 1):
                self._take(ours[-1].least[:, pairs.left] + theirs[-1].least[:, pairs.right])
            elif len(pairs.left):
                stack += _parts(_finer(pairs, ours, theirs))

    def _hopeful(self, points: Cloud, others: Cloud) -> Cloud:
        """The points that come to something with the least of all others of their group."""
        groups, starts = np.unique(others.groups, return_index=True)
        points = points.taken(np.flatnonzero(np.isin(points.groups, groups)))
        if not len(points):
            return points
        least = np.minimum.reduceat(others.values, starts, axis=1)
        sums = points.values + least[:, np.searchsorted(groups, points.groups)]
        return points.taken(np.flatnonzero(_under(sums, self.caps)))

    def _judged(self, pairs: "_Pairs", ours: Sequence[Level], theirs: Sequence[Level]) -> "_Pairs":
        """The pairs of boxes that may still come to something."""
        self.left -= len(pairs.left)
        if self.left < 0:
            raise Unfit(f"more than {self.pairs:,} pairs of its parts would have to be compared")
        one, other = ours[pairs.depths[0]], theirs[pairs.depths[1]]
        kept = _under(one.least[:, pairs.left] + other.least[:, pairs.right], self.caps)
        return _Pairs(pairs.depths, pairs.left[kept], pairs.right[kept])

    def _take(self, sums: Array) -> None:
        """Adds variants to what is kept."""
        values = np.concatenate([sums[: self.sums.objectives - 1], sums[-2:-1]])
        before, self.kept = self.kept, self.kept.joined(Front(values.T, sums[-1]))
        if not np.array_equal(before.own.places, self.kept.own.places):
            self.caps = self.sums.caps(self.kept.corners())


def _under(sums: Array, caps: Array) -> Flags:
    """Which of some columns of sums are nowhere above some column of caps.

    The last two rows are one number: the last decides where those before it are equal.
    """
    most = caps.max(axis=1, keepdims=True)
    level = (sums[-2] < most[-2]) | (sums[-2] == most[-2]) & (sums[-1] <= most[-1])
    left = np.flatnonzero(level & (sums[:-2] <= most[:-2]).all(axis=0))
    found = np.zeros(sums.shape[1], np.bool_)
    if caps.shape[1] == 1:
        found[left] = True
        return found
    for part in np.array_split(caps, min(4, caps.shape[1]), axis=1):
        if len(left):
            hit = _under(sums[:, left], part)
            found[left[hit]] = True
            left = left[~hit]
    return found


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Pairs of boxes, those of either side at one depth."""

    depths: tuple[int, int]
    left: Array
    right: Array


def _finer(pairs: _Pairs, ours: Sequence[Level], theirs: Sequence[Level]) -> _Pairs:
    """The pairs with the boxes of one side split: of that whose boxes are the larger."""
    one, other = pairs.depths
    points = [level[-1].least.shape[1] / level[depth].least.shape[1] for level, depth in ((ours, one), (theirs, other))]
    if points[0] >= points[1] and one + 1 < len(ours):
        boxes, of = split(ours[one], ours[one + 1], pairs.left)
        return _Pairs((one + 1, other), boxes, pairs.right[of])
    boxes, of = split(theirs[other], theirs[other + 1], pairs.right)
    return _Pairs((one, other + 1), pairs.left[of], boxes)


def _parts(pairs: _Pairs) -> list[_Pairs]:
    """Pairs in parts that are judged at once."""
    starts = range(0, len(pairs.left), AT_ONCE)
    return [
        _Pairs(pairs.depths, pairs.left[start : start + AT_ONCE], pairs.right[start : start + AT_ONCE])
        for start in reversed(starts)
    ]
