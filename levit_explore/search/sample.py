"""Variants drawn uniformly among the allowed ones, exactly: each has the same chance, to the last bit.

A draw is a rank below the number of allowed variants, made of raw words of numpy's PCG64 and drawn again where it is
too great. The stream of ranks follows from the seed alone: the first variants of a longer sample are the shorter one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, TypeAlias

import numpy as np

from levit_explore.search.elimination import Bucket, eliminate
from levit_explore.search.evaluate import allowed, at
from levit_explore.search.factors import Factors
from levit_explore.search.progress import Tell, unheard
from levit_explore.search.tables import LIMIT, Array, Unfit, axes, picked

Ranks: TypeAlias = np.ndarray[Any, Any]  # of 64 bits, or Python's ints

BATCH = 2**16  # variants drawn at once
MOST = 2**24  # drawn for each that is allowed, before the space is called too empty to draw from


@dataclass(frozen=True)
class Sample:
    """A row of places for each variant drawn, and the share of what was drawn from that is allowed.

    `acceptance` is 1 where ranks among the allowed variants were drawn.
    """

    places: Array
    acceptance: float


def sample(factors: Factors, n: int, seed: int, tell: Tell = unheard) -> Sample:
    """Variants drawn with replacement, each allowed one with the same chance; `tell` hears which share is drawn.

    Raises Unfit where there are no allowed variants, or so few that drawing does not find them.
    """
    source = np.random.PCG64(seed)
    try:
        masks = [mask.astype(np.int64) for mask in factors.masks]
        buckets, remaining = eliminate(factors.shape, masks, range(len(factors.shape)))
    except Unfit:
        return _accepted(factors, n, source, tell)
    total = math.prod(int(table.item()) for table in remaining.tables)
    if total == 0:
        raise Unfit("no variant is allowed, so that there is none to draw")
    tree = [*buckets, remaining]
    ranks = _ranks(source, n, total)
    parts = [np.zeros((0, len(factors.shape)), np.int64)]
    for start in range(0, n, BATCH):
        parts.append(_unranked(factors.shape, tree, ranks[start : start + BATCH]))
        tell(min(n, start + BATCH) / n)
    return Sample(np.concatenate(parts), 1.0)


def _ranks(source: np.random.PCG64, n: int, total: int) -> Ranks:
    """As many numbers below `total`, each with the same chance: of 64 bits, or Python's ints where they must."""
    bits = (total - 1).bit_length()
    words = max(1, -(-bits // 64))
    kind: Any = object if total >= LIMIT else np.uint64
    found, missing = [np.zeros(0, kind)], n
    while missing:
        raw = source.random_raw(missing * words).reshape(missing, words).astype(kind)
        drawn = reduce(lambda high, low: high * 2**64 + low, raw.T)
        drawn = drawn // kind(2 ** (64 * words - bits)) if kind is np.uint64 and bits else drawn
        drawn = drawn // 2 ** (64 * words - bits) if kind is object else drawn * (bits > 0)
        found.append(drawn[drawn < total])
        missing -= len(found[-1])
    ranks = np.concatenate(found)
    return ranks if kind is object else ranks.astype(np.int64)


def _unranked(shape: Sequence[int], tree: Sequence[Bucket], ranks: Ranks) -> Array:
    """The variant of each rank, axes in the opposite order to that in which they were summed out.

    At the places chosen before, each place of an axis stands for as many ranks as there are ways to go on from it. The
    rank within those is shared out among the tables whose product they are, as the digits of a number are.
    """
    places = np.zeros((len(ranks), len(shape)), np.int64)
    share: dict[int, Ranks] = {-1: ranks}
    for bucket in reversed(tree):
        rest = share.pop(bucket.axis)
        if bucket.axis >= 0:
            ways = reduce(np.multiply, (_along(table, bucket.axis, places) for table in bucket.tables))
            until = np.cumsum(np.broadcast_to(ways, (len(rest), shape[bucket.axis])), axis=1)
            chosen = np.asarray(until <= rest[:, None], np.bool_).sum(axis=1)
            places[:, bucket.axis] = chosen
            rest = np.where(chosen > 0, rest - until[np.arange(len(rest)), chosen - 1], rest)
        for table, source in zip(bucket.tables, bucket.sources, strict=True):
            if source is not None:
                own = at(table, places)
                rest, share[source] = rest // own, rest % own
    return places


def _along(table: Array, axis: int, places: Array) -> Array:
    """The entries of a table along one axis, a row for each of these places, or one for all."""
    others = [other for other in axes(table) if other != axis]
    part = picked(table, others, places[:, others])
    return part.reshape(len(part), -1)


def _accepted(factors: Factors, n: int, source: np.random.PCG64, tell: Tell) -> Sample:
    """Variants drawn among all, of which those that are allowed are kept."""
    found, kept, drawn = [np.zeros((0, len(factors.shape)), np.int64)], 0, 0
    while kept < n:
        ranks = _ranks(source, BATCH, factors.size)
        places = _digits(ranks, factors.shape)
        found.append(places[allowed(factors, places)])
        kept, drawn = kept + len(found[-1]), drawn + BATCH
        tell(min(n, kept) / n)
        if kept < n and drawn >= MOST * max(1, kept):
            raise Unfit(f"of {drawn:,} variants drawn {kept:,} are allowed, too few to draw from")
    return Sample(np.concatenate(found)[:n], kept / drawn if drawn else 1.0)


def _digits(ranks: Ranks, shape: Sequence[int]) -> Array:
    """The places of flat places, of any size."""
    places = np.zeros((len(ranks), len(shape)), np.int64)
    for axis in reversed(range(len(shape))):
        places[:, axis], ranks = ranks % shape[axis], ranks // shape[axis]
    return places
