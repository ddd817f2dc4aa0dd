"""How a quantity is distributed: exact counts between fixed edges, which parts of a sweep add up to."""

from dataclasses import dataclass

import numpy as np

from levit_explore.search.rows import Counts


@dataclass(frozen=True)
class Histogram:
    """How many values lie below the first edge, from each edge up to the next, and at the last edge or above it.

    `low` and `high` are the least and the greatest value, None where there is none.
    """

    edges: tuple[int, ...]
    counts: tuple[int, ...]
    low: int | None
    high: int | None

    @property
    def total(self) -> int:
        """How many values there are."""
        return sum(self.counts)

    def below(self) -> tuple[int, ...]:
        """For each edge how many values are below it; divided by the total, the distribution function."""
        return tuple(int(count) for count in np.cumsum(self.counts)[:-1])

    def quantile(self, share: float) -> tuple[int, int] | None:
        """The least and the greatest that the quantile can be, as close as the edges tell; None without values.

        The quantile is the smallest value that at least `share` of all values, from 0 to 1, do not exceed.
        """
        if self.low is None or self.high is None:
            return None
        rank = min(max(1, int(np.ceil(share * self.total))), self.total)
        place = int(np.searchsorted(np.cumsum(self.counts), rank))
        least = self.low if place == 0 else max(self.low, self.edges[place - 1])
        greatest = self.high if place == len(self.edges) else min(self.high, self.edges[place] - 1)
        return least, greatest


def histogram(values: Counts, edges: tuple[int, ...]) -> Histogram:
    """The histogram of some values. Edges ascend."""
    bins = np.searchsorted(np.array(edges, np.int64), values, side="right")
    counts = tuple(int(count) for count in np.bincount(bins, minlength=len(edges) + 1))
    if not len(values):
        return Histogram(edges, counts, None, None)
    return Histogram(edges, counts, int(values.min()), int(values.max()))


def added(one: Histogram, other: Histogram) -> Histogram:
    """The histogram of the values of two, which have the same edges."""
    if one.edges != other.edges:
        raise ValueError(f"histograms of unlike edges: {one.edges} and {other.edges}")
    counts = tuple(a + b for a, b in zip(one.counts, other.counts, strict=True))
    lows = [end for end in (one.low, other.low) if end is not None]
    highs = [end for end in (one.high, other.high) if end is not None]
    return Histogram(one.edges, counts, min(lows, default=None), max(highs, default=None))


def even_edges(low: int, high: int, bins: int) -> tuple[int, ...]:
    """Edges from `low` to `high` that make about `bins` bins of one width; fewer where there are fewer numbers."""
    return tuple(sorted({low + (high - low) * place // bins for place in range(bins + 1)}))
