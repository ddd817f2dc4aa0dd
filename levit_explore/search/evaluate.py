"""Counts of single variants, by their places along the axes of a cell."""

from collections.abc import Sequence

import numpy as np

from levit_explore.search.factors import Factors
from levit_explore.search.forms import Limit
from levit_explore.search.tables import Array, Flags, Table


def evaluate(factors: Factors, places: Array) -> dict[str, Array]:
    """All quantities of variants: `places` has a row for each and a column for each axis."""
    return {name: summed(terms, places) for name, terms in factors.terms.items()}


def allowed(factors: Factors, places: Array) -> Flags:
    """Which of the variants at these places no mask excludes."""
    flags = np.ones(len(places), np.bool_)
    for mask in factors.masks:
        flags &= at(mask, places)
    return flags


def within(limits: Sequence[Limit], places: Array) -> Flags:
    """Which of the variants at these places keep all bounds."""
    flags = np.ones(len(places), np.bool_)
    for limit in limits:
        flags &= summed(limit.terms, places) <= limit.at_most
    return flags


def summed(terms: Sequence[Array], places: Array) -> Array:
    """The sum of tables at each of these places."""
    sums = np.zeros(len(places), np.int64)
    for term in terms:
        sums += at(term, places)
    return sums


def at(table: Table, places: Array) -> Table:
    """The entries of a table at places of all axes."""
    index = tuple(places[:, axis] if length > 1 else 0 for axis, length in enumerate(table.shape))
    return table[index]  # type: ignore[no-any-return]
