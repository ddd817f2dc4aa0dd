"""What is kept of rows, and that it does not matter in which parts and order they come."""

from functools import reduce
from itertools import pairwise
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore.search.histogram import even_edges, histogram
from levit_explore.search.measures import lot
from levit_explore.search.rows import Rows, no_rows
from levit_explore.search.summary import Asked, merged, summary_of
from levit_explore.search.sweep_measures import Objective, ranking
from tests.search.sweeps import facts, table

ASKED = Asked(
    objectives=(Objective("flops"), Objective("depth", -1)),
    best_by=ranking("3 * flops - 2 * depth"),
    best=3,
    edges={"flops": (2, 5)},
    representatives=2,
)


@st.composite
def variants(draw):
    """A few rows, in the order of their numbers, with many ties."""
    numbers = sorted(draw(st.sets(st.integers(0, 2**62), max_size=12)))
    columns = {
        name: draw(st.lists(st.integers(0, 7), min_size=len(numbers), max_size=len(numbers))) for name in COLUMNS
    }
    arrays = {name: np.array(column, np.int64) for name, column in columns.items()}
    return Rows(np.array(numbers, np.int64), arrays)


COLUMNS = ("flops", "depth")


@given(variants(), st.data())
def test_parts_in_any_order_have_the_summary_of_the_whole(rows, data):
    places = np.array(data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows))), np.int64)
    parts = [summary_of(rows.take(places == part), ASKED) for part in data.draw(st.permutations(range(4)))]
    empty = summary_of(no_rows(COLUMNS), ASKED)
    assert facts(reduce(merged, parts, empty)) == facts(summary_of(rows, ASKED))


@given(variants())
def test_the_front_is_what_nothing_is_better_than(rows):
    found = table(rows)

    def better(one, other):
        costs = [(row["flops"], -row["depth"]) for row in (one, other)]
        return all(a <= b for a, b in zip(*costs, strict=True)) and (
            costs[0] != costs[1] or one["number"] < other["number"]
        )

    expected = [row for row in found if not any(better(other, row) for other in found if other is not row)]
    assert table(summary_of(rows, ASKED).front) == expected


@given(variants())
def test_the_best_are_first_and_of_equals_the_smaller_number(rows):
    order = sorted(table(rows), key=lambda row: (3 * row["flops"] - 2 * row["depth"], row["number"]))
    assert table(summary_of(rows, ASKED).best) == order[:3]


def test_representatives_are_drawn_evenly():
    rows = Rows(np.arange(10_000), {})
    drawn = [summary_of(rows, Asked(representatives=100, seed=seed)).representatives.numbers for seed in range(50)]
    assert all(len(set(numbers)) == 100 for numbers in drawn)
    tenths = np.bincount(np.concatenate(drawn) // 1000)
    assert np.abs(tenths - 500).max() < 5 * np.sqrt(500)  # five times what chance alone gives


def test_lots_of_one_seed_are_all_unlike_and_of_another_are_others():
    numbers = np.arange(100_000)
    assert len(np.unique(lot(numbers, 0))) == len(numbers)
    assert not (lot(numbers, 0) == lot(numbers, 1)).any()


def test_the_draw_is_that_of_splitmix64():
    # Vigna's splitmix64.c from state 1234567: its first five outputs, as widely published
    steps = (1234567 + 0x9E3779B97F4A7C15 * np.arange(1, 6, dtype=object)) % 2**64
    published = [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]
    assert [int(drawn) for drawn in lot(steps.astype(np.uint64), 0)] == published


@given(st.lists(st.integers(-50, 50), min_size=1), st.sets(st.integers(-60, 60), min_size=1), st.floats(0, 1))
def test_a_quantile_lies_where_the_histogram_says(values, edges, share):
    found = histogram(np.array(values, np.int64), tuple(sorted(edges)))
    quantile = sorted(values)[max(1, ceil(share * len(values))) - 1]
    least, greatest = found.quantile(share)
    assert least <= quantile <= greatest
    assert found.below() == tuple(sum(value < edge for value in values) for edge in sorted(edges))


def test_nothing_has_no_quantile():
    assert histogram(np.array([], np.int64), (1, 2)).quantile(0.5) is None


@pytest.mark.parametrize(("low", "high", "bins"), [(0, 10, 5), (3, 4, 100), (7, 7, 3), (-(10**18), 10**18, 7)])
def test_even_edges_ascend_from_low_to_high_in_bins_of_one_width(low, high, bins):
    edges = even_edges(low, high, bins)
    widths = {after - before for before, after in pairwise(edges)}
    assert (edges[0], edges[-1]) == (low, high)
    assert not widths or (min(widths) > 0 and max(widths) - min(widths) <= 1)
