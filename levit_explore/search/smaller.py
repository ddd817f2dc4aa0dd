"""A bound in smaller numbers that decides alike: `attention <= 1.33333333333 * mlp` as 3 attention - 4 mlp <= -1.

Counts are integers of known spans, so that a weight of many digits says no more than a fraction near to it does.
"""

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product

from levit_explore.space.bounds import Bound

Span = tuple[int, int]  # the least and the greatest that a count may be


def smaller(bound: Bound, spans: Mapping[str, Span]) -> Bound:
    """A bound that counts within their spans keep exactly where they keep this one, its sums as small as were found."""
    return min((_by_ratio(bound, spans), _by_drift(bound, spans)), key=lambda found: farthest(found.weights, spans))


def farthest(weights: Mapping[str, int], spans: Mapping[str, Span]) -> int:
    """No weighted sum of counts is farther from 0."""
    return sum(abs(weight) * max(1, *map(abs, spans[name])) for name, weight in weights.items())


def _by_ratio(bound: Bound, spans: Mapping[str, Span]) -> Bound:
    """Of p * x <= q * y the greatest ratio of counts x / y that is at most q / p, in its place."""
    match sorted(bound.weights.items(), key=lambda item: item[1]):
        case [(y, q), (x, p)] if q < 0 < p and not bound.at_most and min(spans[x][0], spans[y][0]) >= 0:
            above, below = _greatest(Fraction(-q, p), spans[x][1], max(1, spans[y][1]))
            return Bound({x: below, y: -above}, 0, bound.text)
    return bound


def _greatest(ratio: Fraction, most: int, most_below: int) -> tuple[int, int]:
    """The greatest fraction up to a ratio, its numerator and denominator no greater than these (Stern-Brocot).

    >>> _greatest(Fraction("3.1415"), 1000, 100)
    (311, 99)
    """
    p, q = ratio.numerator, ratio.denominator
    (a, b), (c, d) = (0, 1), (1, 0)  # a / b <= ratio < c / d
    while True:
        steps = (p * b - q * a) // (q * c - p * d)
        fit = min(steps, (most - a) // c, (most_below - b) // d if d else steps)
        a, b = a + fit * c, b + fit * d
        if fit < steps or p * b == q * a:
            return a, b
        steps = -(-(q * c - p * d) // (p * b - q * a)) - 1
        c, d = c + steps * a, d + steps * b


def _by_drift(bound: Bound, spans: Mapping[str, Span]) -> Bound:
    """The greatest weight p as p', as small as will do, and each other w as one of both integers beside w * p' / p.

    With E = at_most - sum and E' likewise, p * E' = p' * E + p * at_most' - p' * at_most - drift, where drift is the
    sum of (p * w' - p' * w) * count. So E' >= 0 exactly where E >= 0 if the least and the greatest drift leave room.
    """
    pivot = max(map(abs, bound.weights.values()))
    ratios = [Fraction(weight, pivot) for weight in bound.weights.values()]
    for scale in sorted({scale for ratio in ratios for scale in _denominators(abs(ratio))}):
        beside = [sorted({math.floor(ratio * scale), math.ceil(ratio * scale)}) for ratio in ratios]
        for chosen in product(*beside):
            weights = dict(zip(bound.weights, chosen, strict=True))
            at_most = _alike(bound, weights, pivot, scale, spans)
            if at_most is not None:
                return Bound({name: weight for name, weight in weights.items() if weight}, at_most, bound.text)
    return bound


def _alike(bound: Bound, weights: Mapping[str, int], pivot: int, scale: int, spans: Mapping[str, Span]) -> int | None:
    """What the sum under other weights is at most exactly where the bound is kept; None where no number is sure."""
    drifts = [
        sorted((pivot * weights[name] - scale * own) * end for end in spans[name])
        for name, own in bound.weights.items()
    ]
    low, high = sum(drift[0] for drift in drifts), sum(drift[1] for drift in drifts)
    at_most = (high + scale * bound.at_most) // pivot  # the least that no sum within the bound exceeds
    return at_most if pivot * at_most - scale * bound.at_most < low + scale else None


def _denominators(ratio: Fraction) -> Iterator[int]:
    """Denominators of fractions that are near to a ratio for their size: those of its continued fraction, and between.

    >>> list(_denominators(Fraction(333, 1000)))
    [1, 1, 2, 3, 4, 7, 13, 25, 49, 97, 193, 385, 769, 1000]
    """
    before, last = 1, 0
    above, below = ratio.numerator, ratio.denominator
    while below:
        times, rest = divmod(above, below)
        steps = [2**power for power in range(times.bit_length()) if 2**power < times]
        yield from (before + step * last for step in (*steps, times))
        before, last = last, before + times * last
        above, below = below, rest
