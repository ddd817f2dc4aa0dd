"""How far a variant is from the spec, as a sum over its fields in whole millionths, so that it adds up exactly."""

import math
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np

from levit_explore.search.factors import Factors
from levit_explore.search.fit_around import Around
from levit_explore.search.tables import Array
from levit_explore.space.cells import Cell
from levit_explore.space.template import value_at
from levit_explore.spec.write import fields

UNIT = 1_000_000
DISTANCE, CHANGES = "distance", "changes"


def step(old: float, new: float, weight: Fraction = Fraction(1)) -> int:
    """The distance of one field, in millionths: weight * |log2(new / old)|, in which 0 counts as 1/2.

    >>> step(4, 2), step(0, 1), step(256, 384)
    (1000000, 1000000, 584963)
    """
    return round(weight * round(abs(math.log2((new or 0.5) / (old or 0.5))) * UNIT))


def measured(factors: Factors, cell: Cell, centre: Around, weights: Mapping[str, Fraction]) -> Factors:
    """The tables of a cell with two more sums: the distance from the spec, and how many fields differ.

    A field that follows another adds to neither.
    """
    own = fields(centre.spec)
    distances, changes = [], []
    for place, axis in enumerate(cell.axes):
        free = centre.free[axis.name]
        old, values = value_at(own, free.path), [float(value) for value in axis.values]
        distances.append(_along([step(old, value, weights[free.kind.name]) for value in values], place, len(cell.axes)))
        changes.append(_along([int(value != old) for value in values], place, len(cell.axes)))
    return replace(factors, terms={**factors.terms, DISTANCE: tuple(distances), CHANGES: tuple(changes)})


def _along(values: list[int], place: int, rank: int) -> Array:
    return np.array(values, np.int64).reshape([-1 if axis == place else 1 for axis in range(rank)])
