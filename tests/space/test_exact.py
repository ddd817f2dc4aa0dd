"""Expressions over arrays are what Python's fractions say, however large the numbers."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore.space.exact import calculated, compared, exact, settled
from levit_explore.space.grammar import comparisons, expression
from levit_explore.spec.rules import Integer, Number

INTEGERS = st.integers(-40, 40) | st.integers(-(2**62), 2**62)
RATIOS = st.sampled_from([0.1, 0.3, 1.5, 1 / 3, 64.0, 1e-7, 5e17])
ARRAYS = st.lists(INTEGERS, min_size=4, max_size=4).map(np.array) | st.lists(RATIOS, min_size=4, max_size=4).map(
    np.array
)
VALUES = INTEGERS | RATIOS | ARRAYS
EXPRESSIONS = {
    "a + b * c": lambda a, b, c: a + b * c,
    "(a - b) / c": lambda a, b, c: (a - b) / c,
    "a // b % c": lambda a, b, c: a // b % c,
    "max(a, b, c) - min(a, b)": lambda a, b, c: max(a, b, c) - min(a, b),
    "-a * b * c * a / 7": lambda a, b, c: -a * b * c * a / 7,
    "a - b - c": lambda a, b, c: a - b - c,
    "a / b / c + 0.1": lambda a, b, c: a / b / c + Fraction(1, 10),
    "2 * -(a + 3k)": lambda a, b, c: -2 * (a + 3000),
}


def one(value, index):
    """The number of one variant as a fraction, of floats the decimal that they are written as."""
    number = value[index].item() if isinstance(value, np.ndarray) else value
    return Fraction(repr(number))


def truth(formula, values):
    try:
        return formula(*values)
    except ZeroDivisionError:
        return None


@pytest.mark.parametrize("text", EXPRESSIONS)
@given(VALUES, VALUES, VALUES)
def test_an_expression_is_what_python_says_of_each_variant(text, a, b, c):
    given = {("a",): exact(a), ("b",): exact(b), ("c",): exact(c)}
    value = calculated(expression(text), lambda name: given[name.path])
    above, below, defined = (np.broadcast_to(part, 4) for part in (value.above, value.below, value.defined))
    found = [Fraction(int(above[at]), int(below[at])) if defined[at] else None for at in range(4)]
    assert found == [truth(EXPRESSIONS[text], [one(each, at) for each in (a, b, c)]) for at in range(4)]


@pytest.mark.parametrize("sign", ["<", "<=", "==", "!=", ">=", ">"])
@given(VALUES, VALUES)
def test_a_comparison_is_pythons_of_each_variant(sign, a, b):
    expected = [eval(f"x {sign} y", {"x": one(a, at), "y": one(b, at)}) for at in range(4)]
    assert np.broadcast_to(compared(exact(a), sign, exact(b)), 4).tolist() == expected


@pytest.mark.parametrize("rule", [Integer(), Integer(0, 1000), Number(0, 64), Number(0, 64, closed=False)])
@given(st.lists(st.integers(-9, 9) | st.integers(-(2**62), 2**62), min_size=4, max_size=4), st.integers(1, 9))
def test_a_field_has_what_its_rule_allows_and_comes_out_even(rule, above, below):
    given = {("a",): exact(np.array(above)), ("b",): exact(below)}
    found, allowed = settled(calculated(expression("a / b"), lambda name: given[name.path]), rule)
    fractions = [Fraction(each, below) for each in above]
    plain = [int(each) if each.denominator == 1 else float(each) for each in fractions]
    assert allowed.tolist() == [rule.allows(each) for each in plain]
    assert [number for number in np.where(allowed, found, -1).tolist() if number >= 0] == list(
        filter(rule.allows, plain)
    )
    assert (found > 0).all() or allowed[found == 0].all()


def test_chains_and_conjunctions_are_comparisons_of_neighbours():
    found = [(each.text, each.sign) for each in comparisons("1 <= a < 2 and b != a")]
    assert found == [("1 <= a", "<="), ("a < 2", "<"), ("b != a", "!=")]
