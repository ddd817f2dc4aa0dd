"""Bias tables that are by construction of one kind, and networks that have them."""

from dataclasses import replace
from typing import Any

import numpy as np

from levit_explore import load_spec, plan
from levit_explore.analysis.biases import BiasMap, bias_maps

KINDS = {
    "local": lambda dy, dx: -2.0 * np.hypot(dy, dx),
    "row": lambda dy, dx: -4.0 * dy,
    "column": lambda dy, dx: -4.0 * dx,
    "uniform": lambda dy, dx: 0.1 * np.cos(dy + 3 * dx),
    "alternating": lambda dy, dx: 3.0 * (-1.0) ** (dx + dy),
}


def made(kinds: Any, grid: tuple[int, int] = (14, 14), stride: int = 1, path: str = "attn") -> BiasMap:
    """An attention with a head of each kind."""
    empty = BiasMap(path, len(kinds), grid, stride)
    dy, dx = empty.places
    return replace(empty, table=np.array([KINDS[kind](dy, dx) + 1.5 for kind in kinds], dtype=np.float64))


def network(name: str = "levit128s", scale: float = 1.0) -> list[BiasMap]:
    """The maps of a bundled network, its heads of all kinds in turn."""
    names = list(KINDS)
    maps = []
    for empty in bias_maps(plan(load_spec(name))):
        one = made([names[head % 5] for head in range(empty.heads)], empty.key_grid, empty.stride, empty.path)
        maps.append(replace(one, table=one.values * scale))
    return maps
