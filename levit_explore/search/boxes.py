"""Points in boxes within boxes, so that many are judged by the least values of the box that they are in."""

from dataclasses import dataclass

import numpy as np

from levit_explore.search.dominance import Cloud
from levit_explore.search.tables import Array

PARTS = 4  # that a box is split into


@dataclass(frozen=True, eq=False)
class Level:
    """Boxes of points that stand together: the first point of each and the end, and the least value of each sum."""

    starts: Array
    least: Array  # (sums, boxes)


def levels(points: Cloud) -> tuple[Level, ...]:
    """A box for each group of points, which are sorted by it, then boxes of ever fewer, and at last one for each point.

    A box is split along the sum that is spread the most in it (a k-d tree, Bentley 1975).
    """
    starts = np.append(np.unique(points.groups, return_index=True)[1], len(points))
    values = points.values.astype(np.float64)
    values /= np.maximum(np.ptp(values, axis=1, keepdims=True), 1)
    order, found = np.arange(len(points)), [starts]
    while np.diff(starts).max() > 1:
        sizes = np.diff(starts)
        boxes = np.repeat(np.arange(len(sizes)), sizes)
        own = values[:, order]
        spread = np.maximum.reduceat(own, starts[:-1], axis=1) - np.minimum.reduceat(own, starts[:-1], axis=1)
        order = order[np.lexsort((own[spread.argmax(axis=0)[boxes], np.arange(len(order))], boxes))]
        starts = np.unique(np.concatenate([*(starts[:-1] + sizes * part // PARTS for part in range(PARTS)), starts]))
        found.append(starts)
    placed = points.values[:, order]
    return tuple(Level(own, np.minimum.reduceat(placed, own[:-1], axis=1)) for own in found)


def split(level: Level, finer: Level, boxes: Array) -> tuple[Array, Array]:
    """The boxes of the next level that some boxes are split into, and of which of these each is a part."""
    first = np.searchsorted(finer.starts, level.starts[boxes])
    many = np.searchsorted(finer.starts, level.starts[boxes + 1]) - first
    of = np.repeat(np.arange(len(boxes)), many)
    return first[of] + np.arange(len(of)) - (np.cumsum(many) - many)[of], of
