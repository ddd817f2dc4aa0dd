"""How quantities are spread over the variants that fit: quantiles, and the share at or below some values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from levit_explore.search.extremes import extremes
from levit_explore.search.factors import QUANTITIES, Factors
from levit_explore.search.forms import form
from levit_explore.search.histogram import Histogram, even_edges
from levit_explore.search.rows import Rows
from levit_explore.search.sweep_tables import Laid
from levit_explore.search.tables import Unfit
from levit_explore.space.bounds import Bound

SHARES = (0, 5, 25, 50, 75, 95, 100)  # per cent
_BINS = 1024
_STEPS = 64  # of a distribution function


@dataclass(frozen=True)
class Spread:
    """The least value that so many per cent of all do not exceed, and shares of all that are at most some values.

    `width` is how much less a quantile may be than it is said to be: 0 where it is exact.
    """

    quantiles: Mapping[int, float]
    distribution: tuple[tuple[float, float], ...]
    width: int = 0


def spread(rows: Rows) -> dict[str, Spread]:
    """The spread of each quantity, and of balance, over some rows; nothing of what no row has."""
    if not len(rows):
        return {}
    found = {name: _of(np.sort(rows.columns[name])) for name in QUANTITIES}
    both = (rows.columns["mlp"] > 0) & (rows.columns["attention"] > 0)
    if both.any():
        found["balance"] = _of(np.sort(rows.columns["attention"][both] / rows.columns["mlp"][both]))
    return found


def spread_of_all(histograms: Mapping[str, Histogram]) -> dict[str, Spread]:
    """The spread of each quantity over all variants whose histograms these are."""
    return {name: _read(found) for name, found in histograms.items() if found.total}


def edges(cells: Laid, bounds: Iterable[Bound]) -> dict[str, tuple[int, ...]]:
    """Edges of a histogram of each quantity, from the least to the greatest that a variant that fits may have.

    Both are counts of the cells, however far a bound is from these.
    """
    found = {}
    for name in QUANTITIES:
        ends = [end for _, factors in cells if (end := _ends(factors, name)) is not None]
        least, greatest = min(end[0] for end in ends), max(end[1] for end in ends)
        low, high = least, greatest
        for bound in bounds:
            match dict(bound.weights):
                case {**own} if list(own) == [name] and own[name] > 0:
                    high = max(least, min(high, bound.at_most // own[name]))
                case {**own} if list(own) == [name]:
                    low = min(greatest, max(low, -(bound.at_most // -own[name])))
        found[name] = even_edges(low, max(low, high), _BINS)
    return found


def _ends(factors: Factors, name: str) -> tuple[int, int] | None:
    try:
        return extremes(factors, {name: 1})
    except Unfit:
        terms = form(factors, {name: 1})
        return sum(int(term.min()) for term in terms), sum(int(term.max()) for term in terms)


def _of(ordered: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> Spread:
    """The spread of values in order."""
    count = len(ordered)
    ranks = {share: max(1, -(-count * share // 100)) for share in SHARES}
    quantiles = {share: ordered[rank - 1].item() for share, rank in ranks.items()}
    places = sorted({max(1, -(-count * step // _STEPS)) for step in range(_STEPS + 1)})
    values = np.unique(ordered[np.array(places) - 1])
    shares = np.searchsorted(ordered, values, side="right") / count
    return Spread(quantiles, tuple(zip(values.tolist(), shares.tolist(), strict=True)))


def _read(found: Histogram) -> Spread:
    ends = {share: found.quantile(share / 100) or (0, 0) for share in SHARES}
    quantiles: dict[int, float] = {share: end[1] for share, end in ends.items()}
    quantiles |= {0: found.low or 0, 100: found.high or 0}
    below = list(zip(found.edges, found.below(), strict=True))
    kept = below[:: max(1, len(below) // _STEPS)]
    steps = [(edge - 1, count / found.total) for edge, count in kept if 0 < count < found.total]
    width = max(end[1] - end[0] for share, end in ends.items() if 0 < share < 100)
    return Spread(quantiles, (*steps, (found.high or 0, 1.0)), width)
