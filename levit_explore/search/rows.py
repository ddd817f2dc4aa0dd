"""Variants of a space by their numbers, each with its quantities."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Counts: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Rows:
    """One row a variant: `numbers` (rows,), and as many int64 values in every column."""

    numbers: Counts
    columns: Mapping[str, Counts]

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, chosen: NDArray[Any]) -> "Rows":
        """The rows at some places, or those where a mask holds."""
        return Rows(self.numbers[chosen], {name: column[chosen] for name, column in self.columns.items()})


def no_rows(columns: tuple[str, ...]) -> Rows:
    """Columns of length 0."""
    return Rows(np.empty(0, np.int64), {name: np.empty(0, np.int64) for name in columns})


def joined(*parts: Rows) -> Rows:
    """The rows of all parts, which have the same columns, in the order of their numbers."""
    numbers = np.concatenate([part.numbers for part in parts])
    columns = {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns}
    rows = Rows(numbers, columns)
    return rows if (numbers[1:] > numbers[:-1]).all() else rows.take(np.argsort(numbers, kind="stable"))
