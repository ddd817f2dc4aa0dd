"""What is kept of variants that a search comes across: the front, or the best so many; and what that leaves open."""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from levit_explore.search.corners import corners, spread
from levit_explore.search.front import Front, merge
from levit_explore.search.pareto import Values, thinned
from levit_explore.search.tables import LIMIT, Array


class Kept(Protocol):
    """What is kept. `own` are variants that were come across, `known` the values of others, a row each."""

    @property
    def own(self) -> Front:
        """The variants."""

    @property
    def known(self) -> Values:
        """Values of which the variants are not wanted."""

    @property
    def alike(self) -> bool:
        """Whether the first of variants with the same values stands for all."""

    def joined(self, others: Front) -> "Kept":
        """What is kept after some more variants; none of them has been there before."""

    def corners(self) -> Array:
        """What the values and the place of another variant may be at most, each row a way, so that it is kept."""


def _none(known: Values) -> Front:
    return Front(known[:0], np.zeros(0, np.int64))


@dataclass(frozen=True, eq=False)
class Unbeaten:
    """The front: variants that no other beats, and none that is known."""

    alike = True

    known: Values
    own: Front

    @staticmethod
    def beside(known: Values) -> "Unbeaten":
        """An empty front."""
        return Unbeaten(known, _none(known))

    def joined(self, others: Front) -> "Unbeaten":
        """The front of both."""
        return replace(self, own=merge([self.own, others]))

    def corners(self) -> Array:
        """What is neither beaten nor repeated; of a large front what a part of it leaves open."""
        values = np.concatenate([self.known, self.own.values])
        places = np.concatenate([np.full(len(self.known), LIMIT), self.own.places])
        kept = thinned(np.zeros(len(places), np.int64), values, places)
        some = kept[spread(values[kept])]
        return corners(values[some], places[some])


@dataclass(frozen=True, eq=False)
class Best:
    """The variants whose one value is the least, so many of them, by value and then by place."""

    alike = False

    known: Values
    own: Front
    count: int

    @staticmethod
    def beside(known: Values, count: int) -> "Best":
        """None yet."""
        return Best(known, _none(known), count)

    def joined(self, others: Front) -> "Best":
        """The best of both."""
        values, places = (
            np.concatenate([self.own.values, others.values]),
            np.concatenate([self.own.places, others.places]),
        )
        kept = np.lexsort((places, values[:, 0]))[: self.count]
        return replace(self, own=Front(values[kept], places[kept]))

    def corners(self) -> Array:
        """What is better than the last of them."""
        found = np.array([[LIMIT, LIMIT]])
        if len(self.known) >= self.count:
            found[0, 0] = np.sort(self.known[:, 0])[self.count - 1]
        if len(self.own) == self.count and self.own.values[-1, 0] <= found[0, 0]:
            found = np.array([[self.own.values[-1, 0], self.own.places[-1] - 1]])
        return found
