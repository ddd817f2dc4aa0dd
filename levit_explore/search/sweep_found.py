"""What a sweep is asked for, and what it finds."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from levit_explore.errors import LevitError
from levit_explore.search.measures import lot
from levit_explore.search.rows import Rows
from levit_explore.search.summary import Asked
from levit_explore.search.sweep_measures import Objective, Ranking
from levit_explore.search.sweep_spread import Spread
from levit_explore.search.ways import TABLES
from levit_explore.space.space import Space

KEPT = 2**15  # variants drawn to tell from how quantities are spread; all of them, where no more fit


class EmptyError(LevitError):
    """Says that no variant fits, and why."""


@dataclass(frozen=True)
class Wanted:
    """What is to be found, and how: `way` is enumerate, tables or sample, and chosen where it is None."""

    objectives: tuple[Objective, ...]
    by: Ranking | None = None
    best: int = 0
    representatives: int = 0
    sample: int | None = None  # how many variants to draw; a number is the wish for a sample
    seed: int = 0
    convention: str = "levit"
    way: str | None = None

    def asked(self, edges: Mapping[str, tuple[int, ...]]) -> Asked:
        """What a summary keeps of rows; `edges` are those of histograms."""
        most = max(KEPT, self.representatives)
        return Asked(self.objectives, self.by, self.best, edges, most, self.seed)

    def representative(self, rows: Rows) -> Rows:
        """As many of some rows as are wanted, drawn evenly, in the order of their numbers."""
        first = np.argsort(lot(rows.numbers, self.seed), kind="stable")[: self.representatives]
        return rows.take(np.sort(first))


@dataclass(frozen=True)
class Number:
    """How many variants there are, or about how many, with the standard error of that."""

    value: int
    error: int | None = None

    @property
    def exact(self) -> bool:
        """Whether it was counted."""
        return self.error is None


@dataclass(frozen=True)
class Drew:
    """How many variants were drawn, and how many of them fit."""

    drawn: int
    fit: int

    @property
    def share(self) -> float:
        """The share of those that fit."""
        return self.fit / self.drawn

    @property
    def error(self) -> float:
        """The standard error of the share; at least one variant of those drawn, for none and all are no certainty."""
        return float(max((self.share * (1 - self.share) / self.drawn) ** 0.5, 1 / self.drawn))

    def of(self, allowed: int) -> Number:
        """About how many of all allowed variants fit."""
        return Number(allowed * self.fit // self.drawn, max(1, round(allowed * self.error)))


@dataclass(frozen=True, eq=False)
class Sweep:
    """What was found in a space. `sources` says in what each result was found, where that is not all variants."""

    space: Space
    wanted: Wanted
    way: str
    why: str
    allowed: Number
    within: Number
    front: Rows
    best: Rows
    some: Rows  # drawn evenly among all that fit, or all
    spread: Mapping[str, Spread]
    sources: Mapping[str, str]
    drew: Drew | None = None
    unranked: int = 0  # variants among which the best were not looked for: `by` divides by zero there

    @property
    def exact(self) -> bool:
        """Whether no result is an estimate, or that of a sample."""
        return self.drew is None

    def part_of(self, result: str) -> str | None:
        """In what a result, such as the front, was found; None where that is all variants, so that it is exact."""
        source = self.sources.get(result)
        return None if source == TABLES else source

    @property
    def representatives(self) -> Rows:
        """As many variants as are wanted, drawn evenly."""
        return self.wanted.representative(self.some)
