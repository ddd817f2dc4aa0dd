"""Fronts under any bounds are those of visiting each variant."""

from contextlib import contextmanager
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore.search import corners, meet
from levit_explore.search.factors import Factors
from levit_explore.search.meet import best_within, front_within
from levit_explore.search.pareto import pareto
from levit_explore.search.tables import Unfit
from tests.search.random_factors import bounds, fitting, nonzero, random_factors, totals


@contextmanager
def _small(**sizes):
    """Parts so small that even a small space is gone through in many, with few corners."""
    with patch.multiple(meet, **{"BATCH": 4, "AT_ONCE": 3, **sizes}), patch.object(corners, "MOST", 8):
        yield


@given(random_factors(), st.lists(nonzero, min_size=1, max_size=4), bounds, st.data())
def test_fronts_are_those_of_brute_force(tables, objectives, given_bounds, data):
    fit, sums = fitting(tables, given_bounds), totals(tables)
    values = np.stack([sum(w * sums[n] for n, w in one.items()) for one in objectives], 1)[fit]
    known = values[np.array(data.draw(st.lists(st.sampled_from(range(len(fit))))) if len(fit) else [], int)]
    with _small():
        found = front_within(tables, objectives, given_bounds, known)
    best = pareto(values)
    assert [*map(tuple, found.values)] == sorted({*map(tuple, values[best])})
    first = {tuple(value): place for value, place in reversed(list(zip(values, fit, strict=True)))}
    assert found.places.tolist() == [first[tuple(value)] for value in found.values]


@given(random_factors(), nonzero, st.integers(1, 9), bounds, st.data())
def test_the_best_are_those_of_brute_force(tables, weights, count, given_bounds, data):
    fit, sums = fitting(tables, given_bounds), totals(tables)
    values = sum(weight * sums[name] for name, weight in weights.items())[fit]
    known = np.array(data.draw(st.lists(st.sampled_from(values.tolist()), unique=True)) if len(fit) else [], int)
    with _small():
        found = best_within(tables, weights, count, given_bounds, known.reshape(-1, 1))
    best = np.lexsort((fit, values))[:count]
    assert found.places.tolist() == fit[best].tolist()
    assert found.values[:, 0].tolist() == values[best].tolist()


def test_more_pairs_than_may_be_judged_are_refused():
    tables = Factors((3, 3), {"a": (np.arange(3).reshape(3, 1),), "b": (np.arange(3).reshape(1, 3),)})
    with pytest.raises(Unfit, match="more than 1 pairs of its parts would have to be compared"), _small(PAIRS=1):
        front_within(tables, [{"a": 1}, {"b": -1}])
