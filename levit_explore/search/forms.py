"""Linear forms of quantities, and bounds on them, as tables of exact integers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from levit_explore.errors import LevitError
from levit_explore.search.factors import Factors
from levit_explore.search.smaller import Span, farthest, smaller
from levit_explore.search.tables import LIMIT, Array, Unfit, merged, plus, reach, times
from levit_explore.space.bounds import Bound
from levit_explore.spec.words import listed


@dataclass(frozen=True)
class Limit:
    """A bound on a cell: the sum of `terms`, of quantities by `weights`, is at most `at_most`."""

    weights: Mapping[str, int]
    terms: tuple[Array, ...]
    at_most: int

    @property
    def least(self) -> int:
        """No sum is less, whatever the masks."""
        return sum(int(term.min()) for term in self.terms)

    @property
    def greatest(self) -> int:
        """No sum is greater, whatever the masks."""
        return sum(int(term.max()) for term in self.terms)


def limit(factors: Factors, bound: Bound) -> Limit:
    """A bound over the tables of a cell, exact in 64 bits whatever the size of the numbers that it was written with.

    Raises Unfit for a quantity that is no sum, and where so many digits matter that 64 bits do not hold them.
    """
    spans = {name: _span(factors, name) for name in bound.weights}
    own = bound if farthest(bound.weights, spans) < LIMIT else smaller(bound, spans)
    try:
        found = Limit(own.weights, form(factors, own.weights), own.at_most)
    except LevitError as error:
        digits = len(str(LIMIT // farthest(dict.fromkeys(spans, 1), spans))) - 1
        why = f"write its numbers with at most {digits} digit{'s' * (digits > 1)}" if digits else f"{error}"
        raise Unfit(f"{bound.text} cannot be told exactly in 64 bits; {why}") from None
    return replace(found, at_most=max(found.least - 1, min(found.greatest, found.at_most)))


def form(factors: Factors, weights: Mapping[str, int]) -> tuple[Array, ...]:
    """The tables whose sum is a weighted sum of quantities.

    Raises Unfit for a quantity that is no sum, LevitError where a sum could leave 64 bits.
    """
    parts = [times(term, weight) for name, weight in weights.items() if weight for term in _terms(factors, name)]
    tables = merged(parts, plus)
    if sum(map(reach, tables)) >= LIMIT:
        raise Unfit(f"sums of {listed(list(weights), 'and')} could reach 2**62 and would not be exact")
    return tables


def wide_form(factors: Factors, weights: Mapping[str, int]) -> tuple[Array, ...]:
    """The same in Python's integers where 64 bits do not hold a sum, exact and slow."""
    try:
        return form(factors, weights)
    except LevitError:
        wide: list[Any] = [term.astype(object) * own for name, own in weights.items() for term in _terms(factors, name)]
        return merged(wide, np.add)


def negated(terms: Sequence[Array]) -> tuple[Array, ...]:
    """The tables of the opposite form."""
    return tuple(-term for term in terms)


def _terms(factors: Factors, name: str) -> tuple[Array, ...]:
    """The tables of a quantity. Raises Unfit for one that is no sum."""
    if name not in factors.terms:
        raise Unfit(f"{name} is not among the sums counted here: {listed(list(factors.terms), 'and')}")
    return factors.terms[name]


def _span(factors: Factors, name: str) -> Span:
    """No count of a quantity is less or greater, whatever the masks."""
    terms = _terms(factors, name)
    return sum(int(term.min()) for term in terms), sum(int(term.max()) for term in terms)
