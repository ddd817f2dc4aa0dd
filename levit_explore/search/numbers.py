"""From a variant's place in its cell to its number in the whole space, and back.

Both grow together: the values of an axis that a cell keeps stand in the space's order.
"""

import numpy as np

from levit_explore.search.tables import Array
from levit_explore.space.cells import Cell


def number(cell: Cell, flat: int) -> int:
    """The number of the variant at a flat place of a cell, of any size."""
    found = cell.offset
    for place, numbers, stride in reversed(list(zip(cell.shape, cell.numbers, cell.strides, strict=True))):
        flat, digit = divmod(flat, place)
        found += numbers[digit] * stride
    return found


def numbers(cell: Cell, flat: Array) -> Array:
    """The numbers of the variants at flat places of a cell."""
    found = np.full(len(flat), cell.offset, np.int64)
    for length, own, stride in reversed(list(zip(cell.shape, cell.numbers, cell.strides, strict=True))):
        flat, digits = flat // length, flat % length
        found += np.array(own, np.int64)[digits] * stride
    return found


def span(cell: Cell, start: int, stop: int) -> tuple[int, int]:
    """The flat places of a cell from the first to before the last of those with numbers from `start` to `stop`."""
    first = _first(cell, start)
    return first, max(first, _first(cell, stop))


def _first(cell: Cell, least: int) -> int:
    """The first flat place whose number is not less, by halving."""
    low, high = 0, cell.size
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if number(cell, middle) < least else (low, middle)
    return low
