"""What points leave open: corners such that whatever is neither beaten nor repeated is nowhere above one of them.

Klamroth, Lacour and Vanderpooten (2015) call them local upper bounds. The last objective and the place of a variant are
one coordinate, the place deciding where objectives are level: of equal variants the first stands for all.
"""

import numpy as np

from levit_explore.search.tables import LIMIT, Array

MOST = 512


def corners(values: Array, places: Array) -> Array:
    """The corners (corners, objectives + 1) that points (points, objectives) at these places leave open."""
    found = np.full((1, values.shape[1] + 1), LIMIT)
    for point, place in zip(values, places, strict=True):
        met = (point <= found[:, :-1]).all(axis=1)
        within = found[met]
        earlier = within.copy()
        earlier[:, -1] = np.where(point[-1] < within[:, -2], place - 1, np.minimum(within[:, -1], place - 1))
        earlier[:, -2] = point[-1]
        lowered = [_lowered(within, column, point[column] - 1) for column in range(len(point) - 1)]
        found = _joined(found[~met], np.concatenate([earlier, *lowered]))
    return found


def _lowered(found: Array, column: int, value: int) -> Array:
    lowered = found.copy()
    lowered[:, column] = value
    return lowered


def _joined(found: Array, others: Array) -> Array:
    """Corners with others, but for those of the others that are within another one."""
    others = np.unique(others, axis=0)
    every = np.concatenate([found, others])
    holders = (others[:, None, :] <= every[None, :, :]).all(axis=2).sum(axis=1)  # itself among them
    return np.concatenate([found, others[holders == 1]])


def spread(values: Array) -> Array:
    """Points that are about evenly along a front, as an index: so few that their corners are not too many."""
    most = max(4, MOST >> values.shape[1])
    step = -(-len(values) // most)
    return np.arange(0, len(values), max(1, step))
