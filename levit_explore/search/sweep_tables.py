"""A whole space by the tables of its cells: exact counts and the exact front, without visiting each variant."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from levit_explore.search.count import count
from levit_explore.search.evaluate import evaluate
from levit_explore.search.factors import QUANTITIES, Factors, factors
from levit_explore.search.front import Front, front, merge
from levit_explore.search.meet import best_within, front_within
from levit_explore.search.numbers import numbers
from levit_explore.search.pareto import pareto
from levit_explore.search.progress import Tell, part_of, unheard
from levit_explore.search.rows import Counts, Rows, joined, no_rows
from levit_explore.search.tables import Unfit
from levit_explore.space.bounds import Bound
from levit_explore.space.cells import Cell
from levit_explore.space.space import Space

Laid: TypeAlias = Sequence[tuple[Cell, Factors]]


def laid(space: Space, convention: str) -> Laid:
    """The cells of a space with the tables of all quantities."""
    return [(cell, factors(cell, QUANTITIES, convention)) for cell in space.cells()]


def allowed(cells: Laid) -> int | None:
    """How many variants no constraint of fields excludes; None where the tables for that would be too large."""
    try:
        return sum(count(tables) for _, tables in cells)
    except Unfit:
        return None


def within(cells: Laid, bounds: Sequence[Bound], tell: Tell = unheard) -> int:
    """How many allowed variants keep all bounds; `tell` hears which share of all is gone through.

    Raises Unfit where tables would be too large.
    """
    parts = _parts(cells, tell)
    return sum(count(tables, bounds, part) for (_, tables), part in zip(cells, parts, strict=True))


def _parts(cells: Laid, tell: Tell) -> Iterator[Tell]:
    """For each cell what hears of the share of it alone that is done."""
    whole, before = sum(cell.size for cell, _ in cells), 0
    for cell, _ in cells:
        yield part_of(tell, before / whole, cell.size / whole)
        before += cell.size


def exact_front(
    cells: Laid,
    objectives: Sequence[Mapping[str, int] | None],
    bounds: Sequence[Bound],
    some: Rows,
    tell: Tell = unheard,
) -> Rows:
    """The variants on the front of a whole space within all bounds, by number.

    `some` are a few variants within the bounds, which save work; `tell` hears which share of it is done. Raises Unfit
    where an objective is no sum, or too much would have to be compared.
    """
    weights = [one for one in objectives if one is not None]
    if len(weights) < len(objectives):
        raise Unfit("the distance of balance from 1 is no sum of parts")
    known = np.stack([_weighed(some, one) for one in weights], axis=1)
    known = known[pareto(known)]

    def found(tables: Factors, part: Tell) -> Front:
        try:
            return front(tables, weights, bounds, part)
        except Unfit:
            return front_within(tables, weights, bounds, known, part, 1 / len(cells))

    every, fronts = _of_all(cells, found, tell)
    return every.take(np.isin(every.numbers, merge(fronts).places))


def exact_best(
    cells: Laid, weights: Mapping[str, int], many: int, bounds: Sequence[Bound], some: Rows, tell: Tell = unheard
) -> Rows:
    """The `many` variants of a whole space within all bounds whose weighted sum is the least, and some more, by number.

    Raises Unfit where too much would have to be compared.
    """
    known = np.sort(_weighed(some, weights))[:many, None]
    return _of_all(
        cells, lambda tables, part: best_within(tables, weights, many, bounds, known, part, 1 / len(cells)), tell
    )[0]


def _weighed(rows: Rows, weights: Mapping[str, int]) -> Counts:
    return sum((rows.columns[name] * weight for name, weight in weights.items()), np.zeros(len(rows), np.int64))


def _of_all(cells: Laid, found: Callable[[Factors, Tell], Front], tell: Tell) -> tuple[Rows, list[Front]]:
    """What is found in each cell, as rows of the space; and with numbers in place of places."""
    rows, fronts = [no_rows(QUANTITIES)], []
    for (cell, tables), part in zip(cells, _parts(cells, tell), strict=True):
        own = found(tables, part)
        fronts.append(Front(own.values, numbers(cell, own.places)))
        places = np.stack(np.unravel_index(own.places, tables.shape or (1,)), axis=1)
        rows.append(Rows(fronts[-1].places, evaluate(tables, places if tables.shape else places[:, :0])))
    return joined(*rows), fronts
