"""The variants of a spec that are nearest to it within budgets, in the space around it, exactly."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from levit_explore.analysis.published import fields_of, spans
from levit_explore.errors import LevitError
from levit_explore.search.count import conjunctions, count, split
from levit_explore.search.evaluate import evaluate
from levit_explore.search.factors import Factors, factors
from levit_explore.search.fit_around import Around
from levit_explore.search.fit_distance import CHANGES, DISTANCE, measured, millionths
from levit_explore.search.fit_nearest import Problem, nearest
from levit_explore.search.fit_prices import clipped
from levit_explore.search.fit_proof import Proof, beyond, together
from levit_explore.search.forms import limit
from levit_explore.search.numbers import number
from levit_explore.search.tables import Array, Unfit, merged, plus, times
from levit_explore.space.bounds import Bound
from levit_explore.space.cells import Cell
from levit_explore.space.template import leaves, value_at
from levit_explore.spec.fields import Spec
from levit_explore.spec.rules import Path
from levit_explore.spec.write import fields

QUANTITIES = ("flops", "attention", "mlp", "params", "activation_memory")
_MOST_WORK = 10**9  # that counting what is within the bounds may take, as a cut estimates it: some seconds


@dataclass(frozen=True)
class Costs:
    """What a network costs: FLOPs under a convention, parameters, bytes of activations, and attention against MLP."""

    flops: int
    attention: int
    mlp: int
    params: int
    activation_memory: int

    @property
    def balance(self) -> float | None:
        """Attention over MLP, in FLOPs; None without an MLP."""
        return self.attention / self.mlp if self.mlp else None


@dataclass(frozen=True)
class Change:
    """A field that differs from the spec's; one that `follows` another was not chosen."""

    path: Path
    before: Any
    after: Any
    follows: bool


@dataclass(frozen=True)
class Variant:
    """A variant within the budgets, and how far it is from the spec, in millionths."""

    spec: Spec
    costs: Costs
    distance: int
    changes: tuple[Change, ...]
    edits: tuple[tuple[Path, Any], ...]  # of the spec as it is written
    outside: tuple[Path, ...]  # the fields that no published model has like this


@dataclass(frozen=True)
class Fit:
    """What was searched and found; `proof` where nothing is within the budgets."""

    centre: Around
    convention: str
    weights: Mapping[str, Fraction]
    searched: int
    within: int | None  # the budgets; None where that is too much to count
    costs: Costs  # of the spec itself
    variants: tuple[Variant, ...]
    proof: Proof | None


def fit(centre: Around, weights: Mapping[str, Fraction], top: int = 5, convention: str = "levit") -> Fit:
    """The `top` variants nearest to a spec within the bounds of the space around it, the nearest first.

    Of variants that are as near those come first that change fewer fields, then those whose FLOPs are nearest to the
    budget, or without one to the spec's own, then those of the smaller number. Raises LevitError where it is too much.
    """
    try:
        return _fit(centre, weights, top, convention)
    except Unfit as error:
        free = [name for name, weight in weights.items() if not weight]
        fix = f"give {' and '.join(free)} a weight above 0, or {centre.fewer}" if free else centre.fewer
        raise LevitError(f"{centre.spec.name}: {error}; {fix}") from None


def _fit(centre: Around, weights: Mapping[str, Fraction], top: int, convention: str) -> Fit:
    (cell,) = centre.space.cells()
    tables, unit = measured(factors(cell, QUANTITIES, convention), cell, centre, weights)
    bounds, searched = centre.space.bounds, count(tables)
    own = _costs(tables, np.array([_own(cell, centre)], np.int64))[0]

    def found(bounds: Sequence[Bound], top: int) -> Array:
        return nearest(_problem(tables, bounds, own.flops), top)

    why = beyond(tables, bounds)
    places = found(bounds, top) if why is None else np.zeros((0, len(cell.axes)), np.int64)
    if not len(places):
        why = why or together(bounds, lambda some: bool(len(found(some, 1))))
        return Fit(centre, convention, weights, searched, 0, own, (), why)
    within = len(places) if len(places) < top else _within(tables, bounds)
    variants = tuple(_variants(centre, cell, tables, places, unit))
    return Fit(centre, convention, weights, searched, within, own, variants, None)


