"""The parts of a design space that each have one plan: every number that is chosen stands along an axis of its own."""

import math
from dataclasses import dataclass
from typing import TypeAlias

from levit_explore.sizes import Mask
from levit_explore.spec.fields import Spec

Chosen: TypeAlias = "int | float | str | bool"


@dataclass(frozen=True)
class Axis:
    """One choice: what it is called ("stages[0].dim", or its name under `where`), and its values in order."""

    name: str
    values: tuple[Chosen, ...]

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True)
class Cell:
    """Variants of one structure: a spec of arrays in which axis `k` of all arrays is `axes[k]`, of length 1 elsewhere.

    Counts of such a spec have more than length 1 along those axes alone that decide them. Nothing is as large as the
    cell. `masks` say which variants there are at all; they broadcast like counts. `numbers` are where the values of
    each axis stand among those of the space's axis of that place, `fixed` the numbers of the other axes.
    """

    axes: tuple[Axis, ...]
    spec: Spec
    masks: tuple[Mask, ...]
    numbers: tuple[tuple[int, ...], ...]  # of each axis: the place of its values in the whole space's axis
    strides: tuple[int, ...]  # of each axis: what one step of its place adds to the number of a variant
    offset: int  # the number of a variant whose places are all 0

    @property
    def shape(self) -> tuple[int, ...]:
        """How many values each axis has."""
        return tuple(len(axis) for axis in self.axes)

    @property
    def size(self) -> int:
        """How many variants there are, those that masks exclude included."""
        return math.prod(self.shape)
