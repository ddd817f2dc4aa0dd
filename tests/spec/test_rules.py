"""The rules of fields: their words, and their JSON Schema beside their checks."""

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore.spec.fields import Activation, Spec
from levit_explore.spec.rules import Choice, Flag, Integer, Number, Text
from levit_explore.spec.structures import Fields, ListOf, Sides
from levit_explore.spec.words import did_you_mean, listed, shown
from levit_explore.spec.write import fields
from tests.strategies import specs

SCHEMA = jsonschema.Draft202012Validator(Fields(Spec).schema())
RULES = [
    Integer(),
    Integer(0, 10),
    Integer(3, 5, "a hint"),
    Number(0, 64),
    Number(0, 64, closed=False),
    Flag(),
    Text(3),
    Choice(Activation),
    Choice(Activation, none=True),
    Sides(),
    ListOf(Integer(), most=3),
]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 70000)
    | st.sampled_from([0.0, 0.5, 64.5])
    | st.sampled_from(["", "silu", "none", "abcd"]),
    lambda values: st.lists(values, max_size=4),
    max_leaves=4,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
@given(value=VALUES)
def test_a_schema_allows_what_the_check_allows(rule, value):
    checker = jsonschema.Draft202012Validator(rule.schema())
    strict_integer = not isinstance(value, float) or not value.is_integer()  # 1.0 is an integer in JSON Schema
    if strict_integer:
        assert checker.is_valid(value) == (not any(rule.check(value)))


@given(specs())
def test_every_spec_satisfies_the_schema_of_its_fields(spec):
    assert list(SCHEMA.iter_errors(fields(spec))) == []


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Integer(), "a positive integer"),
        (Integer(0, 10), "zero or a positive integer"),
        (Integer(3, 5, "a hint"), "an integer of 3 or more (a hint)"),
        (Number(0, 64), "a number of at least 0 and at most 64"),
        (Number(0, 64, closed=False), "a number above 0 and at most 64"),
        (Flag(), "true or false"),
        (Choice(Activation, none=True), "hardswish, silu, gelu, relu or none"),
    ],
)
def test_a_rule_says_what_it_allows(rule, words):
    assert rule.allowed == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "empty"),
        (True, "true"),
        (3, "3"),
        (-0.5, "-0.5"),
        (10**20, "an integer of 21 digits"),
        (-(10**5000), "a huge integer"),
        ("x", "text 'x'"),
        ("a\nb\x1b[31m", "text 'a\\nb\\x1b[31m'"),
        ("x" * 41, f"text '{'x' * 37}...'"),
        ([1], "a list"),
        ((1,), "a list"),
        ({}, "a mapping"),
        (b"x", "of type bytes"),
    ],
    ids=range(13),
)
def test_a_value_is_shown_in_a_few_words(value, words):
    assert shown(value) == words


@pytest.mark.parametrize(("options", "words"), [(["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")])
def test_options_are_listed_in_words(options, words):
    assert listed(options) == words


@pytest.mark.parametrize(("given_word", "question"), [("Heads", "; did you mean heads?"), ("xyz", ""), (5, "")])
def test_the_nearest_option_is_asked_for(given_word, question):
    assert did_you_mean(given_word, ["heads", "depth"]) == question
