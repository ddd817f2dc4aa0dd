"""What rows are ranked by: functions of rows that can be pickled and leave no doubt about order."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from levit_explore.errors import LevitError
from levit_explore.search.rows import Counts, Rows

Measure: TypeAlias = Callable[[Rows], NDArray[Any]]  # (rows,), less is better


@dataclass(frozen=True)
class Weighted:
    """A sum of columns with whole weights: `Weighted((("flops", 1),))`, or -1 where more is better."""

    weights: tuple[tuple[str, int], ...]

    def __call__(self, rows: Rows) -> Counts:
        """The exact sum of every row. Raises LevitError where it does not fit 64 bits."""
        most = sum(abs(weight) * _most(rows.columns[name]) for name, weight in self.weights)
        if most >= 2**63:
            raise LevitError(f"{self}: reaches {most}, which is too large to count; take smaller weights")
        total = np.zeros(len(rows), np.int64)
        for name, weight in self.weights:
            total += rows.columns[name] * weight
        return total

    def __str__(self) -> str:
        return " + ".join(f"{weight} * {name}" for name, weight in self.weights)


def _most(column: Counts) -> int:
    return max(abs(int(column.min())), abs(int(column.max()))) if len(column) else 0


def lot(numbers: Counts, seed: int) -> NDArray[np.uint64]:
    """A number drawn for each variant, the same wherever and whenever it is drawn: splitmix64 of seed and number.

    Steele, Lea and Flood 2014, Fast splittable pseudorandom number generators. It is a bijection for each seed.
    """
    start = np.uint64(seed * 0x9E3779B97F4A7C15 % 2**64)
    mixed = numbers.astype(np.uint64) + start
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    drawn: NDArray[np.uint64] = mixed ^ (mixed >> np.uint64(31))
    return drawn
