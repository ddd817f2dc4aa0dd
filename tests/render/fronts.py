"""Fronts of small spaces as pictures, for the tests of pictures."""

from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.text import Text

from levit_explore.render.figures import settings
from levit_explore.render.front import figure
from levit_explore.search.sweep import sweep
from levit_explore.search.sweep_found import Sweep, Wanted
from levit_explore.search.sweep_measures import objectives
from levit_explore.space.load import load_space, make_space
from levit_explore.space.space import Space

_DIMS = {"choices": [16, 64, 256, 1024]}
_WIDE = {"dim": _DIMS, "depth": {"range": [0, 8], "step": 2}, "heads": 4, "key_dim": 16}
_NONE = {"dim": 64, "depth": {"choices": [0, 1, 2]}, "heads": 3, "key_dim": 16}
_BARE = {**_NONE, "depth": {"choices": [0, 1]}, "mlp_ratio": {"choices": [0, 1, 2]}}
_NEAR = ["stages.0.dim={range: [64, 192], step: 32}", "stages.1.depth={range: [1, 6]}", "stages.1.mlp_ratio=2"]


def space(name: str) -> Space:
    """A space by name: `none` has a network of cost 0, `bare` also those without MLP, `one` a single variant."""
    match name:
        case "wide":
            return make_space({"stages": [_WIDE] * 3}, name)
        case "none":
            return make_space({"image_size": 32, "stages": [_NONE]}, name)
        case "bare":
            return make_space({"image_size": 32, "stages": [_BARE]}, name)
        case "one":
            return load_space("levit128")
        case "deep":
            return load_space("levit128", ["stages.0.depth={range: [1, 8]}"])
        case "near":
            return load_space("levit128", _NEAR)
    raise AssertionError(name)


@cache
def found(name: str, aims: str, sample: int | None = None) -> Sweep:
    """What a sweep of a space finds; as little of it as the picture needs, with a sample."""
    return sweep(space(name), Wanted(objectives(aims), sample=sample))


@cache
def drawn(name: str, aims: str, sample: int | None = None) -> Any:
    """The figure of a front, laid out as it is written."""
    return written(found(name, aims, sample))


def written(some: Sweep) -> Any:
    """The figure of a sweep, laid out as it is written."""
    with settings():
        made = figure(some)
        made.draw_without_rendering()
    return made


def named(name: str, title: str) -> Sweep:
    """What the sweep of a space finds, with another name for the space."""
    some = found(name, "flops,params")
    return replace(some, space=replace(some.space, name=title))


def boxes(texts: list[Text]) -> list[Any]:
    """Where texts stand, without the lines that lead to them."""
    return [Text.get_window_extent(one) for one in texts]


def labels(axis: Any) -> list[Any]:
    """Where the labels of the ticks that are within an axis stand, in order."""
    low, high = sorted(axis.get_view_interval())
    ticks = [tick for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
    return boxes([tick.label1 for tick in ticks])


def apart(ordered: list[Any], side: int) -> float:
    """The least room between neighbours, in pixels: of columns for side 0, of rows for side 1."""
    return min(float(after.min[side] - before.max[side]) for before, after in pairwise(ordered))


def pixels(axes: Any, points: Any) -> np.ndarray:
    """Where points of the axes stand in the picture."""
    return np.asarray(axes.transData.transform(np.column_stack([points.x, points.y])))
