"""The nearest places of random tables, held against all places."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore.search import fit_nearest
from levit_explore.search.fit_nearest import Problem, nearest
from levit_explore.search.fit_prices import priced
from levit_explore.search.forms import Limit
from levit_explore.search.tables import Unfit


@st.composite
def problems(draw):
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=5)))

    def table(low, high):
        along = draw(st.sets(st.integers(0, len(shape) - 1), max_size=3))
        sides = [length if axis in along else 1 for axis, length in enumerate(shape)]
        size = int(np.prod(sides))
        numbers = draw(st.lists(st.integers(low, high), min_size=size, max_size=size))
        return np.array(numbers, np.int64).reshape(sides)

    def tables(low, high):
        return tuple(table(low, high) for _ in range(draw(st.integers(0, 4))))

    limits = tuple(Limit({}, tables(-50, 50), draw(st.integers(-90, 90))) for _ in range(draw(st.integers(0, 3))))
    masks = tuple(each > 0 for each in tables(0, 3))
    return Problem(shape, masks, limits, tables(0, 10**6), tables(0, 9), draw(st.integers(0, 20)))


def _sum(terms, place):
    return sum(
        int(term[tuple(at if length > 1 else 0 for at, length in zip(place, term.shape, strict=True))])
        for term in terms
    )


def _all(problem):
    """Every place that is allowed and within all limits, the nearest first."""
    found = []
    for place in itertools.product(*map(range, problem.shape)):
        flags = [_sum([mask], place) for mask in problem.masks]
        if all(flags) and all(_sum(limit.terms, place) <= limit.at_most for limit in problem.limits):
            found.append((_sum(problem.distance, place), abs(_sum(problem.tie, place) - problem.aim), place))
    return sorted(found)


@given(problems(), st.integers(1, 12))
def test_the_nearest_are_the_first_of_all_in_their_order(problem, top):
    expected = [list(place) for *_, place in _all(problem)[:top]]
    assert nearest(problem, top).tolist() == expected


@given(problems())
def test_no_variant_within_bounds_is_nearer_than_prices_say(problem):
    found = _all(problem)
    if found:
        assert priced(problem.shape, problem.distance, problem.limits).least <= found[0][0]


@given(problems(), st.integers(1, 5))
def test_small_blocks_find_the_same(problem, top):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit_nearest, "BLOCK", 2)
        small = nearest(problem, top)
    assert small.tolist() == nearest(problem, top).tolist()


def test_prices_come_near_to_the_nearest_where_distance_buys_a_bounded_sum():
    distance = tuple(
        np.arange(6, dtype=np.int64).reshape([6 if axis == place else 1 for axis in range(4)]) for place in range(4)
    )
    limit = Limit({"flops": 1}, tuple(-term for term in distance), -13)
    assert priced((6,) * 4, distance, [limit]).least == 13


def test_too_much_work_is_refused(monkeypatch):
    monkeypatch.setattr(fit_nearest, "WORK", 3)
    ones = np.ones((2, 1), np.int64)
    problem = Problem((2, 9), (), (), (ones,), (), 0)
    with pytest.raises(Unfit) as raised:
        nearest(problem, 1)
    assert str(raised.value) == "more than 3 variants would have to be looked at"


def test_bounds_of_any_size_are_kept():
    table = np.array([1, 2, 3], np.int64)
    far = Limit({"flops": 1}, (table,), int(Fraction(10**40)))
    assert nearest(Problem((3,), (), (far,), (table,), (), 0), 2).tolist() == [[0], [1]]
    assert nearest(Problem((3,), (), (Limit({}, (table,), -(10**40)),), (table,), (), 0), 2).tolist() == []
