"""Why no variant fits, or none was found: the constraint that leaves nothing by itself, if there is one."""

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
    words = _alone(space, cells)
    if words is not None:
        return words
    count = len(space.constraints)
    if not count:
        return f"{space.name}: none of {space.size:,} variants is a sound network"
    return (
        f"{space.name}: none of {space.size:,} variants keeps {'the constraint' if count == 1 else 'all constraints'}"
        f"{'' if count == 1 else ' at once, though each alone is kept by some'}"
    )


def unfound(space: Space, cells: Laid, drawn: int) -> str:
    """One line for a sample in which nothing fits: which constraint no variant keeps, or else what the sample tells."""
    words = _alone(space, cells)
    if words is not None:
        return words
    few = f"fewer than 3 in {drawn:,} do, with 95 % confidence"  # (1 - 3 / n) ** n < 0.05
    tells = f"so that {few}" if drawn > 3 else "which says little"
    none = f"none of {drawn:,} variant{'' if drawn == 1 else 's'} drawn fits"
    return f"{space.name}: {none}, {tells}; draw more by --sample, or try --way tables"


def _alone(space: Space, cells: Laid) -> str | None:
    """The first constraint that no variant keeps; None where each is kept by some, as far as tables tell."""
    for comparison in space.constraints:
        words = _beyond(comparison, cells) if is_bound(comparison) else _excludes(comparison, space)
        if words is not None:
            return f"{comparison.place or space.name}: {words}"
    return None


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
    try:
        kept = any(count(tables, bounds(comparison)) for _, tables in cells)  # all of one comparison at once
    except Unfit:
        return None
    return None if kept else f"{comparison.text} holds for no variant"


def _reach(bound: Bound, low: int) -> str:
    """What the quantity of a bound is at its best, where it is one alone."""
    if len(bound.weights) > 1:
        return ""
    ((name, weight),) = bound.weights.items()
    return f": {name} is {'at least' if weight > 0 else 'at most'} {math.ceil(low / weight):,}"
