"""A page of small multiples for matplotlib: rows of panels under a title, measured in inches from the upper left.

A page grows with the network while its panels keep their size, so thirty attentions of twelve heads read like three.
"""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from levit_explore.analysis.biases import Floats
from levit_explore.render.panels import Curve, Panel, Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure

_TITLE, _TEXT, _SMALL = 9.0, 7.0, 6.0  # points
_LINE, _CHARACTER = 0.14, 0.058  # inches: a line of text, and a character of it at most
_EDGE, _GAP, _BREAK, _BAR = 0.16, 0.08, 0.14, 0.76  # inches; a break stands between stages, a bar shows the colors
_NARROWEST = 6.0  # inches, for the title's sake
_SIZES = ((40, 0.96), (160, 0.76))  # up to so many panels, each so large; a figure of more has panels of _SMALLEST
_SMALLEST = 0.6
_LONGEST_BAR, _SHORTEST_BAR, _LABEL = 3.0, 1.0, 0.3
_BOLD = 1.15  # how much wider bold letters are
_ENLARGED = 8
_FRAME, _FAINT = "0.6", "0.4"
ROW_COLOR, COLUMN_COLOR = "#0072b2", "#d55e00"  # which everybody can tell apart (Okabe and Ito)


@dataclass(frozen=True)
class Scale:
    """The one scale of all panels; what lies beyond is drawn as the nearer end, and `beyond` says whether any does."""

    low: float
    high: float
    colors: str
    words: str
    beyond: str = "neither"  # or min, max, both
    root: bool = False  # colors go by the square root

    def norm(self) -> "Normalize":
        """The scale as matplotlib has it."""
        from matplotlib.colors import Normalize, PowerNorm

        return PowerNorm(0.5, self.low, self.high) if self.root else Normalize(self.low, self.high)


@dataclass(frozen=True)
class Page:
    """What stands on a page; `text` is set below the title, a paragraph each."""

    title: str
    text: Sequence[str]
    rows: Sequence[Row]
    scale: Scale

    def figure(self) -> "Figure":
        """The page as a matplotlib figure: one pair of axes in inches, with an image or a set of lines a panel."""
        from matplotlib.figure import Figure

        figure = Figure(figsize=(self._width, self._height))
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, self._width), ylim=(self._height, 0))
        axes.set_axis_off()
        self._write(axes)
        for row, top in zip(self.rows, self._tops, strict=True):
            for column, panel in enumerate(row.panels):
                where = _Frame(self._left(column), top, self._panel)
                match panel:
                    case Panel():
                        _draw_map(axes, panel, where, self.scale, f"{row.path}, {panel.name}")
                    case Curve():
                        _draw_curve(axes, panel, where, self.scale, f"{row.path}, {panel.name}")
        if isinstance(self.rows[0].panels[0], Panel):
            self._draw_bar(figure)
        return figure

    @property
    def _columns(self) -> int:
        return max(len(row.panels) for row in self.rows)

    @property
    def _panel(self) -> float:
        """The side of a panel."""
        panels = sum(len(row.panels) for row in self.rows)
        return next((size for most, size in _SIZES if panels <= most), _SMALLEST)

    @property
    def _width(self) -> float:
        return max(self._left(self._columns) + _BAR + _EDGE, _NARROWEST)

    @property
    def _height(self) -> float:
        lowest = self._tops[-1] + self._tall(self.rows[-1])
        return max(lowest, self._tops[0] + _SHORTEST_BAR) + _EDGE

    def _left(self, column: int) -> float:
        """Where a column begins, behind the longest label."""
        label = max(len(text) for row in self.rows for text in (row.path, row.detail)) * _CHARACTER
        return _even(_EDGE + label + 0.24) + column * (self._panel + _GAP)

    @property
    def _titles(self) -> list[str]:
        return textwrap.wrap(self.title, int((self._width - 2 * _EDGE) / (_CHARACTER * _TITLE / _TEXT * _BOLD)))

    @property
    def _paragraphs(self) -> list[str]:
        fitting = int((self._width - 2 * _EDGE) / _CHARACTER)
        return [line for paragraph in self.text for line in textwrap.wrap(paragraph, fitting)]

    @property
    def _tops(self) -> list[float]:
        """Where each row of panels begins; the panels' names stand above the first."""
        top = _even(_EDGE + (len(self._titles) * _TITLE / _TEXT + len(self._paragraphs) + 2) * _LINE)
        tops = []
        for before, row in zip([self.rows[0], *self.rows], self.rows, strict=False):
            top += _BREAK if row.path.split(".")[:2] != before.path.split(".")[:2] else 0
            tops.append(top)
            top += self._tall(row) + _GAP
        return tops

    def _tall(self, row: Row) -> float:
        """The height of a row: less than a panel's side where its maps are wider than they are high."""
        match row.panels[0]:
            case Panel(values=values):
                height, width = values.shape
                return max(_even(self._panel * min(height / width, 1)), _LABEL)
            case Curve():
                return self._panel

    def _write(self, axes: "Axes") -> None:
        """Title, text, the names of panels and the labels of rows."""
        y = _EDGE
        for line in self._titles:
            axes.text(_EDGE, y, line, fontsize=_TITLE, fontweight="bold", va="top")
            y += _LINE * _TITLE / _TEXT
        for line in self._paragraphs:
            axes.text(_EDGE, y, line, fontsize=_TEXT, color=_FAINT, va="top")
            y += _LINE
        longest = max(self.rows, key=lambda row: len(row.panels))
        for column, panel in enumerate(longest.panels):
            x = self._left(column) + self._panel / 2
            axes.text(x, self._tops[0] - 0.04, panel.name, fontsize=_SMALL, ha="center", va="bottom")
        for row, top in zip(self.rows, self._tops, strict=True):
            y = top + self._tall(row) / 2
            axes.text(_EDGE, y - 0.02, row.path, fontsize=_TEXT, va="bottom")
            axes.text(_EDGE, y + 0.02, row.detail, fontsize=_SMALL, color=_FAINT, va="top")
            if isinstance(row.panels[0], Curve):
                for end, place, side in (
                    (self.scale.high, top, "top"),
                    (self.scale.low, top + self._panel, "baseline"),
                ):
                    x, number = self._left(0) - 0.03, f"{end + 0.0:.3g}"
                    axes.text(x, place, number, fontsize=_SMALL, color=_FAINT, ha="right", va=side)

    def _draw_bar(self, figure: "Figure") -> None:
        """The scale, beside the first rows."""
        from matplotlib.cm import ScalarMappable

        length = min(self._height - _EDGE - self._tops[0], _LONGEST_BAR)
        x, y = self._left(self._columns) + 0.1, self._tops[0]
        place = (x / self._width, 1 - (y + length) / self._height, 0.12 / self._width, length / self._height)
        colors = ScalarMappable(self.scale.norm(), self.scale.colors)
        bar = figure.colorbar(colors, cax=figure.add_axes(place), extend=self.scale.beyond)
        bar.ax.tick_params(labelsize=_SMALL, length=2, width=0.5)
        bar.outline.set_linewidth(0.5)
        bar.set_label(self.scale.words, fontsize=_TEXT)


