"""Writes the names of published models into a picture of a front, where they hide least."""

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from levit_explore.render.front_places import BESIDE, Place, Scene, places
from levit_explore.render.front_points import Shown, Values

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FONT = 8
_STEP = 3.0  # between points that stand for the line along the front
_EDGE = 3.0  # from a name to the edge of the axes


def write_names(axes: "Axes", points: Shown, ink: str, ground: str) -> None:
    """Writes a name near each star, with a line to it where there was no room beside it.

    The axes have their scales and their place in the figure by then.
    """
    box = {"boxstyle": "square,pad=0.1", "facecolor": ground, "edgecolor": "none", "alpha": 0.8}
    style: dict[str, Any] = {
        "textcoords": "offset points",
        "fontsize": _FONT,
        "zorder": 5,
        "ha": "left",
        "va": "bottom",
    }
    sizes = [_size(axes, one.label) for one in points.published]
    for one, place, size in zip(points.published, places(_scene(axes, points), sizes), sizes, strict=True):
        line = _line(place, size, ink) if place.away > BESIDE else None
        axes.annotate(one.label, (one.x, one.y), (place.x, place.y), arrowprops=line, bbox=box, **style)


def _size(axes: "Axes", label: str) -> tuple[float, float]:
    """How wide and high a name is, in points."""
    written = axes.text(0, 0, label, fontsize=_FONT)
    extent = written.get_window_extent()
    written.remove()
    return extent.width * 72 / axes.figure.dpi, extent.height * 72 / axes.figure.dpi


def _line(place: Place, size: tuple[float, float], ink: str) -> dict[str, Any]:
    """A line from a star to the nearest point of its name."""
    near = [float(np.clip(-low / length, 0, 1)) for low, length in zip((place.x, place.y), size, strict=True)]
    return {"arrowstyle": "-", "color": ink, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 4, "relpos": tuple(near)}


def _scene(axes: "Axes", points: Shown) -> Scene:
    """What names should not hide, in points."""

    def at(x: Values, y: Values) -> Values:
        found = np.asarray(axes.transData.transform(np.column_stack([x, y])) * 72 / axes.figure.dpi)
        return found[np.isfinite(found).all(axis=1)]

    front = at(points.front.x, points.front.y)
    joined = list(points.joined)
    line = _filled(at(points.front.x[joined], points.front.y[joined]))
    stars = at(np.array([one.x for one in points.published]), np.array([one.y for one in points.published]))
    left, bottom, right, top = (float(end) * 72 / axes.figure.dpi for end in axes.bbox.extents)
    frame = (left + _EDGE, bottom + _EDGE, right - _EDGE, top - _EDGE)
    return Scene(frame, stars, np.concatenate([front, line]), at(points.fit.x, points.fit.y))


def _filled(corners: Values) -> Values:
    """Points along the line through some corners."""
    steps = [
        np.linspace(start, end, max(2, int(np.hypot(*(end - start)) / _STEP) + 1), endpoint=False)
        for start, end in pairwise(corners)
    ]
    return np.concatenate([*steps, corners[-1:]])
