"""Writes the title of a picture of a front: the name of its space, and below it how many variants fit."""

from bisect import bisect_right
from decimal import Decimal
from typing import TYPE_CHECKING

from levit_explore.render.sheet import text
from levit_explore.search.sweep_found import Sweep

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIZE = 11
_EDGE = 6.0  # from a name to the edge of the figure, in points
_LONGEST = 500  # characters of a name that are measured
_WHOLE = 10**21  # from which a count is rounded, for its digits have no room


def write_title(axes: "Axes", found: Sweep) -> None:
    """Writes the name, cut with an ellipsis where the figure ends, and the counts on a line of their own."""
    counts = _counts(found)
    axes.set_title(f" \n{counts}", loc="left", fontsize=_SIZE)
    figure = axes.figure
    figure.draw_without_rendering()  # type: ignore[union-attr]  # which tells where the axes stand
    room = figure.bbox.x1 - axes.bbox.x0 - _EDGE * figure.dpi / 72
    axes.set_title(f"{_cut(axes, text(found.space.name), room)}\n{counts}", loc="left", fontsize=_SIZE)


def _cut(axes: "Axes", name: str, room: float) -> str:
    """The most of a name that is at most as wide as some pixels."""
    if len(name) <= _LONGEST and _width(axes, name) <= room:
        return name
    most = bisect_right(range(1, _LONGEST), room, key=lambda length: _width(axes, f"{name[:length]}…"))
    return f"{name[:most].rstrip()}…"


def _width(axes: "Axes", words: str) -> float:
    written = axes.text(0, 0, words, fontsize=_SIZE, parse_math=False)
    extent = written.get_window_extent()
    written.remove()
    return float(extent.width)


def _counts(found: Sweep) -> str:
    about = "" if found.within.exact else "about "
    fit = "variant fits" if found.within.value == 1 else "variants fit"
    return f"{about}{_count(found.within.value)} {fit}, of {_count(found.space.size)}"


def _count(value: int) -> str:
    """A count, whole where it has room.

    >>> _count(2_580_480), _count(5 * 10**400)
    ('2,580,480', '5.000e+400')
    """
    return f"{value:,}" if value < _WHOLE else f"{Decimal(value):.3e}"
