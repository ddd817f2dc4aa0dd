"""Grids of tokens, found from how many tokens there are and from the offsets that an index buffer has of them."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

from levit_explore.sizes import ceil_div, single

TokenGrid: TypeAlias = tuple[int, int]  # (H, W)


def kept(grid: TokenGrid, stride: int) -> TokenGrid:
    """The grid of every stride-th row and column.

    >>> kept((7, 14), 2)
    (4, 7)
    """
    return single(ceil_div(grid[0], stride)), single(ceil_div(grid[1], stride))


def strides(grid: TokenGrid, tokens: int | None) -> list[int]:
    """The strides that keep so many tokens of a grid, or of any number up to one token, smallest first."""
    return [stride for stride in range(1, max(2, *grid) + 1) if tokens in (None, math.prod(kept(grid, stride)))]


def rectangle(counts: Sequence[int]) -> TokenGrid:
    """The squarest grid of `counts[0]` tokens, lying rather than standing, of which strides can keep the other counts.

    >>> rectangle([72, 18])  # not 8x9, for of that a stride of 2 keeps 20
    (6, 12)
    """
    grids = list(_rectangles(counts[0]))
    return next((grid for grid in grids if _keeps(grid, counts[1:])), grids[0])


def is_only(grid: TokenGrid, counts: Sequence[int]) -> bool:
    """Whether the strides that take a grid from each count to the next leave those of no other rectangle.

    >>> is_only((14, 14), [196, 49, 16]), is_only((16, 16), [256, 64, 16])  # 8x32, 4x16, 2x8 would do as well
    (True, False)
    """
    alike = list(dict.fromkeys(_rectangles(counts[0])))
    for count in counts[1:]:
        found = strides(grid, count)
        if not found:
            return False
        grid = kept(grid, found[0])
        alike = [after for other in alike if math.prod(after := kept(other, found[0])) == count]
    return len(alike) == 1


def width(offsets: Sequence[int]) -> int | None:
    """The width of the key grid behind the offsets of a second query to all keys; along a row they change by 1.

    >>> width([1, 0, 1, 4, 3, 4])  # the second query stands in the middle of the first row
    3
    """
    steps = enumerate(pairwise(offsets), start=1)
    return next((key for key, (one, other) in steps if abs(one - other) != 1), len(offsets)) or None


def stride(offsets: Sequence[int], width: int) -> int:
    """How far the second query stands from the first, along the row or in a row below."""
    return offsets[0] if offsets[0] < width else offsets[0] // width


def _rectangles(tokens: int) -> Iterator[TokenGrid]:
    sides = [side for side in range(math.isqrt(tokens), 0, -1) if tokens % side == 0]
    for side in sides:
        yield side, tokens // side
        yield tokens // side, side


def _keeps(grid: TokenGrid, counts: Sequence[int]) -> bool:
    """Whether strides can keep these numbers of tokens, one after the other; each number leaves but one grid."""
    for count in counts:
        found = strides(grid, count)
        if not found:
            return False
        grid = kept(grid, found[0])
    return True
