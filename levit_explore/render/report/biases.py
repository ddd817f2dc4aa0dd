"""Bias maps as the page draws them: values, and for each value its place on one scale of colours."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from levit_explore.analysis.biases import BiasMap, Floats

SHADES = 64
# Anchors of a scale from dark to light that keeps its order in grey and for colour-blind readers, as viridis does.
_ANCHORS = ("#440154", "#414487", "#2a788e", "#22a884", "#7ad151", "#fde725")


def biases(maps: Sequence[BiasMap]) -> dict[str, Any] | None:
    """The maps with learned values, their colours, and the scale that all share; None where nothing is learned.

    Shades stand for values less their head's maximum, from `low` to 0. Offsets that few pairs use do not stretch the
    scale.
    """
    learned = [one for one in maps if one.learned]
    if not learned:
        return None
    low = min(float(one.shifted[:, ~one.rare].min()) for one in learned)
    return {
        "low": _digits(low),
        "colors": colors(SHADES),
        "unlearned": [one.path for one in maps if not one.learned],
        "maps": [_map(one, low) for one in learned],
    }


def _map(one: BiasMap, low: float) -> dict[str, Any]:
    return {
        "path": one.path,
        "heads": one.heads,
        "keys": list(one.key_grid),
        "queries": list(one.query_grid),
        "stride": one.stride,
        "ranges": [[_digits(head.min()), _digits(head.max())] for head in one.values],
        "values": [[_digits(value) for value in head] for head in one.values.tolist()],
        "shades": _shades(one.shifted, low).tolist(),
    }


def _shades(shifted: Floats, low: float) -> "np.ndarray[Any, np.dtype[np.int64]]":
    """The index of each value's colour; values below the scale take its lowest."""
    span = -low or 1.0
    return np.rint(np.clip(1 + shifted / span, 0, 1) * (SHADES - 1)).astype(np.int64)


def colors(count: int) -> list[str]:
    """Colours in equal steps through the anchors, as #rrggbb.

    >>> colors(2)
    ['#440154', '#fde725']
    """
    anchors = np.array([[int(anchor[at : at + 2], 16) for at in (1, 3, 5)] for anchor in _ANCHORS], dtype=np.float64)
    places = np.linspace(0, len(anchors) - 1, count)
    channels = np.array([np.interp(places, np.arange(len(anchors)), channel) for channel in anchors.T])
    return ["#" + "".join(f"{channel:02x}" for channel in color) for color in np.rint(channels.T).astype(int).tolist()]


def _digits(value: float) -> float:
    """A value to four significant digits."""
    return float(f"{value:.4g}")
