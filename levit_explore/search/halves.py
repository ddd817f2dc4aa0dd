"""Several bounds at once as a signed sum of fewer bounds at once.

Two bounds of which no variant breaks both, as the two ends of a band, are kept by all that keep the first, and all that
keep the second, less all: one dimension fewer than both at once.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product

import numpy as np

from levit_explore.search.forms import Limit, negated
from levit_explore.search.tables import LIMIT, Array, merged, reach

Lowest = Callable[[Sequence[Array]], int]  # a bound from below of a sum of tables over the allowed variants


def signed(limits: Sequence[Limit], lowest: Lowest) -> list[tuple[int, tuple[Limit, ...]]]:
    """Signs and bounds such that the signed counts of what keeps them add up to what keeps all `limits`.

    Bounds that all variants keep are left out; where none keeps one there is nothing to sum.
    """
    limits = [found for found in _tightest(limits) if -lowest(negated(found.terms)) > found.at_most]
    if any(lowest(found.terms) > found.at_most for found in limits):
        return []
    groups: list[list[tuple[int, tuple[Limit, ...]]]] = []
    left = list(limits)
    while left:
        first = left.pop(0)
        partner = next((other for other in left if _never_both_broken(first, other, lowest)), None)
        if partner is None:
            groups.append([(1, (first,))])
        else:
            left.remove(partner)
            groups.append([(1, (first,)), (1, (partner,)), (-1, ())])
    combined = []
    for choice in product(*groups):
        sign = 1
        for own, _ in choice:
            sign *= own
        combined.append((sign, tuple(found for _, kept in choice for found in kept)))
    return combined


def _tightest(limits: Sequence[Limit]) -> list[Limit]:
    """Of bounds on one sum the lowest."""
    found: dict[tuple[tuple[str, int], ...], Limit] = {}
    for limit in limits:
        key = tuple(sorted(limit.weights.items()))
        if key not in found or limit.at_most < found[key].at_most:
            found[key] = limit
    return list(found.values())


def _never_both_broken(first: Limit, second: Limit, lowest: Lowest) -> bool:
    """Whether some positive multiples of both sums never add up to what they would at least be, were both too large."""
    for name in first.weights.keys() & second.weights.keys():
        ratio = -Fraction(first.weights[name], second.weights[name])  # cancels the quantity
        ours, theirs = ratio.denominator, ratio.numerator
        reached = ours * sum(map(reach, first.terms)) + theirs * sum(map(reach, second.terms))
        if ratio > 0 and reached < LIMIT:
            terms = [*(term * -ours for term in first.terms), *(term * -theirs for term in second.terms)]
            if -lowest(merged(terms, np.add)) < ours * (first.at_most + 1) + theirs * (second.at_most + 1):
                return True
    return False
