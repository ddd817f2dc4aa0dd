"""A sample of a whole space: its cells are drawn from in proportion to the allowed variants that each has."""

from dataclasses import dataclass

import numpy as np

from levit_explore.search.count import count
from levit_explore.search.evaluate import evaluate
from levit_explore.search.evaluate import within as kept
from levit_explore.search.factors import QUANTITIES
from levit_explore.search.forms import limit
from levit_explore.search.numbers import numbers
from levit_explore.search.progress import Tell, part_of, unheard
from levit_explore.search.rows import Rows, joined, no_rows
from levit_explore.search.sample import sample
from levit_explore.search.sweep_tables import Laid
from levit_explore.space.space import Space


@dataclass(frozen=True, eq=False)
class Drawn:
    """The variants drawn that fit, by number, some of them more than once, and how many were drawn.

    `acceptance` is the share of all variants that is allowed, where these are not counted: in a space of one cell.
    """

    rows: Rows
    drawn: int
    acceptance: float

    @property
    def distinct(self) -> Rows:
        """Each variant once."""
        return self.rows.take(np.unique(self.rows.numbers, return_index=True)[1])


def draw(space: Space, cells: Laid, n: int, seed: int, tell: Tell = unheard) -> Drawn:
    """Variants drawn uniformly among the allowed ones, with replacement; the same for the same seed.

    Raises Unfit where there are none, or what each cell has cannot be counted.
    """
    shares = _shares(cells, n, seed)
    found, acceptance = [no_rows(QUANTITIES)], 1.0
    for index, ((cell, tables), share) in enumerate(zip(cells, shares, strict=True)):
        if not share:
            continue
        own = sample(tables, share, _seed(seed, index), part_of(tell, sum(shares[:index]) / n, share / n))
        places = own.places[kept([limit(tables, bound) for bound in space.bounds], own.places)]
        strides = np.array([np.prod(cell.shape[at + 1 :], dtype=np.int64) for at in range(len(cell.shape))], np.int64)
        found.append(Rows(numbers(cell, places @ strides), evaluate(tables, places)))
        acceptance = own.acceptance
    return Drawn(joined(*found), n, acceptance)


def _shares(cells: Laid, n: int, seed: int) -> list[int]:
    """How many of `n` variants each cell gives."""
    if len(cells) == 1:
        return [n]
    until = np.cumsum([count(tables) for _, tables in cells])
    ranks = np.random.Generator(np.random.PCG64(seed)).integers(0, until[-1], n)
    return np.bincount(np.searchsorted(until, ranks, side="right"), minlength=len(cells)).tolist()  # type: ignore[no-any-return]


def _seed(seed: int, index: int) -> int:
    """A seed of its own for each cell; that of the first is the seed itself."""
    return seed if index == 0 else int(np.random.SeedSequence([seed, index]).generate_state(1, np.uint64)[0])
