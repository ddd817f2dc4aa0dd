"""Which values of the axes give networks of the same parts, so that one plan of arrays serves them all."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from levit_explore.space.cells import Axis
from levit_explore.space.exact import Array
from levit_explore.space.template import Formula, Slot, leaves
from levit_explore.space.variants import Filling, Setting
from levit_explore.spec.document import Document
from levit_explore.spec.rules import Path

_LEFT_OUT_AT_ZERO = ("mlp_ratio", "num_classes")
_CHOSEN = ("activation", "attention_activation", "position", "norm", "distillation")


def groups(document: Document, axes: Mapping[str, Axis]) -> dict[str, list[tuple[int, ...]]]:
    """The places of each axis in groups: whichever group each axis is in, all variants have the same parts."""
    setting = Setting(axes, {name: range(len(axis)) for name, axis in axes.items()})
    patterns = list(_patterns(Filling(document, setting)))
    return {name: _alike(name, len(axis), patterns, setting.varied) for name, axis in axes.items()}


def _patterns(filling: Filling) -> Iterator[Array]:
    """For each field that decides what parts there are, an array over its axes of what it decides."""
    for path, leaf in leaves(filling.document.value):
        match leaf:
            case Slot() if _decides(path, _CHOSEN):
                values = filling.setting.of(leaf)
                yield np.unique(values, return_inverse=True)[1].reshape(np.shape(values))
            case Slot() if _decides(path, _LEFT_OUT_AT_ZERO):
                yield np.asarray(filling.setting.of(leaf) == 0)
            case Formula() if _decides(path, _LEFT_OUT_AT_ZERO):
                yield np.asarray(filling.formula(leaf).numbers == 0)


def _decides(path: Path, fields: tuple[str, ...]) -> bool:
    return path[-1] in fields


def _alike(name: str, length: int, patterns: Sequence[Array], varied: list[str]) -> list[tuple[int, ...]]:
    """The places of an axis in groups of those at which all patterns are the same."""
    if name not in varied:
        return [(0,)]
    at = varied.index(name)
    across = [np.moveaxis(pattern, at, 0) for pattern in patterns if pattern.ndim and pattern.shape[at] > 1]
    found: dict[tuple[bytes, ...], list[int]] = {}
    for place in range(length):
        found.setdefault(tuple(pattern[place].tobytes() for pattern in across), []).append(place)
    return [tuple(places) for places in found.values()]
