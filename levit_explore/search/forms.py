"""Linear forms of quantities, and bounds on them, as tables of exact integers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from levit_explore.search.factors import Factors
from levit_explore.search.tables import LIMIT, Array, Unfit, merged, plus, reach, times
from levit_explore.spec.words import listed


class Bound(Protocol):
    """The sum of `weights[quantity] * quantity` is at most `at_most`; `text` is how it was written."""

    @property
    def weights(self) -> Mapping[str, "Fraction | int"]:
        """What each quantity is multiplied by."""

    @property
    def at_most(self) -> "Fraction | int":
        """The greatest sum that is within the bound."""

    @property
    def text(self) -> str:
        """The bound in the user's words."""


@dataclass(frozen=True)
class Limit:
    """A bound on a cell: the sum of `terms` at a variant's places is at most `at_most`."""

    weights: Mapping[str, int]  # without a common divisor
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
    """A bound over the tables of a cell, in integers alone: exact, for all counts are integers."""
    scale = math.lcm(*(Fraction(weight).denominator for weight in bound.weights.values()))
    scaled = {name: int(weight * scale) for name, weight in bound.weights.items() if weight}
    divisor = math.gcd(*scaled.values()) or 1
    weights = {name: weight // divisor for name, weight in scaled.items()}
    return Limit(weights, form(factors, weights), math.floor(Fraction(bound.at_most) * scale / divisor))


def form(factors: Factors, weights: Mapping[str, int]) -> tuple[Array, ...]:
    """The tables whose sum is a weighted sum of quantities.

    Raises Unfit for a quantity that is no sum, LevitError where a sum could leave 64 bits.
    """
    unknown = [name for name in weights if name not in factors.terms]
    if unknown:
        raise Unfit(f"{unknown[0]} is not among the sums counted here: {listed(list(factors.terms), 'and')}")
    parts = [times(term, weight) for name, weight in weights.items() if weight for term in factors.terms[name]]
    tables = merged(parts, plus)
    if sum(map(reach, tables)) >= LIMIT:
        raise Unfit(f"sums of {listed(list(weights), 'and')} could reach 2**62 and would not be exact")
    return tables


def negated(terms: Sequence[Array]) -> tuple[Array, ...]:
    """The tables of the opposite form."""
    return tuple(-term for term in terms)