def _within(tables: Factors, bounds: Sequence[Bound]) -> int | None:
    """How many variants are within all bounds; None where that would take long."""
    try:
        parts = [kept for _, kept in conjunctions(tables, bounds) if kept]
        work = sum(split(tables, kept).cut.operations(tables.shape, len(kept)) for kept in parts)
        return count(tables, bounds) if work < _MOST_WORK else None
    except Unfit:
        return None


def _problem(tables: Factors, bounds: Sequence[Bound], own: int) -> Problem:
    limits = [limit(tables, bound) for bound in bounds]
    felt = {(*each.weights.items(), each.at_most): each for each in limits if each.greatest > each.at_most}
    budget = [bound.at_most for bound in bounds if bound.weights == {"flops": 1}]
    aim = clipped(min(budget)) if budget else own
    most_changes = len(tables.shape) + 1
    ranked = [times(table, most_changes) for table in tables.terms[DISTANCE]] + list(tables.terms[CHANGES])
    return Problem(tables.shape, tables.masks, tuple(felt.values()), merged(ranked, plus), tables.terms["flops"], aim)


def _own(cell: Cell, centre: Around) -> list[int]:
    """Where the spec itself stands in the cell."""
    written = fields(centre.spec)
    return [axis.values.index(value_at(written, centre.free[axis.name].path)) for axis in cell.axes]


def _costs(tables: Factors, places: Array) -> list[Costs]:
    found = evaluate(tables, places)
    return [Costs(*(int(found[name][row]) for name in QUANTITIES)) for row in range(len(places))]


def _variants(centre: Around, cell: Cell, tables: Factors, places: Array, unit: int) -> Iterator[Variant]:
    distances = evaluate(tables, places)[DISTANCE]
    flat = [int(np.ravel_multi_index(tuple(row), cell.shape)) for row in places]
    for place, costs, distance in zip(flat, _costs(tables, places), distances, strict=True):
        found = number(cell, place)
        spec = centre.space.spec(found)
        changes = _changes(centre, spec)
        written = _edits(centre, centre.space.fields(found)) if changes else ()
        yield Variant(spec, costs, millionths(int(distance), unit), changes, written, _outside(spec))


def _changes(centre: Around, spec: Spec) -> tuple[Change, ...]:
    chosen = {free.path for free in centre.free.values()}
    before, after = fields(centre.spec), fields(spec)
    return tuple(
        Change(path, value_at(before, path), value_at(after, path), path not in chosen)
        for path in _differing(before, after)
    )


def _edits(centre: Around, variant: Mapping[str, Any]) -> tuple[tuple[Path, Any], ...]:
    """What is written otherwise than in the spec's document, but for what the spec has without writing it."""
    own = fields(centre.spec)
    unchanged = {free.path for free in centre.free.values() if value_at(own, free.path) == value_at(variant, free.path)}
    differing = _differing(centre.document.value, variant)
    return tuple((path, value_at(variant, path)) for path in differing if path not in unchanged)


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Path]:
    """The paths of numbers that differ; a stem's channels are one, or the whole stem where it was not written."""
    own = {name: item for name, item in after.items() if name in ("stem", "stages")}
    changed = [path for path, value in leaves(own) if value_at(before, path) != value]
    stem: Path = ("stem", "dims") if value_at(before, ("stem",)) else ("stem",)
    yield from dict.fromkeys(stem if path[0] == "stem" else path for path in changed)


def _outside(spec: Spec) -> tuple[Path, ...]:
    return tuple(path for path, name, value in fields_of(spec) if value not in spans()[name])
