"""Fronts hold what nothing beats, of point sets and of whole cells."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore.search.extremes import extremes
from levit_explore.search.factors import Factors
from levit_explore.search.front import Front, front, merge
from levit_explore.search.pareto import merged, pareto
from levit_explore.search.tables import Unfit
from tests.search.cells import Bounded
from tests.search.random_factors import NAMES, fitting, random_factors, totals, weights

signs = st.sampled_from([-1, 1])


def unbeaten(values: np.ndarray) -> np.ndarray:
    """Which rows no other beats, by comparing each with each."""
    least = (values[None] <= values[:, None]).all(axis=2)
    less = (values[None] < values[:, None]).any(axis=2)
    return ~(least & less).any(axis=1)


@given(st.integers(0, 70), st.integers(1, 5), st.integers(1, 9), st.integers(0, 2**32))
def test_a_front_is_what_no_other_point_beats(points, objectives, most, seed):
    values = np.random.default_rng(seed).integers(0, most, (points, objectives))
    assert pareto(values).tolist() == unbeaten(values).tolist()
    assert pareto(values / 3).tolist() == unbeaten(values).tolist()


@pytest.mark.parametrize("objectives", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("kind", ["random", "repeated", "all on the front"])
def test_many_points_thin_out_as_few_do(objectives, kind):
    random = np.random.default_rng(0)
    values = random.integers(0, 12 if kind == "repeated" else 10**6, (5000, objectives))
    if kind == "all on the front":
        values[:, -1] = -values[:, :-1].sum(axis=1)
    assert pareto(values).tolist() == unbeaten(values).tolist()


@pytest.mark.parametrize("objectives", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("most", [6, 10**6])
def test_front_of_two_fronts_is_that_of_all_their_points(objectives, most):
    random = np.random.default_rng(objectives)
    values = np.unique(random.integers(0, most, (3000, objectives)), axis=0)
    values = values[random.permutation(len(values))]
    first = np.arange(len(values)) < len(values) // 3
    own = np.where(first, 0, 1)
    fronts = np.zeros(len(values), bool)
    for side in (0, 1):
        fronts[own == side] = unbeaten(values[own == side])
    values, first = values[fronts], first[fronts]
    assert merged(values, first).tolist() == unbeaten(values).tolist()


def test_equal_points_on_a_front_all_stay():
    assert pareto(np.array([[1, 2], [2, 1], [1, 2], [2, 2]])).tolist() == [True, True, True, False]


def test_a_point_of_nan_is_refused():
    with pytest.raises(ValueError, match="values hold NaN"):
        pareto(np.array([[1.0, np.nan]]))


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 99)), min_size=1), st.randoms())
def test_merged_fronts_do_not_depend_on_how_points_were_shared_out(points, random):
    def fronts(rows: list) -> Front:
        table = np.array(rows, np.int64).reshape(-1, 3)
        return merge(Front(row[:, :2], row[:, 2]) for row in np.array_split(table, random.randint(1, 4)))

    first = fronts(points)
    random.shuffle(points)
    second = fronts(points)
    assert (first.values.tolist(), first.places.tolist()) == (second.values.tolist(), second.places.tolist())


def brute(tables: Factors, objectives: list[dict[str, int]], bounds: list[Bounded]) -> dict[tuple[int, ...], int]:
    """The front by visiting each variant: values, and the first place that has them."""
    places, sums = fitting(tables, bounds), totals(tables)
    values = np.stack([sum(weight * sums[name] for name, weight in own.items()) for own in objectives], axis=1)[places]
    found: dict[tuple[int, ...], int] = {}
    for row, place in zip(values[unbeaten(values)].tolist(), places[unbeaten(values)].tolist(), strict=True):
        found.setdefault(tuple(row), place)
    return found


def points(found: Front) -> dict[tuple[int, ...], int]:
    return dict(zip(map(tuple, found.values.tolist()), found.places.tolist(), strict=True))


@given(random_factors(), st.lists(weights, min_size=1, max_size=4))
def test_the_front_of_a_cell_is_that_of_all_its_variants(tables, objectives):
    assert points(front(tables, objectives)) == brute(tables, objectives, [])


@given(
    random_factors(),
    st.lists(st.tuples(st.sampled_from(NAMES), signs), min_size=1, max_size=3, unique_by=lambda own: own[0]),
    st.integers(-30, 60),
    st.booleans(),
)
def test_bounds_on_what_is_minimised_cut_the_front(tables, objectives, at_most, both):
    minimised = [{name: sign} for name, sign in objectives]
    bounded = {name: 2 * sign for name, sign in (objectives if both else objectives[:1])}
    bound = [Bounded(bounded, at_most)]
    assert points(front(tables, minimised, bound)) == brute(tables, minimised, bound)


@pytest.mark.parametrize("bound", [{"a": -1}, {"c": 1}, {"a": 1, "b": -1}])
def test_a_bound_that_a_better_variant_may_break_is_refused(bound):
    tables = Factors((2,), {name: (np.arange(2),) for name in NAMES})
    with pytest.raises(Unfit, match="the front under a bound cannot be found part by part"):
        front(tables, [{"a": 1}, {"b": 1}], [Bounded(bound, 0)])


@given(random_factors(), weights)
def test_extremes_are_those_of_all_variants(tables, form):
    places = fitting(tables, [])
    sums = sum(weight * totals(tables)[name] for name, weight in form.items())[places]
    assert extremes(tables, form) == ((sums.min(), sums.max()) if len(places) else None)
