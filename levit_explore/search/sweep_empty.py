"""Why no variant fits: the constraint that leaves nothing by itself, if there is one."""

import math
from dataclasses import replace

from levit_explore.search.count import count
from levit_explore.search.extremes import extremes
from levit_explore.search.factors import factors
from levit_explore.search.sweep_tables import Laid
from levit_explore.search.tables import Unfit
from levit_explore.space.bounds import Bound, bounds, is_bound
from levit_explore.space.nodes import Comparison
from levit_explore.space.space import Space


def nothing(space: Space, cells: Laid) -> str:
    """One line: which constraint alone no variant keeps, or that they contradict each other."""
    for comparison in space.constraints:
        words = _beyond(comparison, cells) if is_bound(comparison) else _excludes(comparison, space)
        if words is not None:
            return f"{comparison.place or space.name}: {words}"
    count = len(space.constraints)
    if not count:
        return f"{space.name}: none of {space.size:,} variants is a sound network"
    return (
        f"{space.name}: none of {space.size:,} variants keeps {'the constraint' if count == 1 else 'all constraints'}"
        f"{'' if count == 1 else ' at once, though each alone is kept by some'}"
    )


def _excludes(comparison: Comparison, space: Space) -> str | None:
    alone = replace(space, constraints=(comparison,))
    try:
        left = any(count(factors(cell, ())) for cell in alone.cells())
    except Unfit:
        return None
    return None if left else f"{comparison.text} holds for none of {space.size:,} variants"


def _beyond(comparison: Comparison, cells: Laid) -> str | None:
    for bound in bounds(comparison):
        try:
            ends = [end for _, tables in cells if (end := extremes(tables, bound.weights)) is not None]
        except Unfit:
            return None
        low = min((end[0] for end in ends), default=None)
        if low is not None and low > bound.at_most:
            return f"{comparison.text} holds for no variant{_reach(bound, low)}"
    return None


def _reach(bound: Bound, low: int) -> str:
    """What the quantity of a bound is at its best, where it is one alone."""
    if len(bound.weights) > 1:
        return ""
    ((name, weight),) = bound.weights.items()
    return f": {name} is {'at least' if weight > 0 else 'at most'} {math.ceil(low / weight):,}"
