"""Objectives and expressions: what they are worth, row by row, and the words about those that cannot be read."""

from fractions import Fraction

import numpy as np
import pytest

from levit_explore.errors import LevitError
from levit_explore.search.rows import Rows, no_rows
from levit_explore.search.sweep_measures import distance, objectives, ranking

VALUES = {"flops": [500, 600, 700], "params": [10, 10, 20], "attention": [300, 200, 0], "mlp": [200, 300, 0]}
ROWS = Rows(np.arange(3), {name: np.array(values, np.int64) for name, values in VALUES.items()})


def test_balance_is_equally_far_from_1_whichever_cost_is_the_greater():
    assert distance(ROWS)[:2].tolist() == [500_000, 500_000]


def test_balance_without_attention_or_mlp_is_farther_than_any():
    assert distance(ROWS).argmax() == 2


def test_balance_of_costs_whose_millionths_leave_64_bits_is_exact():
    huge = Rows(np.arange(1), {"attention": np.array([3 * 10**17]), "mlp": np.array([2 * 10**17])})
    assert distance(huge).tolist() == [500_000]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("flops + 20 * params", [700, 800, 1100]),
        ("-flops", [-500, -600, -700]),
        ("flops / params", [50, 60, 35]),
        ("max(flops, 600)", [600, 600, 700]),
        ("balance", [Fraction(3, 2), Fraction(2, 3), np.inf]),
        ("1 / (params - 10)", [np.inf, np.inf, 0.1]),
    ],
)
def test_expression_has_the_value_it_says(text, values):
    assert ranking(text)(ROWS).tolist() == [float(value) for value in values]


def test_value_too_large_to_rank_is_said_in_one_line():
    with pytest.raises(LevitError) as raised:
        ranking(" * ".join(["flops * 1T"] * 30))(ROWS)
    assert str(raised.value) == "--by: the expression comes to more than 10^308, the largest that is ranked"


def test_expression_of_no_rows_has_no_values():
    assert len(ranking("flops / params")(no_rows(("flops", "params")))) == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("flops / 0", "--by: the expression divides by what is 0 in every network, and so ranks none"),
        (
            "1 + flops % (depth - depth)",
            "--by: the expression divides by what is 0 in every network, and so ranks none",
        ),
        ("flops // (0 * mlp)", "--by: the expression divides by what is 0 in every network, and so ranks none"),
        ("flop", "--by: the expression reads flop, which is not a total; did you mean flops?"),
        ("1 +", "--by: the expression is '1 +', which ends where a number or a name is due"),
        (
            "dim[0]",
            "--by: the expression reads dim[0], which is not a total; they are flops, attention, mlp, params, "
            "activation_memory, bytes_moved, depth and balance",
        ),
        (
            "3",
            "--by: the expression is '3', which reads no total; they are flops, attention, mlp, params, "
            "activation_memory, bytes_moved, depth and balance",
        ),
    ],
)
def test_expression_that_cannot_be_read_is_said_in_one_line(text, words):
    with pytest.raises(LevitError) as raised:
        ranking(text)
    assert str(raised.value) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("flops,parms", "--objectives flops,parms: 'parms' is no objective; did you mean params?"),
        ("flops,flops", "--objectives flops,flops: flops is there twice"),
        (
            "flops,",
            "--objectives flops,: '' is no objective; they are flops, params, activation_memory, bytes_moved, "
            "depth, balance, attention and mlp",
        ),
    ],
)
def test_objective_that_is_none_is_said_in_one_line(text, words):
    with pytest.raises(LevitError) as raised:
        objectives(text)
    assert str(raised.value) == words


def test_minus_makes_more_better():
    depth = objectives("flops, -params")[1]
    assert (depth(ROWS).tolist(), depth.weights) == ([-10, -10, -20], {"params": -1})
