"""Bounds over the tables of a cell decide as their numbers of any size do, in numbers of 64 bits."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from levit_explore import LevitError
from levit_explore.search.extremes import extremes
from levit_explore.search.factors import Factors
from levit_explore.search.forms import limit
from levit_explore.search.tables import Unfit
from tests.search.cells import Bounded

HUGE = st.integers(1, 9) | st.integers(10**9, 10**30)
WRITTEN = (  # ratios of all digits, and simple fractions cut after some
    st.floats(1e-4, 1e4).map(lambda ratio: Fraction(repr(ratio)))
    | st.integers(10**26, 10**34).map(lambda digits: Fraction(digits, 10**30))
    | st.builds(
        lambda f, d: Fraction(round(f * 10**d), 10**d), st.fractions(1, 9, max_denominator=40), st.integers(0, 40)
    )
)


def counted(first, second) -> Factors:
    """Two quantities, each decided by an axis of its own."""
    a, b = np.array(first, np.int64).reshape(-1, 1), np.array(second, np.int64).reshape(1, -1)
    return Factors((len(first), len(second)), {"a": (a,), "b": (b,)})


def decided(tables: Factors, bound: Bounded) -> list[list[bool]]:
    """Which variants keep a bound by the tables of its limit."""
    found = limit(tables, bound)
    return (sum(found.terms, np.zeros(tables.shape, np.int64)) <= found.at_most).tolist()


def true(first, second, bound: Bounded) -> list[list[bool]]:
    """Which variants keep a bound by Python's integers."""
    return [[bound.weights["a"] * a + bound.weights["b"] * b <= bound.at_most for b in second] for a in first]


def counts(most):
    return st.lists(st.integers(0, 20) | st.integers(0, most), min_size=1, max_size=8)


@given(counts(2**28), counts(2**28), WRITTEN, st.booleans())
def test_a_ratio_of_any_digits_is_held_as_exactly_as_fractions_hold_it(first, second, ratio, least):
    weights = {"a": ratio.denominator, "b": -ratio.numerator}
    bound = Bounded({name: -weight for name, weight in weights.items()} if least else weights, 0)
    expected = [[b * ratio <= a if least else a <= b * ratio for b in second] for a in first]
    assert decided(counted(first, second), bound) == expected


@given(counts(2**20), counts(2**20), HUGE, HUGE, st.sampled_from([-1, 1]), st.sampled_from([-1, 1]), st.data())
def test_a_sum_with_weights_of_any_digits_keeps_its_bound_where_it_did(first, second, p, q, sign, other, data):
    own, beside = data.draw(st.sampled_from(first)), data.draw(st.sampled_from(second))
    at_most = p * sign * own + q * other * beside + data.draw(st.integers(-2, 2))
    bound = Bounded({"a": sign * p, "b": other * q}, at_most)
    try:
        found = decided(counted(first, second), bound)
    except LevitError:
        assume(False)
    assert found == true(first, second, bound)


@pytest.mark.parametrize(
    ("ratio", "most"),
    [
        *(("1.33333333333", most) for most in (10**7, 10**10)),
        *((text, most) for text in ("1.3333333333333333", "0.333333333333333") for most in (10**7, 10**12, 10**15)),
        *(("0.66666666666666667", most) for most in (10**7, 10**12, 10**17)),
    ],
)
def test_digits_of_a_simple_fraction_are_held_beside_counts_of_any_size(ratio, most):
    edge = Fraction(ratio).limit_denominator(99)
    second = [edge.denominator, 999 * edge.denominator, most // edge.denominator * edge.denominator]
    first = [int(b * edge) + step for b in second for step in (-1, 0, 1)]
    bound = Bounded({"a": Fraction(ratio).denominator, "b": -Fraction(ratio).numerator}, 0)
    assert decided(counted(first, second), bound) == true(first, second, bound)


def test_a_bound_of_too_many_digits_says_how_many_are_held():
    tables = counted([0, 10**10], [0, 10**10])
    golden = Fraction("1.618033988749894848204586834")
    with pytest.raises(Unfit) as raised:
        limit(tables, Bounded({"a": golden.denominator, "b": -golden.numerator}, 0, "balance <= 1.618..."))
    words = "balance <= 1.618... cannot be told exactly in 64 bits; write its numbers with at most 8 digits"
    assert str(raised.value) == words
    shorter = Fraction("1.6180340")
    bound = Bounded({"a": shorter.denominator, "b": -shorter.numerator}, 0)
    assert decided(tables, bound) == true([0, 10**10], [0, 10**10], bound)


def test_a_sum_that_is_too_large_by_itself_is_not_blamed_on_digits():
    with pytest.raises(Unfit) as raised:
        limit(counted([0, 2**61], [0, 2**61]), Bounded({"a": 1, "b": 1}, 2**60, "a + b <= 1"))
    why = "sums of a and b could reach 2**62 and would not be exact"
    assert str(raised.value) == f"a + b <= 1 cannot be told exactly in 64 bits; {why}"


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("at_most", [-(10**30), -(2**63), 2**63, 10**30])
def test_what_a_sum_may_be_at_most_fits_64_bits_however_it_is_written(sign, at_most):
    found = limit(counted([3, 5], [0]), Bounded({"a": sign}, at_most))
    assert (found.at_most >= found.greatest) == (at_most > 0)
    assert (found.at_most < found.least) == (at_most < 0)
    assert abs(found.at_most) < 10


@given(counts(2**40), counts(2**40), HUGE, HUGE)
def test_the_ends_of_a_sum_are_exact_beyond_64_bits(first, second, p, q):
    sums = [p * a - q * b for a in first for b in second]
    assert extremes(counted(first, second), {"a": p, "b": -q}) == (min(sums), max(sums))
