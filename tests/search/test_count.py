"""Counts without visiting each variant are those of visiting each."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore.search.count import conjunctions, count, within
from levit_explore.search.dominance import Cloud, pairs
from levit_explore.search.factors import Factors, factors
from levit_explore.search.forms import limit
from levit_explore.search.tables import LIMIT, Unfit
from levit_explore.search.ways import by_tables
from tests.search.cells import SMALL, Bounded, cell, counts, singles
from tests.search.random_factors import bounds, fitting, random_factors


@given(random_factors(), bounds)
def test_counts_are_those_of_brute_force(tables, given_bounds):
    assert count(tables, given_bounds) == len(fitting(tables, given_bounds))


@given(random_factors(), bounds)
def test_all_bounds_at_once_count_as_their_signed_parts_do(tables, given_bounds):
    limits = [limit(tables, bound) for bound in given_bounds]
    assert within(tables, limits) == len(fitting(tables, given_bounds))


@given(st.integers(1, 4), st.integers(0, 2**32), st.integers(0, 60), st.integers(1, 3))
def test_pairs_are_those_of_brute_force(dimensions, seed, size, groups):
    random = np.random.default_rng(seed)

    def cloud() -> Cloud:
        shape = (dimensions, size)
        return Cloud(random.integers(0, groups, size), random.integers(0, 9, shape), random.integers(0, 5, size))

    points, queries = cloud(), cloud()
    below = (points.values[:, :, None] <= queries.values[:, None, :]).all(axis=0)
    below &= points.groups[:, None] == queries.groups
    assert pairs(points, queries) == points.weights @ below @ queries.weights


def test_bounds_on_a_network_count_its_single_plans():
    choices = {
        "stages.0.dim": [16, 24, 32],
        "stages.0.depth": [1, 2],
        "stages.0.heads": [2, 3],
        "stages.1.dim": [24, 32],
        "stages.1.mlp_ratio": [1, 2],
        "stages.2.dim": [32, 40],
        "stages.2.heads": [2, 4],
    }
    singly = [counts(model) for model in singles(SMALL, choices)]
    flops, memory = (sorted(one[name] for one in singly) for name in ("flops", "activation_memory"))
    ratios = sorted(Fraction(one["attention"], one["mlp"]) for one in singly)
    low, high, most = flops[len(flops) // 4], flops[-len(flops) // 4], memory[len(memory) // 2]
    least, greatest = ratios[len(ratios) // 4], ratios[-len(ratios) // 4]
    given_bounds = [
        Bounded({"flops": -1}, -low),
        Bounded({"flops": 1}, high),
        Bounded({"activation_memory": 1}, most),
        Bounded({"attention": greatest.denominator, "mlp": -greatest.numerator}, 0),
        Bounded({"attention": -least.denominator, "mlp": least.numerator}, 0),
    ]
    kept = [
        one
        for one in singly
        if low <= one["flops"] <= high
        and one["activation_memory"] <= most
        and least <= Fraction(one["attention"], one["mlp"]) <= greatest
    ]
    assert 0 < len(kept) < len(singly)
    assert count(factors(cell(SMALL, choices)), given_bounds) == len(kept)


def test_the_ends_of_a_band_are_not_counted_at_once():
    tables = Factors((9,), {"a": (np.arange(9),)})
    found = conjunctions(tables, [Bounded({"a": 1}, 6), Bounded({"a": -1}, -2)])
    assert sorted((sign, len(kept)) for sign, kept in found) == [(-1, 0), (1, 1), (1, 1)]


def test_a_balance_between_bounds_is_not_counted_in_two_dimensions():
    mlp, attention = np.arange(1, 6).reshape(5, 1), np.arange(1, 6).reshape(1, 5)
    tables = Factors((5, 5), {"mlp": (mlp,), "attention": (attention,)})
    found = conjunctions(tables, [Bounded({"mlp": 4, "attention": -5}, 0), Bounded({"mlp": -5, "attention": 4}, 0)])
    assert sorted((sign, len(kept)) for sign, kept in found) == [(-1, 0), (1, 1), (1, 1)]


@pytest.mark.parametrize(("low", "high", "kept"), [(3, 5, 3), (5, 4, 0), (6, 3, 0), (-9, 99, 9), (9, 9, 0)])
def test_bands_may_be_empty_reversed_or_everything(low, high, kept):
    tables = Factors((9,), {"a": (np.arange(9),)})
    assert count(tables, [Bounded({"a": 1}, high), Bounded({"a": -1}, -low)]) == kept


def test_spaces_beyond_64_bits_are_counted():
    ordered = np.arange(10).reshape(10, 1) <= np.arange(10)
    masks = tuple(ordered.reshape([10 if axis in (at, at + 1) else 1 for axis in range(30)]) for at in range(29))
    assert count(Factors((10,) * 30, {})) == 10**30
    assert count(Factors((10,) * 30, {}, masks)) == math.comb(39, 9)  # non-decreasing rows of 30 digits


def test_a_bounded_count_beyond_64_bits_is_exact_where_what_is_free_multiplies_it():
    tables = Factors((10,) * 30, {"a": (np.arange(10).reshape(10, *[1] * 29),)})
    assert count(tables, [Bounded({"a": 1}, 3)]) == 4 * 10**29


def test_tables_too_large_are_refused_with_a_reason():
    wide = tuple(np.arange(2**12).reshape([-1 if axis == at else 1 for axis in range(5)]) for at in range(5))
    with pytest.raises(Unfit, match="the sums on one side of every cut found are too many to list"):
        count(Factors((2**12,) * 5, {"a": wide}), [Bounded({"a": 1}, 2**13)])


def test_tables_say_why_they_serve():
    tables = tuple(np.arange(300).reshape([-1 if axis == at else 1 for axis in range(4)]) for at in range(4))
    found = by_tables(Factors((300,) * 4, {"a": tables}), [Bounded({"a": 1}, 600)])
    assert found.seconds > 0
    assert found.why.startswith("totals are sums of parts: for each of 1 choices that the parts share, up to 90,000 ")


def test_tables_do_not_serve_where_they_would_be_too_large():
    wide = tuple(np.arange(2**13).reshape([-1 if axis == at else 1 for axis in range(5)]) for at in range(5))
    assert by_tables(Factors((2**13,) * 5, {"a": wide}), [Bounded({"a": 1}, LIMIT // 2**52)]) is None
