"""How many variants there are and how many keep some bounds, exactly and without visiting each.

Without bounds axes are summed out one at a time. With bounds the cell is cut in two: for each choice along the cut the
sums of both sides are listed, and pairs of a left and a right sum that keep the bounds are counted by sorting.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from levit_explore.search.cut import Cut, cut
from levit_explore.search.dominance import Cloud, pairs
from levit_explore.search.elimination import eliminate, ways_to_choose
from levit_explore.search.extremes import lowest
from levit_explore.search.factors import Factors
from levit_explore.search.forms import Limit, limit
from levit_explore.search.halves import signed
from levit_explore.search.progress import Tell, part_of, unheard
from levit_explore.search.sides import sides
from levit_explore.search.tables import LIMIT, Array, Unfit, axes, grown, joined, reach
from levit_explore.space.bounds import Bound

BATCH = 2**19  # sums listed at once
LONGEST = 2**24  # sums of one side for one choice on the cut


@dataclass(frozen=True)
class Split:
    """Tables of a cell that is cut in two: the sums that are bounded, and in how many ways each comes about."""

    shape: tuple[int, ...]
    limits: tuple[Limit, ...]
    weights: tuple[Array, ...]
    multiple: int  # in how many ways each comes about besides
    cut: Cut


def count(factors: Factors, bounds: Sequence[Bound] = (), tell: Tell = unheard) -> int:
    """How many allowed variants are within all bounds; `tell` hears which share of the work is done.

    Raises Unfit where the tables that it needs would be too large to hold.
    """
    signed_sets, total = conjunctions(factors, bounds), 0
    for index, (sign, kept) in enumerate(signed_sets):
        total += sign * within(factors, kept, part_of(tell, index / len(signed_sets), 1 / len(signed_sets)))
    return total


def conjunctions(factors: Factors, bounds: Sequence[Bound]) -> list[tuple[int, tuple[Limit, ...]]]:
    """Signed sets of bounds whose counts add up to that of all bounds; each set has few different sums."""

    def least(terms: Sequence[Array]) -> int:
        try:
            found = lowest(factors.shape, terms, factors.masks)
        except Unfit:
            found = None
        return sum(int(term.min()) for term in terms) if found is None else found

    return signed([limit(factors, bound) for bound in bounds], least)


def within(factors: Factors, limits: Sequence[Limit], tell: Tell = unheard) -> int:
    """How many allowed variants keep these bounds, taken all at once."""
    if not limits:
        return ways_to_choose(factors.shape, [mask.astype(np.int64) for mask in factors.masks])
    found = split(factors, limits)
    if max(grown(found.shape, found.cut.left), grown(found.shape, found.cut.right)) > LONGEST:
        raise Unfit("the sums on one side of every cut found are too many to list")
    total = 0
    at_most = np.array([[own.at_most] for own in limits], np.int64)
    for left, right, share in sides(found.shape, found.weights, [own.terms for own in limits], found.cut, BATCH):
        # a left sum is small enough for a right one where it is at most what the bound leaves beside that
        total += pairs(left, Cloud(right.groups, at_most - right.values, right.weights))
        tell(share)
    return found.multiple * total


def split(factors: Factors, limits: Sequence[Limit]) -> Split:
    """The cell without the axes that no bound depends on, which are counted and summed out, cut in two."""
    bounded = {axis for limit in limits for axis in joined(limit.terms)}
    free = [axis for axis in range(len(factors.shape)) if axis not in bounded]
    _, remaining = eliminate(factors.shape, [mask.astype(np.int64) for mask in factors.masks], free)
    weights = [table for table in remaining.tables if axes(table)]
    multiple = math.prod(int(table.item()) for table in remaining.tables if not axes(table))
    if math.prod(map(reach, weights)) * factors.size >= LIMIT and any(reach(table) > 1 for table in weights):
        raise Unfit("so many variants have equal sums that 64 bits cannot count them")
    scopes = [axes(table) for table in (*weights, *(term for limit in limits for term in limit.terms))]
    found = cut(factors.shape, scopes, len(limits))
    return Split(factors.shape, tuple(limits), tuple(weights), multiple, found)
