"""Cells, masks, numbers and single variants of a space, held against every combination by itself."""

from dataclasses import replace

from hypothesis import given, settings

from levit_explore import SpecError
from levit_explore.space.load import make_space
from levit_explore.space.space import Space
from tests.space.brute import by_cells, variants
from tests.space.strategies import spaces


def single(space: Space, number: int):
    try:
        return replace(space.spec(number), name="")
    except SpecError:
        return None


@settings(deadline=None)
@given(spaces() | spaces(square=True))
def test_cells_hold_every_variant_that_python_finds_and_no_other(fields):
    expected = variants(fields)
    try:
        space = make_space(fields)
    except SpecError:
        assert not any(expected)
        return
    assert space.size == len(expected)
    assert by_cells(space.cells()) == dict(enumerate(expected))


@settings(deadline=None)
@given(spaces(most=20) | spaces(most=20, square=True))
def test_a_single_variant_is_the_one_of_its_number_in_a_cell(fields):
    expected = variants(fields)
    try:
        space = make_space(fields)
    except SpecError:
        return
    assert [single(space, number) for number in range(space.size)] == expected
