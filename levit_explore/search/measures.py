"""What rows are ranked by: functions of rows that can be pickled and leave no doubt about order."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from levit_explore.search.rows import Counts, Rows

Measure: TypeAlias = Callable[[Rows], NDArray[Any]]  # (rows,), less is better


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
