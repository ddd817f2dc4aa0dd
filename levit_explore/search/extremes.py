"""The least and the greatest of a linear form over a cell, found one axis at a time."""

from collections.abc import Mapping, Sequence
from functools import reduce

import numpy as np

from levit_explore.search.elimination import order
from levit_explore.search.factors import Factors
from levit_explore.search.forms import negated, wide_form
from levit_explore.search.tables import LARGEST, Array, Flags, Unfit, axes


def extremes(factors: Factors, weights: Mapping[str, int]) -> tuple[int, int] | None:
    """The least and the greatest weighted sum of quantities among the allowed variants; None where there are none.

    Raises Unfit where that needs a table too large to hold.
    """
    terms = wide_form(factors, weights)
    low = lowest(factors.shape, terms, factors.masks)
    high = lowest(factors.shape, negated(terms), factors.masks)
    return None if low is None or high is None else (low, -high)


def lowest(shape: Sequence[int], terms: Sequence[Array], masks: Sequence[Flags]) -> int | None:
    """The least sum of tables where all masks are true; None where there is no such place."""
    scopes = [axes(table) for table in (*terms, *masks)]
    plan = order(shape, scopes, range(len(shape)))
    if plan.largest > LARGEST:
        raise Unfit(f"what choices decide together has {plan.largest:,} combinations, too many for a table")
    sums, flags = list(terms), list(masks)
    for axis in plan.axes:
        own = [table for table in sums if table.shape[axis] > 1]
        where = [table for table in flags if table.shape[axis] > 1]
        if not own and not where:
            continue
        value, kept = _least(own, where, axis, len(shape))
        sums = [table for table in sums if table.shape[axis] == 1] + [value]
        flags = [table for table in flags if table.shape[axis] == 1] + [kept]
    return sum(int(table.item()) for table in sums) if all(table.item() for table in flags) else None


def _least(terms: Sequence[Array], masks: Sequence[Flags], axis: int, rank: int) -> tuple[Array, Flags]:
    """The least sum along an axis where masks are true, 0 where they are nowhere, and whether they are somewhere."""
    unit = (1,) * rank
    value: Array = reduce(np.add, terms, np.zeros(unit, np.int64))
    where: Flags = reduce(np.logical_and, masks, np.ones(unit, np.bool_))
    value, where = np.broadcast_arrays(value, where)
    kept: Flags = np.asarray(where.any(axis=axis, keepdims=True))
    least = value.min(axis=axis, keepdims=True, where=where, initial=value.max())
    return np.where(kept, least, 0), kept
