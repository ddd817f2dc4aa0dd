"""Where names stand in a picture: near what they name, over no other name, and over as little else as can be."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from levit_explore.render.front_points import Values

BESIDE = 9.0  # from what is named to a name that needs no line to it; all lengths are in points
_RINGS = (BESIDE, *(16 * 1.3**step for step in range(12)))  # the last is most of the way across a picture
_WAYS = 16  # the directions that are tried at each distance
_SLOPE = 3.0  # what it costs, in points, to stand above or below rather than beside
_NAME, _STAR, _FRONT, _OTHER = 1e6, 1e4, 300.0, 0.3  # what it costs to hide one of each
_CROSSED = 1e5  # to have a line that runs over a name
_BESIDE_OTHER = 1e3  # to stand beside another star, whose name it would seem to be
_NAME_ROOM, _STAR_ROOM, _POINT_ROOM = 2.0, 6.0, 3.0  # around each


@dataclass(frozen=True, eq=False)
class Scene:
    """What stands in a picture before the names do: rows of x and y; `frame` is its left, bottom, right and top."""

    frame: tuple[float, float, float, float]
    stars: Values  # what is named
    front: Values
    others: Values


@dataclass(frozen=True)
class Place:
    """The lower left corner of a name, seen from its star, and how far it is from there."""

    x: float
    y: float
    away: float


def places(scene: Scene, sizes: Sequence[tuple[float, float]]) -> list[Place]:
    """A place for a name of each size (width, height) beside the star in the same order.

    Each takes the cheapest of the places tried around its star, and once more when all the others stand.
    """
    taken: dict[int, Place] = {}
    for index in [*range(len(sizes))] * 2:
        others = [_box(scene.stars[at], place, sizes[at]) for at, place in taken.items() if at != index]
        taken[index] = _cheapest(scene, index, sizes[index], np.array(others).reshape(-1, 4))
    return [taken[index] for index in range(len(sizes))]


def _cheapest(scene: Scene, index: int, size: tuple[float, float], names: Values) -> Place:
    tried, costs = _tried(size)
    star = scene.stars[index]
    boxes = np.array([_box(star, place, size) for place in tried])
    left, bottom, right, top = scene.frame
    outside = (boxes[:, :2] < (left, bottom)).any(axis=1) | (boxes[:, 2:] > (right, top)).any(axis=1)
    hidden = (
        _NAME * (_overlapping(boxes, names) + 10 * outside)
        + _STAR * _within(boxes, scene.stars, _STAR_ROOM)
        + _BESIDE_OTHER * _within(boxes, np.delete(scene.stars, index, axis=0), BESIDE + 1)
        + _FRONT * _within(boxes, scene.front, _POINT_ROOM)
        + _OTHER * _within(boxes, scene.others, 0)
        + _CROSSED * _crossing(star, boxes, names)
    )
    return tried[int(np.argmin(costs + hidden))]


@cache
def _tried(size: tuple[float, float]) -> tuple[list[Place], Values]:
    """All places that are tried for a name, and what their distance costs."""
    found, costs = [], []
    for away in _RINGS:
        for way in range(_WAYS):
            right, up = math.cos(math.tau * way / _WAYS), math.sin(math.tau * way / _WAYS)
            x, y = (
                away * part + (max(-1.0, min(1.0, part * math.sqrt(2))) - 1) * length / 2
                for part, length in zip((right, up), size, strict=True)
            )
            found.append(Place(x, y, away))
            costs.append(away + _SLOPE * abs(up))
    return found, np.array(costs)


def _box(star: Values, place: Place, size: tuple[float, float]) -> tuple[float, float, float, float]:
    x, y = star[0] + place.x, star[1] + place.y
    return float(x), float(y), float(x + size[0]), float(y + size[1])


def _overlapping(boxes: Values, names: Values) -> Values:
    """How many names each box is over, or nearly."""
    low, high = boxes[:, None, :2] - _NAME_ROOM, boxes[:, None, 2:] + _NAME_ROOM
    count: Values = np.sum(np.all((low < names[:, 2:]) & (names[:, :2] < high), axis=2), axis=1, dtype=np.float64)
    return count


def _within(boxes: Values, points: Values, room: float) -> Values:
    """How many points are in each box, or nearer to it than `room`."""
    low, high = boxes[:, None, :2] - room, boxes[:, None, 2:] + room
    count: Values = np.sum(np.all((low < points) & (points < high), axis=2), axis=1, dtype=np.float64)
    return count


def _crossing(star: Values, boxes: Values, names: Values) -> Values:
    """How many names the line from a star to each box runs over."""
    ends = np.clip(star, boxes[:, :2], boxes[:, 2:])
    steps = np.linspace(0, 1, 20)[:, None, None]
    along = star + steps * (ends - star)  # (step, box, 2)
    over = np.all((names[:, None, None, :2] < along) & (along < names[:, None, None, 2:]), axis=3)
    count: Values = np.sum(np.any(over, axis=1), axis=0, dtype=np.float64)
    return count
