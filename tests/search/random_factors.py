"""Random tables, small enough for brute force: what the engine is asked about need not be a network."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from levit_explore.search.factors import Factors, masks
from levit_explore.search.tables import merged, plus
from tests.search.cells import Bounded

NAMES = ("a", "b", "c", "d")


@st.composite
def random_factors(draw: st.DrawFn, most_axes: int = 5, most: int = 12) -> Factors:
    """Tables of four quantities over a few axes, with masks that may exclude everything."""
    shape = tuple(draw(st.lists(st.integers(1, 4), max_size=most_axes)))
    terms = {name: tuple(merged(draw(st.lists(_tables(shape, 0, most), max_size=4)), plus)) for name in NAMES}
    flags = [table > 1 for table in draw(st.lists(_tables(shape, 0, 9), max_size=3))]
    return Factors(shape, terms, masks(flags, len(shape)), tuple(f"axis {axis}" for axis in range(len(shape))))


@st.composite
def _tables(draw: st.DrawFn, shape: tuple[int, ...], low: int, high: int) -> np.ndarray[Any, Any]:
    own = [length if draw(st.booleans()) else 1 for length in shape]
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    return random.integers(low, high, own, endpoint=True)


weights = st.dictionaries(st.sampled_from(NAMES), st.integers(-3, 3), min_size=1, max_size=3)
nonzero = st.dictionaries(st.sampled_from(NAMES), st.integers(-3, 3).filter(bool), min_size=1, max_size=3)
bounds = st.lists(st.builds(Bounded, nonzero, st.integers(-20, 60)), max_size=4)


def every(factors: Factors) -> np.ndarray[Any, Any]:
    """The places of all variants in order."""
    return np.array(list(np.ndindex(factors.shape)), np.int64).reshape(factors.size, len(factors.shape))


def totals(factors: Factors) -> dict[str, np.ndarray[Any, Any]]:
    """Every variant's quantities, all tables broadcast to the whole."""
    return {
        name: sum((np.broadcast_to(term, factors.shape) for term in terms), np.zeros(factors.shape, np.int64)).ravel()
        for name, terms in factors.terms.items()
    }


def fitting(factors: Factors, given: list[Bounded]) -> np.ndarray[Any, Any]:
    """The flat places of the variants that no mask excludes and that keep all bounds."""
    kept = np.ones(factors.shape, bool)
    for mask in factors.masks:
        kept = kept & mask
    kept, sums = kept.ravel(), totals(factors)
    for bound in given:
        kept &= sum(weight * sums[name] for name, weight in bound.weights.items()) <= bound.at_most
    return np.flatnonzero(kept)
