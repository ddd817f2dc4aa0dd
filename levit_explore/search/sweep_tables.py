"""A whole space by the tables of its cells: exact counts and the exact front, without visiting each variant."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from levit_explore.search.count import count
from levit_explore.search.evaluate import evaluate
from levit_explore.search.factors import QUANTITIES, Factors, factors
from levit_explore.search.forms import Bound
from levit_explore.search.front import Front, front, merge
from levit_explore.search.numbers import numbers
from levit_explore.search.progress import Tell, part_of, unheard
from levit_explore.search.rows import Rows, joined, no_rows
from levit_explore.search.tables import Unfit
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
    tell: Tell = unheard,
) -> Rows:
    """The variants on the front of a whole space, by number; `tell` hears which share of the work is done.

    Raises Unfit where an objective is no sum, or the front cannot be found by tables under the bounds.
    """
    weights = [one for one in objectives if one is not None]
    if len(weights) < len(objectives):
        raise Unfit("the distance of balance from 1 is no sum of parts")
    rows, fronts = [no_rows(QUANTITIES)], []
    for (cell, tables), part in zip(cells, _parts(cells, tell), strict=True):
        found = front(tables, weights, bounds, part)
        own = numbers(cell, found.places)
        places = np.stack(np.unravel_index(found.places, tables.shape or (1,)), axis=1)
        rows.append(Rows(own, evaluate(tables, places if tables.shape else places[:, :0])))
        fronts.append(Front(found.values, own))
    every = joined(*rows)
    return every.take(np.isin(every.numbers, merge(fronts).places))
