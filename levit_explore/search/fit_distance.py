"""How far a variant is from the spec, as a sum over its fields in whole units, in which equal distances are equal."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from levit_explore.search.factors import Factors
from levit_explore.search.fit_around import Around
from levit_explore.search.fit_logs import log, parts
from levit_explore.search.tables import Array
from levit_explore.space.cells import Cell
from levit_explore.space.template import value_at
from levit_explore.spec.write import fields

UNIT = 1_000_000  # of a distance as it is told
DISTANCE, CHANGES = "distance", "changes"
_MOST = 50  # bits of the greatest distance, by how many fields may differ
_FINE = 30  # bits that a common unit of weights must have


def ratio(old: Any, new: Any) -> Fraction:
    """What new / old is, in which 0 counts as 1/2.

    >>> ratio(4, 6), ratio(0, 1), ratio(2, 0.5)
    (Fraction(3, 2), Fraction(2, 1), Fraction(1, 4))
    """
    return _exact(new) / _exact(old)


def measured(factors: Factors, cell: Cell, centre: Around, weights: Mapping[str, Fraction]) -> tuple[Factors, int]:
    """The tables of a cell with two more sums, and how many units of the first are a distance of 1.

    The sums are the distance from the spec, weight * |log2(new / old)| of each field, and how many fields differ. A
    field that follows another adds to neither.
    """
    own = fields(centre.spec)
    free = [centre.free[axis.name] for axis in cell.axes]
    choices = [(value_at(own, each.path), axis.values) for each, axis in zip(free, cell.axes, strict=True)]
    ratios = [[ratio(old, value) for value in values] for old, values in choices]
    steps, unit = _steps(ratios, [weights[each.kind.name] for each in free])
    changes = [[int(value != old) for value in values] for old, values in choices]
    sums = {DISTANCE: _tables(steps), CHANGES: _tables(changes)}
    return replace(factors, terms={**factors.terms, **sums}), unit


def millionths(distance: int, unit: int) -> int:
    """A distance in units as it is told."""
    return round(Fraction(distance * UNIT, unit))


def _steps(ratios: Sequence[Sequence[Fraction]], weights: Sequence[Fraction]) -> tuple[list[list[int]], int]:
    """The product weight * |log2(ratio)| of each ratio in units, and how many of these are 1.

    Ratios are logarithms of the same parts, and weights multiples of one unit, so that what is equal comes out equal.
    Weights that have no such unit but a tiny one have one each.
    """
    farthest = sum(
        float(weight) * max(abs(math.log2(each)) for each in along)
        for weight, along in zip(weights, ratios, strict=True)
    )
    unit = 2 ** max(0, _MOST - math.frexp(farthest * (len(ratios) + 1))[1])
    common = _divisor(weights)
    shared = common * unit >= 2**_FINE
    every = parts(number for along in ratios for each in along for number in (each.numerator, each.denominator))
    steps = []
    for weight, along in zip(weights, ratios, strict=True):
        base = common if shared or not weight else weight
        units = {part: round(base * Fraction(math.log2(part)) * unit) for part in every}
        steps.append([int(weight / base) * abs(log(each, units)) for each in along])
    return steps, unit


def _divisor(weights: Sequence[Fraction]) -> Fraction:
    """The greatest number of which all weights are multiples; 1 where all are 0."""
    denominator = math.lcm(*(weight.denominator for weight in weights))
    return Fraction(math.gcd(*(int(weight * denominator) for weight in weights)) or denominator, denominator)


def _exact(value: Any) -> Fraction:
    return Fraction(str(value)) or Fraction(1, 2)


def _tables(values: Sequence[Sequence[int]]) -> tuple[Array, ...]:
    """A table along each axis."""
    rank = len(values)
    return tuple(
        np.array(along, np.int64).reshape([-1 if axis == place else 1 for axis in range(rank)])
        for place, along in enumerate(values)
    )
