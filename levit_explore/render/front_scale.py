"""The two axes of a picture of a front: logarithmic for costs, with a place for 0 where something costs nothing."""

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from levit_explore.render.front_points import Shown, Values
from levit_explore.render.sheet import si

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

_STEPS = ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,))  # what is labelled in a decade: the most that has room
_APART = {"x": 1 / 8, "y": 1 / 20}  # the least from label to label, as a part of the axis; labels are wide and low
_TO_ZERO = 0.18  # how far 0 is from the least cost above it, as a part of the decades from there on


def scale(axes: "Axes", points: Shown) -> None:
    """Axes that hold all that is shown, with room at the edges; ticks of costs have prefixes."""
    from matplotlib.ticker import MaxNLocator

    axes.margins(x=0.08, y=0.06)
    costs = [name for name, one in zip("xy", points.axes, strict=True) if one.name not in ("depth", "balance")]
    for name in costs:
        _set_scale(axes, name, points.along(name))
    axes.autoscale_view()
    for name in costs:
        _label(axes.xaxis if name == "x" else axes.yaxis, points.along(name), _APART[name])
    for axis, objective, label in zip((axes.xaxis, axes.yaxis), points.axes, points.labels, strict=True):
        axis.set_label_text(label)
        if objective.name == "depth":
            axis.set_major_locator(MaxNLocator(integer=True))


def ticks(low: float, high: float, least: float) -> list[float]:
    """Round values of a logarithmic axis, as many as can be with `least` decades between two.

    >>> [int(value / 1e6) for value in ticks(3e6, 4e7, 0.2)]
    [5, 10, 20]
    >>> [int(value / 1e6) for value in ticks(3e6, 4e12, 2)]
    [100, 10000, 1000000]
    """
    steps = next((some for some in _STEPS if _gap(some) >= least), (1,))
    every = max(1, math.ceil(least))
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found = [step * 10.0**decade for decade in decades if decade % every == 0 for step in steps]
    return [value for value in found if low <= value <= high]


def _gap(steps: tuple[float, ...]) -> float:
    """The least that two labels are apart, in decades."""
    return min(math.log10(after / before) for before, after in pairwise((*steps, 10)))


def _set_scale(axes: "Axes", name: str, values: Values) -> None:
    """A logarithmic scale; where something is 0, from the least value above it on, and even below."""
    set_scale = axes.set_xscale if name == "x" else axes.set_yscale
    if values.min() > 0:
        set_scale("log")
    else:
        least = _least(values)
        set_scale("symlog", linthresh=least, linscale=_TO_ZERO * max(1.0, math.log10(values.max() / least)))


def _least(values: Values) -> float:
    """The least value above 0, which published models have in every cost."""
    return float(values[values > 0].min())


def _label(axis: "Axis", values: Values, apart: float) -> None:
    """Ticks where labels have room, each `apart` of the axis from the next, and at 0 where that is shown."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

    low, high = axis.get_view_interval()
    start, zero = (low, []) if values.min() > 0 else (_least(values), [0.0])
    place = axis.get_transform().transform
    whole, decade = (float(np.ptp(place(np.array(ends)))) for ends in ((low, high), (start, 10 * start)))
    axis.set_major_locator(FixedLocator([*zero, *ticks(start, high, apart * whole / decade)]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: si(round(value))))
    axis.set_minor_formatter(NullFormatter())
    if zero:
        axis.set_minor_locator(NullLocator())