def _even(inches: float) -> float:
    """A place where panels begin on a whole pixel, at 50 dots an inch and its multiples."""
    return math.ceil(inches * 50 - 1e-9) / 50


@dataclass(frozen=True)
class _Frame:
    """The square that a panel is drawn in."""

    left: float
    top: float
    side: float


def _draw_map(axes: "Axes", panel: Panel, frame: _Frame, scale: Scale, name: str) -> None:
    """An image as large as the frame lets it be, a square around the query and dots on rare offsets."""
    from matplotlib.patches import Rectangle

    height, width = panel.values.shape
    cell = frame.side / max(height, width)
    right, bottom = frame.left + width * cell, frame.top + height * cell
    enlarged = panel.values.repeat(_ENLARGED, axis=0).repeat(_ENLARGED, axis=1)  # for viewers that smooth
    axes.imshow(
        enlarged,
        scale.colors,
        norm=scale.norm(),
        aspect="auto",
        interpolation="none",
        extent=(frame.left, right, bottom, frame.top),
        gid=name,
    )
    outline = (frame.left, frame.top), width * cell, height * cell
    axes.add_patch(Rectangle(*outline, fill=False, edgecolor=_FRAME, linewidth=0.3))
    y, x = np.nonzero(panel.rare)
    dots = frame.left + (x + 0.5) * cell, frame.top + (y + 0.5) * cell
    axes.scatter(*dots, s=(cell * 72 * 0.4) ** 2, color="white", edgecolors="black", linewidths=0.25)
    corner = frame.left + panel.query[1] * cell, frame.top + panel.query[0] * cell
    for color, line in (("black", 1.4), ("white", 0.7)):
        axes.add_patch(Rectangle(corner, cell, cell, fill=False, edgecolor=color, linewidth=line))


def _draw_curve(axes: "Axes", curve: Curve, frame: _Frame, scale: Scale, name: str) -> None:
    """The mean in its range, and the lines along both axes, over distances from the left edge to the right."""
    from matplotlib.patches import Rectangle

    reach = max(len(curve.mean) - 1, 1)

    def across(values: Floats) -> Floats:
        return frame.left + np.arange(len(values)) / reach * frame.side

    def up(values: Floats) -> Floats:
        shares: Floats = (values - scale.low) / (scale.high - scale.low)
        return frame.top + (1 - shares) * frame.side

    axes.add_patch(Rectangle((frame.left, frame.top), frame.side, frame.side, fill=False, edgecolor=_FRAME, lw=0.3))
    if scale.low < 0 < scale.high:
        zero = float(up(np.zeros(1))[0])
        axes.plot([frame.left, frame.left + frame.side], [zero, zero], color=_FRAME, lw=0.3)
    axes.fill_between(across(curve.mean), up(curve.low), up(curve.high), color="0.88", lw=0)
    axes.plot(across(curve.mean), up(curve.mean), color="black", lw=0.9, gid=name)
    axes.plot(across(curve.row), up(curve.row), color=ROW_COLOR, lw=0.8)
    axes.plot(across(curve.column), up(curve.column), color=COLUMN_COLOR, lw=0.8, ls=(0, (3, 1)))
    dots = across(curve.mean)[curve.rare], up(curve.mean)[curve.rare]
    axes.scatter(*dots, s=4, color="white", edgecolors="black", linewidths=0.4)
