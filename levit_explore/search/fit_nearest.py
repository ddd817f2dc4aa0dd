"""The variants nearest to a spec within bounds, exactly: one axis is chosen after another, many ways at once.

What can no longer be within a bound, or nearer than what is asked, is left out as soon as the least that is still to
come says so. The distance that is looked through grows until enough is found, so that far variants are never visited.
"""

from dataclasses import dataclass

import numpy as np

from levit_explore.search.evaluate import summed
from levit_explore.search.fit_layout import Layout, at, by_last, layout, most
from levit_explore.search.fit_prices import Priced, capped, clipped, priced
from levit_explore.search.forms import Limit
from levit_explore.search.tables import Array, Flags, Unfit

BLOCK = 2**17  # partial variants that grow at once
WORK = 2**28  # partial variants looked at before it is given up
_KEEPING = 8  # how many of these a whole variant counts as, for it is ranked
_FIRST = 200  # part of the greatest distance by which it is looked farther at first than the nearest possible


@dataclass(frozen=True)
class Problem:
    """Variants by axes, what excludes them, and what they are ranked by.

    That is the distance, then how near the sum of `tie` comes to `aim`, then the place.
    """

    shape: tuple[int, ...]
    masks: tuple[Flags, ...]
    limits: tuple[Limit, ...]
    distance: tuple[Array, ...]
    tie: tuple[Array, ...]
    aim: int


@dataclass(frozen=True, eq=False)
class _Partial:
    """Choices along the first axes, a row each, and the sums so far, a row for each layout."""

    places: Array
    sums: Array


def nearest(problem: Problem, top: int) -> Array:
    """The places of the `top` variants that are nearest, a row each, the nearest first; fewer where there are fewer.

    Raises Unfit where too many variants are about as near.
    """
    if not all(mask.any() for mask in problem.masks):  # one may depend on no axis
        return np.zeros((0, len(problem.shape)), np.int64)
    prices = priced(problem.shape, problem.distance, problem.limits)
    end, left = most(problem.shape, problem.distance), WORK
    further = 1 + end // _FIRST
    while True:
        farthest = max(0, prices.least) + further
        search = _Search(problem, prices, top, farthest, left)
        found = search.run()
        if len(found) >= top or farthest >= end:
            return found
        further, left = 2 * further, search.left


class _Search:
    """One look through all variants that are not farther than `farthest`, of which it keeps the best `top`."""

    def __init__(self, problem: Problem, prices: Priced, top: int, farthest: int, work: int) -> None:
        self.problem, self.prices, self.top, self.farthest, self.left = problem, prices, top, farthest, work
        self.layouts: list[Layout] = [
            prices.layout,
            layout(problem.shape, problem.distance),
            *(layout(problem.shape, limit.terms) for limit in problem.limits),
        ]
        self.masks = by_last(len(problem.shape), problem.masks)
        self.best = np.zeros((0, len(problem.shape)), np.int64)

    def run(self) -> Array:
        """The best, the nearest first."""
        start = np.array([[each.start] for each in self.layouts], np.int64)
        stack = [_Partial(np.zeros((1, 0), np.int64), start)]
        while stack:
            block = stack.pop()
            if block.places.shape[1] == len(self.problem.shape):
                self._keep(block)
            else:
                stack += self._parts(self._grown(block))
        return self.best

    def _grown(self, block: _Partial) -> _Partial:
        """A block with all choices along one more axis that may still come to something, the most hopeful last."""
        axis, many = block.places.shape[1], len(block.places)
        length = self.problem.shape[axis]
        self._spend(many * length)
        kept = np.ones((many, length), np.bool_)
        for mask in self.masks[axis]:
            kept &= at(mask, block.places, axis)
        sums = [
            sum((at(table, block.places, axis) for table in each.steps[axis]), block.sums[row][:, None])
            for row, each in enumerate(self.layouts)
        ]
        for each, total, limit in zip(self.layouts, sums, self._limits(), strict=True):
            kept &= total + at(each.to_go[axis + 1], block.places, axis) <= limit
        rows, digits = np.nonzero(kept)
        places = np.concatenate([block.places[rows], digits[:, None]], axis=1)
        picked = [np.broadcast_to(total, kept.shape)[rows, digits] for total in sums]
        return _Partial(places, np.array(picked, np.int64).reshape(len(sums), -1))

    def _limits(self) -> list[int]:
        bounds = [clipped(limit.at_most) for limit in self.problem.limits]
        return [capped(self.prices, self.farthest), self.farthest, *bounds]

    def _parts(self, block: _Partial) -> list[_Partial]:
        """A block in parts that are small enough to grow, the nearest part last, for it is taken up first."""
        axis = block.places.shape[1]
        length = self.problem.shape[axis] if axis < len(self.problem.shape) else 1
        step = max(1, BLOCK // length)
        order = np.argsort(-block.sums[1], kind="stable")
        parts = (order[start : start + step] for start in range(0, len(order), step))
        return [_Partial(block.places[part], block.sums[:, part]) for part in parts]

    def _keep(self, block: _Partial) -> None:
        """Takes whole variants among the best, after which none that is farther than the last of them matters."""
        self._spend(len(block.places) * _KEEPING)
        near = block.sums[1] <= self.farthest
        places = np.concatenate([self.best, block.places[near]])
        distance = summed(self.problem.distance, places)
        gap = np.abs(summed(self.problem.tie, places) - self.problem.aim)
        some = np.nonzero(_foremost(distance, gap, self.top))[0]
        flat = tuple(places[some, axis] for axis in reversed(range(places.shape[1])))
        order = some[np.lexsort((*flat, gap[some], distance[some]))[: self.top]]
        self.best = places[order]
        if len(order) == self.top:
            self.farthest = min(self.farthest, int(distance[order[-1]]))

    def _spend(self, work: int) -> None:
        self.left -= work
        if self.left < 0:
            raise Unfit(f"more than {WORK:,} variants would have to be looked at")


def _foremost(distance: Array, gap: Array, top: int) -> Flags:
    """Which may be among the first `top` by distance, then by gap: these and all that are level with the last."""
    if len(distance) <= top:
        return np.ones(len(distance), np.bool_)
    last = np.partition(distance, top - 1)[top - 1]
    nearer, level = distance < last, distance == last
    left = top - int(nearer.sum())
    most_gap = np.partition(gap[level], left - 1)[left - 1]
    return nearer | (level & (gap <= most_gap))  # type: ignore[no-any-return]
