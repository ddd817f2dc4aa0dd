"""What each view of attention biases shows: rows of panels, one row for an attention and one panel for a head."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np

from levit_explore.analysis.bias_changes import matched
from levit_explore.analysis.biases import RARE, BiasMap, Floats, Ints, softmax
from levit_explore.errors import LevitError
from levit_explore.render.heatmap import middle
from levit_explore.render.sheet import shape

Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]
Place: TypeAlias = tuple[int, int]


class View(StrEnum):
    """What is drawn of every head; OFFSETS needs no weights."""

    QUERY = "query"
    QUADRANT = "quadrant"
    UNFOLDED = "unfolded"
    PRIOR = "prior"
    PROFILE = "profile"
    OFFSETS = "offsets"


def usual_view(maps: Sequence[BiasMap]) -> View:
    """What is drawn where no view is asked for: a query's biases if any are learned, else what pairs share."""
    return View.QUERY if any(one.learned for one in maps) else View.OFFSETS


@dataclass(frozen=True, eq=False)
class Panel:
    """A map (H, W), the place of the query in it, and which of its values belong to offsets with few pairs."""

    name: str
    values: Floats
    query: Place
    rare: Mask


@dataclass(frozen=True, eq=False)
class Curve:
    """A head's biases against distance in whole tokens, over offsets of that distance and along the two axes."""

    name: str
    mean: Floats  # weighted by pairs
    low: Floats
    high: Floats
    row: Floats  # b(0, d)
    column: Floats  # b(d, 0)
    rare: Mask  # distances that few pairs have


@dataclass(frozen=True, eq=False)
class Row:
    """The panels of one attention, or of several that are alike."""

    path: str
    detail: str
    panels: Sequence[Panel | Curve]


def rows(
    maps: Sequence[BiasMap], view: View, query: Place | None = None, after: Sequence[BiasMap] | None = None
) -> list[Row]:
    """The rows of a figure: of what is learned, or with `after` of what was added to `maps`.

    `query` counts on the query grid of the first map; in grids of another size the query at the same place is
    shown. By default it is the middle one. Raises LevitError where there is nothing to show.
    """
    if not maps:
        raise LevitError("no attention has biases: there is nothing to draw")
    if view is View.OFFSETS:
        return _offset_rows(maps, query)
    pairs = [(None, one) for one in maps] if after is None else matched(maps, after)
    shown = [(a, b) for a, b in pairs if b.learned or (a is not None and a.learned)]
    if not shown:
        raise LevitError("all values are zero until the network is trained; only --view offsets has anything to draw")
    if view is View.PROFILE:
        return [_curve_row(a, b) for a, b in shown]
    found = []
    for a, b in shown:
        place = _scaled(query, maps[0], b)
        values = _maps(b, view, place) - (0 if a is None else _maps(a, view, place))
        mark, rare = _mark(b, view, place), _spread(b, view, place, b.rare[None])[0]
        panels = [Panel(f"head {head}", one, mark, rare) for head, one in enumerate(values)]
        at = f"; query {place[0]},{place[1]}" if view in (View.QUERY, View.PRIOR) else ""
        found.append(Row(b.path, _grids(b) + at, panels))
    return found


def _grids(one: BiasMap) -> str:
    return f"{shape(one.key_grid)} keys" + (f", {shape(one.query_grid)} queries" if one.stride > 1 else "")


def _scaled(query: Place | None, first: BiasMap, one: BiasMap) -> Place:
    """The query of a map that stands where `query` stands in the first one."""
    if query is None:
        return middle(one)
    first.query(*query)
    y, x = (
        int((at + 0.5) * side / base) for at, side, base in zip(query, one.query_grid, first.query_grid, strict=True)
    )
    return y, x


def _maps(one: BiasMap, view: View, place: Place) -> Floats:
    """The maps of all heads, (heads, H, W)."""
    if view is View.PRIOR:
        return softmax(one.values[:, one.row(*place)]).reshape(one.heads, *one.key_grid)
    values: Floats = _spread(one, view, place, one.shifted)
    return values


def _spread(one: BiasMap, view: View, place: Place, table: Any) -> Any:
    """Values by offset, (n, offsets), where the view shows them, (n, H, W)."""
    match view:
        case View.QUERY | View.PRIOR:
            return table[:, one.row(*place)].reshape(-1, *one.key_grid)
        case View.UNFOLDED:
            return one.unfold(table)
        case _:
            return one.quadrant(table)


def _mark(one: BiasMap, view: View, place: Place) -> Place:
    """Where the query stands in a panel."""
    match view:
        case View.QUERY | View.PRIOR:
            return place[0] * one.stride, place[1] * one.stride
        case View.UNFOLDED:
            return one.key_grid[0] - 1, one.key_grid[1] - 1
        case _:
            return 0, 0


def _curve_row(a: BiasMap | None, b: BiasMap) -> Row:
    curves = _curves(b, b.shifted if a is None else b.shifted - a.shifted)
    both = "; along an axis the mean of both directions" if b.signed else ""
    return Row(b.path, f"{_grids(b)}; distance 0 to {len(curves[0].mean) - 1}{both}", curves)


def _curves(one: BiasMap, table: Floats) -> list[Curve]:
    down, along = abs(one.places)
    distance = np.rint(np.hypot(down, along)).astype(np.int64)
    pairs = np.bincount(distance, weights=one.support)
    found = []
    for head, values in enumerate(table):
        low, high = np.full(len(pairs), np.inf), np.full(len(pairs), -np.inf)
        np.minimum.at(low, distance, values)
        np.maximum.at(high, distance, values)
        mean = np.bincount(distance, weights=one.support * values) / pairs
        row, column = (
            _means(steps[others == 0], values[others == 0]) for steps, others in ((along, down), (down, along))
        )
        rare = pairs < RARE * one.queries
        found.append(Curve(f"head {head}", mean, low, high, row, column, rare))
    return found


def _means(steps: Ints, values: Floats) -> Floats:
    """The mean of the values at each number of steps, from 0."""
    means: Floats = np.bincount(steps, weights=values) / np.bincount(steps)
    return means


def _offset_rows(maps: Sequence[BiasMap], query: Place | None) -> list[Row]:
    """Pairs by query of each offset, all at once and for a query; a row for attentions with the same grids."""
    alike: dict[tuple[Place, int, bool], list[BiasMap]] = {}
    for one in maps:
        alike.setdefault((one.key_grid, one.stride, one.signed), []).append(one)
    found = []
    for one, *others in alike.values():
        place = _scaled(query, maps[0], one)
        table, panels = one.support[None] / one.queries, []
        every = View.UNFOLDED if one.signed else View.QUADRANT
        for view, name in ((every, "by offset"), (View.QUERY, "for a query")):
            values, rare = (_spread(one, view, place, each)[0] for each in (table, one.rare[None]))
            panels.append(Panel(name, values, _mark(one, view, place), rare))
        more = f"; {len(others)} more alike" if others else ""
        found.append(Row(one.path, f"{_grids(one)}; query {place[0]},{place[1]}{more}", panels))
    return found
