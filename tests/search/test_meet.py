"""Fronts under any bounds are those of visiting each variant."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from levit_explore.search.meet import best_within, front_within
from levit_explore.search.pareto import pareto
from tests.search.random_factors import bounds, fitting, nonzero, random_factors, totals


@given(random_factors(), st.lists(nonzero, min_size=1, max_size=4), bounds, st.data())
def test_fronts_are_those_of_brute_force(tables, objectives, given_bounds, data):
    fit, sums = fitting(tables, given_bounds), totals(tables)
    values = np.stack([sum(w * sums[n] for n, w in one.items()) for one in objectives], 1)[fit]
    known = values[np.array(data.draw(st.lists(st.sampled_from(range(len(fit))))) if len(fit) else [], int)]
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
    found = best_within(tables, weights, count, given_bounds, known.reshape(-1, 1))
    best = np.lexsort((fit, values))[:count]
    assert found.places.tolist() == fit[best].tolist()
    assert found.values[:, 0].tolist() == values[best].tolist()
