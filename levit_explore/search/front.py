"""The Pareto front of a whole cell, exactly and without visiting each variant.

Axes are summed out one at a time. For each choice of what still hangs on an axis only those beginnings are kept that no
other beginning beats: whatever follows adds the same to both, so that a beaten one never ends on the front.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import pairwise

import numpy as np

from levit_explore.search.elimination import order
from levit_explore.search.evaluate import within
from levit_explore.search.factors import Factors
from levit_explore.search.forms import form, limit
from levit_explore.search.pareto import Values, thinned
from levit_explore.search.progress import Tell, unheard
from levit_explore.search.tables import LIMIT, Array, Flags, Table, Unfit, axes, grid, grown, joined, picked
from levit_explore.space.bounds import Bound

MOST = 2**24  # beginnings compared with each other, or choices that they hang on
PORTION = 2**20  # beginnings held at once where they need not be compared with each other


@dataclass(frozen=True)
class Front:
    """Points that no other beats, in order of their values: a row of objectives each, and the place of a variant."""

    values: Values
    places: Array

    def __len__(self) -> int:
        return len(self.places)


@dataclass(frozen=True)
class _Beginnings:
    """What is kept for each choice of some axes: a flat place among them, the values so far, the cell's flat place."""

    on: tuple[int, ...]
    groups: Array
    values: Array
    places: Array


def merge(fronts: Iterable[Front]) -> Front:
    """The front of several fronts together; of equal points the one of the least place. Their order does not matter."""
    parts = list(fronts)
    values = np.concatenate([part.values for part in parts])
    places = np.concatenate([part.places for part in parts])
    kept = thinned(np.zeros(len(places), np.int64), values, places)
    return Front(values[kept], places[kept])


def front(
    factors: Factors,
    objectives: Sequence[Mapping[str, int]],
    bounds: Sequence[Bound] = (),
    tell: Tell = unheard,
) -> Front:
    """The front of a cell, each objective a weighted sum of quantities that is minimised.

    `tell` hears which share of the axes is summed out.

    Of variants with equal objectives the first in the cell's order stands for all. Raises Unfit where a variant that
    keeps a bound may be beaten by one that breaks it, or where too many beginnings would have to be kept.
    """
    limits = [limit(factors, bound) for bound in bounds]
    for bound, one in zip(bounds, limits, strict=True):
        if not _follows(one.weights, objectives):
            raise Unfit(f"the front under {bound.text} cannot be found part by part: lower objectives may break it")
    if factors.size >= LIMIT:
        raise Unfit("the space has 2**62 variants or more, too many to number")
    tables = [form(factors, weights) for weights in objectives]
    found = _whole(factors, tables, tell)
    kept = within(limits, np.stack(np.unravel_index(found.places, factors.shape or (1,)), axis=1))
    return Front(found.values[kept], found.places[kept])


def _follows(weights: Mapping[str, int], objectives: Sequence[Mapping[str, int]]) -> bool:
    """Whether a sum cannot rise while no objective does: it is one of them, or adds up those of one quantity."""
    signs = {next(iter(own)): next(iter(own.values())) for own in objectives if len(own) == 1}
    alone = all(weight * signs.get(name, 0) > 0 for name, weight in weights.items())
    return alone or any(_positive_multiple(weights, own) for own in objectives)


def _positive_multiple(weights: Mapping[str, int], other: Mapping[str, int]) -> bool:
    ratios = {Fraction(weight, other.get(name, 0) or -weight) for name, weight in weights.items()}
    return weights.keys() == other.keys() and len(ratios) == 1 and min(ratios) > 0


def _whole(factors: Factors, objectives: Sequence[Sequence[Array]], tell: Tell) -> Front:
    """The front of all allowed variants."""
    shape, masks = factors.shape, list(factors.masks)
    terms = [list(tables) for tables in objectives]
    messages: list[_Beginnings] = []
    scopes = [axes(table) for table in (*masks, *(table for tables in terms for table in tables))]
    for index, axis in enumerate(order(shape, scopes, range(len(shape))).axes, start=1):
        own = [_taken(tables, axis) for tables in terms]
        met = [message for message in messages if axis in message.on]
        messages = [message for message in messages if axis not in message.on]
        messages.append(_summed_out(shape, axis, own, _taken(masks, axis), met))
        tell(index / len(shape))
    constants = np.array([[sum(int(table.item()) for table in tables) for tables in terms]], np.int64)
    start = np.arange(1 if all(mask.item() for mask in masks) else 0)
    found = _Beginnings((), start * 0, constants[start], start * 0)
    for message in messages:
        found = _thin(_followed(found, message, found.groups))
    return Front(found.values, found.places)


