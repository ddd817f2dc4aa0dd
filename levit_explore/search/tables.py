"""Tables: small arrays whose axis `k` is the cell's axis `k`, of length 1 where the table does not depend on it.

All arithmetic on them is exact: what could leave 64 bits is refused before it is done.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np

from levit_explore.errors import LevitError

Array: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
Flags: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]
Table = TypeVar("Table", bound=np.ndarray[Any, Any])

LIMIT = 2**62  # no sum or product of tables may reach it
LARGEST = 2**25  # entries of a table


class Unfit(LevitError):  # noqa: N818 - no mistake of the user
    """Why a way of searching does not serve; another one may."""


def axes(table: np.ndarray[Any, Any]) -> tuple[int, ...]:
    """The axes that decide a table's values."""
    return tuple(axis for axis, length in enumerate(table.shape) if length > 1)


def spread(value: Any, rank: int) -> np.ndarray[Any, Any]:
    """A size or mask as a table of that many axes."""
    table = np.asarray(value)
    return table.reshape((1,) * (rank - table.ndim) + table.shape)


def counted(value: Any, rank: int) -> Array:
    """A size as a table of exact counts. Raises LevitError for one beyond 64 bits."""
    table = spread(value, rank)
    _fits(reach(table))
    return table.astype(np.int64, copy=False)


def joined(tables: Iterable[np.ndarray[Any, Any]]) -> tuple[int, ...]:
    """The axes that decide any of some tables, in order."""
    return tuple(sorted({axis for table in tables for axis in axes(table)}))


def grown(shape: Sequence[int], along: Iterable[int]) -> int:
    """How many entries a table has that depends on these axes."""
    return math.prod(shape[axis] for axis in along)


def reach(table: np.ndarray[Any, Any]) -> int:
    """The greatest absolute value in a table, as Python's int."""
    return max(abs(int(table.max())), abs(int(table.min()))) if table.size else 0


def plus(left: Array, right: Array) -> Array:
    """The sum of two tables. Raises LevitError where it could leave 64 bits."""
    _fits(reach(left) + reach(right))
    return left + right


def times(left: Array, right: "Array | int") -> Array:
    """The product of two tables, or of a table and a number. Raises LevitError where it could leave 64 bits."""
    _fits(max(1, reach(left)) * abs(right) if isinstance(right, int) else reach(left) * reach(right))
    return left * right


def _fits(largest: int) -> None:
    if largest >= LIMIT:
        raise LevitError("the sizes are too large to count in 64 bits: sums of them could reach 2**62")


def merged(tables: Iterable[Table], combine: Callable[[Table, Table], Table]) -> tuple[Table, ...]:
    """The tables with those combined into one that depend on the same axes, or on some of another's.

    A table goes to the smallest that depends on all its axes, so that no table grows.
    """
    found: dict[tuple[int, ...], Table] = {}
    for table in sorted(tables, key=lambda table: -table.size):
        own = set(axes(table))
        hosts = [other for other in found if own <= set(other)]
        host = min(hosts, key=lambda other: found[other].size) if hosts else axes(table)
        found[host] = combine(found[host], table) if host in found else table
    return tuple(found.values())


def picked(table: Table, at: Sequence[int], places: Array) -> Table:
    """A table at places of the axes `at`: the first axis counts places, the others are those not in `at`, in order.

    `places` has a row for every place and a column for every axis of `at`.
    """
    rest = [axis for axis in range(table.ndim) if axis not in at]
    turned = table.transpose([*at, *rest])
    index = tuple(places[:, column] if turned.shape[column] > 1 else 0 for column in range(len(at)))
    taken = turned[index]
    return taken if taken.ndim > len(rest) else taken[None]  # type: ignore[no-any-return]


def grid(lengths: Sequence[int], start: int, stop: int) -> Array:
    """The places of a flat range, a row each: what np.unravel_index gives, the first axis the slowest."""
    flat = np.arange(start, stop, dtype=np.int64)
    columns = np.unravel_index(flat, tuple(lengths)) if lengths else ()
    return np.stack(columns, axis=1).astype(np.int64) if columns else np.zeros((stop - start, 0), np.int64)
