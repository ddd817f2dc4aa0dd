"""What is summed up to tell what may come to something: objectives, bounded sums, and mixes of these.

Two sums may both be small in a box of points where no point has both; the least of a mix of them shows that.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from levit_explore.search.factors import Factors
from levit_explore.search.forms import form, limit
from levit_explore.search.pareto import Values
from levit_explore.search.tables import LIMIT, Array, merged, plus, reach, times
from levit_explore.space.bounds import Bound

_FINE = 2**10  # parts in which the weights of a mix are told


@dataclass(frozen=True, eq=False)
class Sums:
    """What is summed up: objectives but for the last, bounded sums, mixes of all these, the last objective, the place.

    `mixes` are weights of the objectives and the bounded sums, a row each; `at_most` is of the bounded sums.
    """

    tables: tuple[tuple[Array, ...], ...]
    objectives: int
    mixes: Array
    at_most: tuple[int, ...]

    def caps(self, found: Array) -> Array:
        """What the sums may be at most under each corner: (sums, corners)."""
        bounded = np.broadcast_to(np.array(self.at_most, np.int64), (len(found), len(self.at_most)))
        values = np.concatenate([found[:, :-1], bounded], axis=1).astype(object)
        mixed = np.array([[_mix(weights, value) for weights in self.mixes] for value in values], np.int64)
        columns = [found[:, :-2], bounded, mixed.reshape(len(found), len(self.mixes)), found[:, -2:]]
        return np.concatenate(columns, axis=1).T


def _mix(weights: Array, value: Array) -> int:
    return min(LIMIT, sum(int(weight) * int(each) for weight, each in zip(weights, value, strict=True)))


def sums(factors: Factors, objectives: Sequence[Mapping[str, int]], bounds: Sequence[Bound], known: Values) -> Sums:
    """The sums for objectives and bounds; `known` are objectives of some variants, a row each. Raises Unfit."""
    forms = [form(factors, weights) for weights in objectives]
    limits = [limit(factors, bound) for bound in bounds]
    bounded = [own.terms for own in limits]
    mixes, mixed = [], []
    for weights in [*_between_objectives(forms, known, len(limits)), *_against_bounds(forms, bounded)]:
        terms = [(table, weight) for own, weight in zip([*forms, *bounded], weights, strict=True) for table in own]
        if sum(reach(table) * weight for table, weight in terms) < LIMIT:
            mixes.append(weights)
            mixed.append(merged((times(table, weight) for table, weight in terms), plus))
    tables = (*forms[:-1], *bounded, *mixed, forms[-1], _place(factors.shape))
    matrix = np.array(mixes, np.int64).reshape(len(mixes), len(forms) + len(limits))
    return Sums(tables, len(forms), matrix, tuple(own.at_most for own in limits))


def _between_objectives(forms: Sequence[Sequence[Array]], known: Values, bounds: int) -> list[list[int]]:
    """Weights of mixes in which objectives count alike: what lies between their least values shows there."""
    spans = np.ptp(known, axis=0) if len(known) > 1 else np.zeros(len(forms), np.int64)
    spans = [int(span) or _span(own) for span, own in zip(spans, forms, strict=True)]
    shares: list[tuple[float, ...]]
    if len(forms) == 2:
        shares = [(part / 4, 1 - part / 4) for part in range(1, 4)]
    else:
        groups = [*combinations(range(len(forms)), 2), *([range(len(forms))] if len(forms) > 2 else [])]
        shares = [tuple(float(place in group) for place in range(len(forms))) for group in groups]
    return [[*_whole([share / span for share, span in zip(own, spans, strict=True)]), *[0] * bounds] for own in shares]


def _against_bounds(forms: Sequence[Sequence[Array]], bounded: Sequence[Sequence[Array]]) -> Iterator[list[int]]:
    """Weights of mixes of one objective with one bounded sum, for what is cheap may break the bound."""
    for one, other in product(range(len(forms)), range(len(bounded))):
        weights = [0.0] * (len(forms) + len(bounded))
        weights[one], weights[len(forms) + other] = 1 / _span(forms[one]), 1 / _span(bounded[other])
        yield _whole(weights)


def _span(tables: Sequence[Array]) -> int:
    return sum(int(np.ptp(table)) for table in tables) or 1


def _whole(weights: Sequence[float]) -> list[int]:
    return [round(_FINE * each / max(weights)) for each in weights]


def _place(shape: Sequence[int]) -> tuple[Array, ...]:
    """The place in a cell as a sum over its axes."""
    strides = [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
    return tuple(
        np.arange(length).reshape([-1 if other == axis else 1 for other in range(len(shape))]) * stride
        for axis, (length, stride) in enumerate(zip(shape, strides, strict=True))
    )
