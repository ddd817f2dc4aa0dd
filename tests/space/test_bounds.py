"""Constraints of totals as linear bounds: exact, whole, and true of the same networks."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore.search.count import count
from levit_explore.search.enumerate import enumerate_cell
from levit_explore.search.factors import factors
from levit_explore.search.numbers import numbers
from levit_explore.space.bounds import Bound
from levit_explore.space.load import make_space
from tests.space.brute import fitting
from tests.space.texts import space_of, staged

COUNTS = st.integers(0, 12) | st.integers(0, 2**70)
EITHER = ({"attention": -1, "mlp": -1}, -1)  # without both there is no balance
TOTALS = ("flops", "attention", "mlp", "params", "activation_memory", "bytes_moved", "depth")


def bounds_of(*texts: str) -> tuple[Bound, ...]:
    return space_of(staged() + "constraints:\n" + "".join(f"  - {text}\n" for text in texts)).bounds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("flops <= 400M", [({"flops": 1}, 400_000_000)]),
        ("params < 10M", [({"params": 1}, 9_999_999)]),
        ("activation_memory <= 8MB", [({"activation_memory": 1}, 8_000_000)]),
        ("bytes_moved <= 1.5KiB", [({"bytes_moved": 1}, 1536)]),
        ("activation_memory <= 2MiB", [({"activation_memory": 1}, 2 * 1024**2)]),
        ("flops <= 1_000", [({"flops": 1}, 1000)]),
        ("flops <= 4e8", [({"flops": 1}, 400_000_000)]),
        ("flops >= 300.5", [({"flops": -1}, -301)]),
        ("2 * flops < 7", [({"flops": 1}, 3)]),
        ("flops <= 2 * params", [({"flops": 1, "params": -2}, 0)]),
        ("flops - params / 3 <= 1", [({"flops": 3, "params": -1}, 3)]),
        ("0.8 <= balance", [({"attention": -5, "mlp": 4}, 0), EITHER]),
        ("balance <= 1.25", [({"attention": 4, "mlp": -5}, 0), EITHER]),
        ("balance < 1.25", [({"attention": 4, "mlp": -5}, -1)]),
        ("100M < flops <= 1G", [({"flops": -1}, -100_000_001), ({"flops": 1}, 1_000_000_000)]),
        ("depth == 12", [({"depth": 1}, 12), ({"depth": -1}, -12)]),
        ("flops <= 3 and params <= 4", [({"flops": 1}, 3), ({"params": 1}, 4)]),
        ("-flops >= -(3 + 4) * 2", [({"flops": 1}, 14)]),
    ],
)
def test_a_bound_has_the_smallest_whole_weights(text, expected):
    assert [(bound.weights, bound.at_most) for bound in bounds_of(text)] == expected


def test_a_bound_is_called_as_it_was_written():
    assert [bound.text for bound in bounds_of("0.8 <=  flops <= 1.25")] == ["0.8 <= flops", "flops <= 1.25"]


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("flops <= 7", lambda t: t["flops"] <= 7),
        ("flops < 7.5", lambda t: t["flops"] < Fraction(15, 2)),
        ("flops * 0.3 > params / 7 + 1", lambda t: t["flops"] * Fraction(3, 10) > Fraction(t["params"], 7) + 1),
        ("3 >= (flops - params) / 2", lambda t: Fraction(t["flops"] - t["params"], 2) <= 3),
        ("flops + depth == 2 * params", lambda t: t["flops"] + t["depth"] == 2 * t["params"]),
        ("0.5 <= balance < 1.1", lambda t: Fraction(1, 2) <= Fraction(t["attention"], t["mlp"]) < Fraction(11, 10)),
    ],
)
@given(st.data())
def test_a_bound_holds_where_its_comparison_does(text, truth, data):
    totals = {name: data.draw(COUNTS) for name in TOTALS} | {"mlp": data.draw(COUNTS) + 1}
    sums = [sum(weight * totals[name] for name, weight in bound.weights.items()) for bound in bounds_of(text)]
    assert all(value <= bound.at_most for value, bound in zip(sums, bounds_of(text), strict=True)) == truth(totals)


BALANCES = ["balance <= 1.1", "balance >= 1", "balance >= 0", "balance > 2", "balance < 3", "balance == 1"]
WITHOUT = {
    "image_size": 32,
    "num_classes": 10,
    "stages": [
        {
            "dim": 16,
            "depth": {"choices": [0, 1, 2]},
            "heads": {"choices": [1, 2]},
            "key_dim": 8,
            "mlp_ratio": {"choices": [0, 1, 3]},
        }
    ],
}


@pytest.mark.parametrize(
    "texts", [*([text] for text in BALANCES), ["balance >= 1", "balance <= 2"], ["attention <= mlp"]]
)
def test_what_keeps_bounds_is_what_a_loop_over_plans_finds(texts):
    space = make_space(WITHOUT | {"constraints": texts})
    kept, counted = [], 0
    for cell in space.cells():
        tables = factors(cell, ("attention", "mlp"))
        counted += count(tables, space.bounds)
        for found in enumerate_cell(tables, (), space.bounds):
            kept += numbers(cell, found.places).tolist()
    expected = fitting(WITHOUT, texts)
    assert (sorted(kept), counted) == (expected, len(expected))
