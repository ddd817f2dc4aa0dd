"""Enumeration gives every variant once, in order, with the counts that single places have."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore.search import enumerate as enumeration
from levit_explore.search.enumerate import enumerate_cell
from levit_explore.search.evaluate import evaluate
from levit_explore.search.numbers import number, numbers, span
from levit_explore.space.cells import Axis, Cell
from tests.search.cells import SMALL, cell
from tests.search.random_factors import NAMES, bounds, every, fitting, random_factors, totals


@pytest.fixture(params=[1, 3, 8, 2**17], ids=lambda size: f"blocks-of-{size}")
def block(request, monkeypatch):
    monkeypatch.setattr(enumeration, "BLOCK", request.param)


@pytest.mark.usefixtures("block")
class TestBlocks:
    """Whatever the size of a block."""

    @given(tables=random_factors(), given_bounds=bounds, ends=st.tuples(st.integers(0, 99), st.integers(0, 999)))
    def test_a_range_has_its_variants_that_fit_with_their_counts(self, tables, given_bounds, ends):
        start, stop = ends
        found = list(enumerate_cell(tables, NAMES, given_bounds, start, stop))
        places = [place for part in found for place in part.places.tolist()]
        assert places == [place for place in fitting(tables, given_bounds).tolist() if start <= place < stop]
        sums = totals(tables)
        for name in NAMES:
            assert [value for part in found for value in part.values[name].tolist()] == sums[name][places].tolist()


@given(random_factors())
def test_evaluation_at_all_places_is_every_total(tables):
    found, sums = evaluate(tables, every(tables)), totals(tables)
    assert {name: found[name].tolist() for name in NAMES} == {name: sums[name].tolist() for name in NAMES}


def part_of_a_space() -> Cell:
    """A cell that keeps some values of its axes, beside a structural axis: numbers have gaps."""
    whole = cell(SMALL, {"stages.0.depth": [1, 2], "stages.1.depth": [1, 2, 3]})
    axes = (Axis("stages.0.depth", (1, 2)), Axis("stages.1.depth", (1, 2, 3)))
    return Cell(axes, whole.spec, (), numbers=((1, 3), (0, 2, 3)), strides=(8, 1), offset=4)


NUMBERS = [12, 14, 15, 28, 30, 31]  # 4 + (1 or 3) * 8 + (0, 2 or 3)


def test_numbers_are_sums_of_the_axes_own_numbers_times_their_strides():
    part = part_of_a_space()
    assert numbers(part, np.arange(6)).tolist() == [number(part, flat) for flat in range(6)] == NUMBERS


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_span_holds_the_places_whose_numbers_are_in_the_range(start, stop):
    low, high = span(part_of_a_space(), start, stop)
    assert NUMBERS[low:high] == [found for found in NUMBERS if start <= found < stop]
