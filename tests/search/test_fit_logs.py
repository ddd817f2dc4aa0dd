"""Logarithms of ratios: equal products have equal sums, whatever the ratios."""

import itertools
import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from levit_explore.search.fit_logs import log, parts

NUMBERS = st.integers(1, 2000) | st.integers(1, 10**17)


@given(st.lists(NUMBERS, max_size=12))
def test_parts_have_no_common_divisors_and_every_number_is_a_product_of_them(numbers):
    found = parts(numbers)
    assert all(math.gcd(one, other) == 1 for one, other in itertools.combinations(found, 2))
    for number in numbers:
        for part in found:
            while number % part == 0:
                number //= part
        assert number == 1


@given(st.lists(NUMBERS, min_size=2, max_size=6))
def test_logarithms_of_a_way_of_several_steps_are_that_of_the_whole(numbers):
    units = {part: round(math.log2(part) * 2**30) for part in parts(numbers)}
    steps = [log(Fraction(new, old), units) for old, new in itertools.pairwise(numbers)]
    assert sum(steps) == log(Fraction(numbers[-1], numbers[0]), units)


@given(NUMBERS, NUMBERS)
def test_a_logarithm_is_that_of_the_ratio(old, new):
    units = {part: round(math.log2(part) * 2**40) for part in parts([old, new])}
    assert abs(log(Fraction(new, old), units) / 2**40 - (math.log2(new) - math.log2(old))) < 1e-9
