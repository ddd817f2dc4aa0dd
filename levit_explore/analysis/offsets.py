"""Which offset, and so which learned bias, each pair of query and key token uses."""

from typing import Any

import numpy as np

from levit_explore.plan.ops import AttentionBias


def offsets(bias: AttentionBias, start: int = 0, stop: int | None = None) -> "np.ndarray[Any, np.dtype[np.int64]]":
    """The column of the bias table for every pair, shape (queries, keys): |dy| * W + |dx| on the key grid (H, W).

    With `start` and `stop` those of some queries, (stop - start, keys).

    Queries of a shrinking attention stand on every stride-th row and column of the key grid (levit.py
    AttentionSubsample). Row 0, the query in the upper left corner, counts up from 0.

    >>> offsets(AttentionBias("attention_biases", heads=1, grid=(2, 2), stride=2)).tolist()
    [[0, 1, 2, 3]]
    """
    height, width = bias.grid
    query_y, query_x = np.mgrid[0 : height : bias.stride, 0 : width : bias.stride].reshape(2, -1, 1)[:, start:stop]
    key_y, key_x = np.mgrid[0:height, 0:width].reshape(2, 1, -1)
    index: np.ndarray[Any, np.dtype[np.int64]] = abs(query_y - key_y) * width + abs(query_x - key_x)
    return index


def signed_offsets(
    grid: tuple[int, int], start: int = 0, stop: int | None = None
) -> "np.ndarray[Any, np.dtype[np.int64]]":
    """The column for every pair in a window (H, W) where signs count, (keys, keys): (dy + H-1) * (2W-1) + dx + W-1.

    With `start` and `stop` those of some queries, (stop - start, keys).

    Here dy and dx lead from key to query, as in the tables of Swin (Liu et al. 2021, section 3.2).

    >>> signed_offsets((1, 2)).tolist()
    [[1, 0], [2, 1]]
    """
    height, width = grid
    y, x = np.mgrid[0:height, 0:width].reshape(2, -1)
    down, along = (side[start:stop, None] - side for side in (y, x))
    index: np.ndarray[Any, np.dtype[np.int64]] = (down + height - 1) * (2 * width - 1) + along + width - 1
    return index
