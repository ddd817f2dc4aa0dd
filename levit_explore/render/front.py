"""A front as a picture in a file: cost against cost, coloured by balance, with the published models beside it."""

import io
import math
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from levit_explore.errors import LevitError
from levit_explore.render.figures import settings
from levit_explore.render.front_names import write_names
from levit_explore.render.front_points import Points, Shown, ratios, shown
from levit_explore.render.front_scale import scale
from levit_explore.render.front_title import write_title
from levit_explore.search.sweep_found import Sweep
from levit_explore.writing import write_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure

SUFFIXES = (".svg", ".png", ".pdf", ".html", ".htm")
_DPI = 150
_UNDATED: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}
_COLORS = "PuOr_r"  # told apart by the colour-blind: purple and orange, pale at 1
_INK, _GROUND = "#222222", "#ebebeb"  # on which pale points are seen too
_PLAIN = "#999999"  # of marks in the legend, for colours have a bar of their own
_RIM = "#8a8a8a"  # around the points of the cloud, for those near 1 are as pale as the ground
_NEITHER = "#666666"  # of variants without attention and MLP, which have no ratio
_FAR = 1e9  # what stands for an infinite ratio, beyond the end of the colours


def check_suffix(path: Path) -> None:
    """Raises LevitError where the suffix of a file names no picture."""
    if path.suffix.lower() not in SUFFIXES:
        given = f"the suffix {path.suffix}" if path.suffix else "a name without a suffix"
        raise LevitError(f"--plot {path}: {given} names no picture; end it in .svg, .png, .pdf or .html")


def draw_front(found: Sweep, path: Path) -> None:
    """Writes the picture of a sweep, with .html as a page with tables; the same bytes for the same sweep.

    Raises LevitError for another suffix, and where the file cannot be written or matplotlib is missing.
    """
    check_suffix(path)
    suffix = path.suffix.lower()
    if suffix in (".html", ".htm"):
        from levit_explore.render.front_page import page

        content = page(found, encoded(found, ".svg")).encode()
    else:
        content = encoded(found, suffix)
    write_file(path, lambda file: file.write_bytes(content))


def encoded(found: Sweep, suffix: str) -> bytes:
    """The picture of a sweep as .svg, .png or .pdf."""
    buffer = io.BytesIO()
    with settings(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # in a name, which then shows boxes
        made = figure(found)
        made.savefig(buffer, format=suffix[1:], dpi=_DPI, metadata=_UNDATED[suffix])
    return buffer.getvalue()


def figure(found: Sweep) -> "Figure":
    """The figure that `draw_front` writes."""
    from matplotlib.figure import Figure

    points = shown(found)
    made = Figure(figsize=(8, 5.6), layout="constrained")
    axes = made.add_subplot()
    norm = _norm(points)
    _scatter(axes, points.fit, norm, _fit_words(found, points), size=8, cloud=True)
    marks = _scatter(axes, points.front, norm, _front_words(found, points), size=22, cloud=False)
    places = list(points.joined)
    axes.plot(points.front.x[places], points.front.y[places], color=_INK, linewidth=1, zorder=2)
    _mark_published(axes, points, norm)
    _name_neither(axes, points)
    scale(axes, points)
    _add_ground(axes)
    _add_bar(made, axes, marks)
    _add_legend(made)
    write_title(axes, found)
    made.draw_without_rendering()  # which tells where everything stands
    write_names(axes, points, _INK, _GROUND)
    return made


def _fit_words(found: Sweep, points: Shown) -> str:
    drawn = int(points.fit.seen.sum())
    return "variants that fit" if drawn == found.within.value else f"{drawn:,} of the variants that fit"


def _front_words(found: Sweep, points: Shown) -> str:
    part = found.part_of("front")
    source = "" if part is None else f" of {part.split(',')[0]}"
    without = len(found.front) - int(points.front.seen.sum())
    unseen = f", of which {without:,} {'has' if without == 1 else 'have'} no balance" if without else ""
    return f"front ({', '.join(map(str, found.wanted.objectives))}){source}: {len(found.front):,}{unseen}"


def _norm(points: Shown) -> "Normalize":
    """A scale of colours, the same in both directions from 1, that holds nine tenths of all that is shown."""
    from matplotlib.colors import LogNorm

    found = np.abs(np.log(np.array([*ratios(points)] or [1.0])))
    reach = math.exp(max(float(np.quantile(found, 0.9)), math.log(1.25)))
    return LogNorm(1 / reach, reach)


def _scatter(axes: "Axes", points: Points, norm: "Normalize", label: str, *, size: float, cloud: bool) -> Any:
    """Points in the colours of their balance; a cloud has thousands, which a vector picture holds as an image."""
    from matplotlib import colormaps

    style: dict[str, Any] = {
        "cmap": colormaps[_COLORS].with_extremes(bad=_NEITHER),
        "plotnonfinite": True,
        "linewidths": 0.3 if cloud else 0.5,
        "edgecolors": _RIM if cloud else _INK,
        "zorder": 1 if cloud else 3,
    }
    colors = np.clip(points.balance, 1 / _FAR, _FAR)
    return axes.scatter(points.x, points.y, size, colors, norm=norm, label=label, rasterized=cloud, **style)


def _name_neither(axes: "Axes", points: Shown) -> None:
    """An entry of the legend for variants without a ratio, where there are some."""
    if any((np.isnan(some.balance) & some.seen).any() for some in (points.fit, points.front)):
        axes.scatter([], [], 22, _NEITHER, marker="s", label="no FLOPs of attention or MLP")


def _mark_published(axes: "Axes", points: Shown, norm: "Normalize") -> None:
    """Stars for the published models."""
    models = points.published
    xs = [one.x for one in models]
    axes.scatter(
        xs,
        [one.y for one in models],
        130,
        [one.balance for one in models],
        marker="*",
        cmap=_COLORS,
        norm=norm,
        edgecolors=_INK,
        linewidths=0.8,
        zorder=4,
        label="published models, at their own image size",
    )


def _add_ground(axes: "Axes") -> None:
    axes.grid(color="white", linewidth=0.8)
    axes.set_facecolor(_GROUND)
    axes.set_axisbelow(True)


def _add_legend(made: "Figure") -> None:
    """A legend below the axes, in as many columns as the width of the figure has room for."""
    for columns in (3, 2, 1):
        legend: Any = made.legend(fontsize=8, loc="outside lower left", ncols=columns, frameon=False)
        for mark in legend.legend_handles:
            if mark.get_array() is not None:
                mark.set_array(None)
                mark.set_facecolor(_PLAIN)
        if columns == 1 or legend.get_window_extent().width <= made.bbox.width:
            return
        legend.remove()


def _add_bar(made: "Figure", axes: "Axes", marks: Any) -> None:
    from matplotlib.ticker import NullLocator

    low, high = marks.norm.vmin, marks.norm.vmax
    bar = made.colorbar(marks, ax=axes, extend="both", label="FLOPs of attention / FLOPs of MLP")
    bar.ax.yaxis.set_minor_locator(NullLocator())
    ticks = (low, low**0.5, 1.0, high**0.5, high)
    bar.set_ticks(ticks, labels=[f"{tick:.2f}" for tick in ticks])