def _taken(tables: list[Table], axis: int) -> list[Table]:
    """The tables that depend on an axis, which are taken out of the list."""
    own = [table for table in tables if table.shape[axis] > 1]
    tables[:] = [table for table in tables if table.shape[axis] == 1]
    return own


def _summed_out(
    shape: Sequence[int], axis: int, terms: Sequence[Sequence[Array]], masks: Sequence[Flags], met: list[_Beginnings]
) -> _Beginnings:
    """The best beginnings with an axis chosen, for each choice of the axes that it hangs on."""
    tables = [*masks, *(table for own in terms for table in own)]
    on = tuple(sorted({*joined(tables), *(other for message in met for other in message.on)} - {axis}))
    if grown(shape, (*on, axis)) > MOST:
        raise Unfit(f"the front hangs on {grown(shape, (*on, axis)):,} choices at once, too many to tell apart")
    scope = (*on, axis)  # the axis last, so that what is compared with each other stands together
    places = grid([shape[other] for other in scope], 0, grown(shape, scope))
    groups = np.flatnonzero(reduce(np.logical_and, (_at(m, scope, places) for m in masks), np.ones(len(places), bool)))
    places = places[groups]
    values = np.stack([sum((_at(t, scope, places) for t in own), np.zeros(len(places), np.int64)) for own in terms], 1)
    stride = math.prod(shape[axis + 1 :])
    start = _Beginnings(scope, groups, values, places[:, -1] * stride)
    keys = [_flat(shape, message.on, scope, places) for message in met]
    parts = []
    for part in _portions(groups // shape[axis], [_lengths(*pair) for pair in zip(met, keys, strict=True)]):
        found = _part(start, part)
        for message, key in zip(met, keys, strict=True):
            own_keys = key[np.searchsorted(groups, found.groups)]
            found = _thin(_followed(found, message, own_keys))
        parts.append(_thin(_Beginnings(on, found.groups // shape[axis], found.values, found.places)))
    return _Beginnings(on, *(np.concatenate(columns) for columns in zip(*map(_columns, parts), strict=True)))


def _at(table: Table, scope: Sequence[int], places: Array) -> Table:
    return np.broadcast_to(picked(table, scope, places).reshape(-1), len(places))  # type: ignore[return-value]


def _flat(shape: Sequence[int], on: Sequence[int], scope: Sequence[int], places: Array) -> Array:
    """The flat place among the axes `on` of places of all axes of a scope."""
    flat = np.zeros(len(places), np.int64)
    for axis in on:
        flat = flat * shape[axis] + places[:, scope.index(axis)]
    return flat


def _lengths(message: _Beginnings, keys: Array) -> Array:
    """How many beginnings a message has for each key."""
    return np.searchsorted(message.groups, keys, "right") - np.searchsorted(message.groups, keys, "left")


def _portions(targets: Array, lengths: Sequence[Array]) -> Iterator[slice]:
    """Slices of rows of whole targets, each with about as many ways to go on as may be compared at once."""
    ways = reduce(np.multiply, lengths, np.ones(len(targets), np.int64))
    firsts = np.unique(targets, return_index=True)[1].tolist()
    low, held = 0, 0
    for first, end in pairwise([*firsts, len(targets)]):
        own = int(ways[first:end].sum())
        if own > MOST:
            raise Unfit(f"the front grows through {own:,} beginnings at once, too many to compare")
        if held and held + own > PORTION:
            yield slice(low, first)
            low, held = first, 0
        held += own
    yield slice(low, len(targets))


def _followed(found: _Beginnings, message: _Beginnings, keys: Array) -> _Beginnings:
    """Every beginning with each that a message has for its key."""
    lengths = _lengths(message, keys)
    rows = np.repeat(np.arange(len(keys)), lengths)
    skipped = np.cumsum(lengths) - lengths
    theirs = np.arange(len(rows)) - skipped[rows] + np.searchsorted(message.groups, keys, "left")[rows]
    values, places = found.values[rows] + message.values[theirs], found.places[rows] + message.places[theirs]
    return _Beginnings(found.on, found.groups[rows], values, places)


def _thin(found: _Beginnings) -> _Beginnings:
    return _part(found, thinned(found.groups, found.values, found.places))


def _part(found: _Beginnings, index: "slice | Array") -> _Beginnings:
    return _Beginnings(found.on, found.groups[index], found.values[index], found.places[index])


def _columns(found: _Beginnings) -> tuple[Array, Values, Array]:
    return found.groups, found.values, found.places
