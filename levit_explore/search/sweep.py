"""A design space swept: how many variants fit, their front, the best, some drawn, and how their costs are spread."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from levit_explore.errors import LevitError
from levit_explore.search.counting import counting
from levit_explore.search.factors import QUANTITIES
from levit_explore.search.forms import limit
from levit_explore.search.progress import Progress, Tell, unsaid, unseen
from levit_explore.search.rows import Rows, joined
from levit_explore.search.run import run
from levit_explore.search.store import Store
from levit_explore.search.summary import summary_of
from levit_explore.search.sweep_choice import Way, choose
from levit_explore.search.sweep_drawn import Drawn, draw
from levit_explore.search.sweep_empty import nothing, unfound
from levit_explore.search.sweep_found import Drew, EmptyError, Number, Sweep, Wanted
from levit_explore.search.sweep_spread import edges, spread, spread_of_all
from levit_explore.search.sweep_tables import Laid, allowed, exact_best, exact_front, laid, within
from levit_explore.search.tables import Unfit
from levit_explore.search.task import Task
from levit_explore.search.ways import DRAWN, ENUMERATE, SAMPLE, TABLES
from levit_explore.space.bounds import bounds, is_bound
from levit_explore.space.space import Space

_SAMPLE = "the sample"


@dataclass(frozen=True)
class Means:
    """What a sweep is done with, and what it tells on the way; all but `progress` where each variant is visited."""

    store: Store | None = None
    workers: int = 1
    scheduler: str | None = None
    progress: Callable[[Progress], None] = unseen
    say: Callable[[str], None] = unsaid


def task(space: Space, convention: str = "levit") -> Task:
    """The task of visiting each variant, whose header a store of rows has."""
    return counting(space, QUANTITIES, convention)


def sweep(space: Space, wanted: Wanted, means: Means | None = None) -> Sweep:
    """What is wanted of a space, in the way that serves; the same whatever the means.

    Raises EmptyError where no variant fits or none that is drawn does, Unfit where the way asked for does not serve,
    and LevitError for a bound that has too many digits.
    """
    means = means or Means()
    cells = laid(space, wanted.convention)
    _check_bounds(space, cells)
    total = allowed(cells)
    if total == 0:
        raise EmptyError(nothing(space, cells))
    asked = SAMPLE if wanted.sample is not None else wanted.way
    way = choose(cells, space, asked, means.store is not None)
    if way.name == ENUMERATE:
        found = _visited(space, wanted, way, cells, total, means)
    else:
        found = _searched(space, wanted, way, cells, total, means)
    if found.within == Number(0):
        raise EmptyError(nothing(space, cells))
    if not found.within.exact and found.drew is not None and not found.drew.fit:
        raise EmptyError(unfound(space, cells, found.drew.drawn))
    return found


def _check_bounds(space: Space, cells: Laid) -> None:
    """Raises LevitError for the first constraint that 64 bits do not hold exactly."""
    for comparison in filter(is_bound, space.constraints):
        try:
            for bound, (_, tables) in product(bounds(comparison), cells):
                limit(tables, bound)
        except LevitError as error:
            raise LevitError(f"{comparison.place or space.name}: {error}") from None


def _visited(space: Space, wanted: Wanted, way: Way, cells: Laid, total: int | None, means: Means) -> Sweep:
    """What is found by visiting each variant."""
    summary = run(
        task(space, wanted.convention),
        wanted.asked(edges(cells, space.bounds)),
        means.store,
        workers=means.workers,
        scheduler=means.scheduler,
        progress=means.progress,
        say=means.say,
    )
    some, sources = summary.representatives, {}
    spreads = spread(some)
    if summary.count > len(some):
        sources["balance"] = f"{len(some):,} variants drawn evenly"
        spreads |= spread_of_all(summary.histograms)
    every, kept = Number(summary.count if total is None else total), Number(summary.count)
    found = (summary.front, summary.best, some, spreads, sources)
    return Sweep(space, wanted, way.name, way.why, every, kept, *found, unranked=summary.unranked)


def _searched(space: Space, wanted: Wanted, way: Way, cells: Laid, total: int | None, means: Means) -> Sweep:
    """What is found by tables, if they are the way, and all else in a sample."""
    drawn = wanted.sample or DRAWN
    sample = draw(space, cells, drawn, wanted.seed, _shares_of(drawn, means, "drawing"))
    drew = Drew(sample.drawn, len(sample.rows))
    every = Number(total) if total is not None else _accepted(sample, space.size)
    kept, front, best, sources = drew.of(every.value), None, None, dict.fromkeys(("front", "best", "spread"), _SAMPLE)
    if way.name == TABLES:
        kept = Number(within(cells, space.bounds, _shares_of(space.size, means, "counting")))
        front, sources["front"] = _front(cells, wanted, space, sample, _shares_of(space.size, means, "the front"))
        best, sources["best"] = _best(cells, wanted, space, sample, means)
    known = sample.distinct if front is None else _together(sample.distinct, front)
    known = known if best is None else _together(known, best)
    summary = summary_of(sample.distinct, wanted.asked({}))
    ranked = summary_of(known, replace(wanted.asked({}), objectives=()))
    front = summary.front if front is None else front
    some, spreads = summary.representatives, spread(sample.rows)
    found = (front, ranked.best, some, spreads, sources, drew, ranked.unranked)
    return Sweep(space, wanted, way.name, way.why, every, kept, *found)


def _shares_of(total: int, means: Means, doing: str) -> Tell:
    """What hears which share of some variants is done, and tells how many that are: at once that it is none."""

    def tell(share: float) -> None:
        means.progress(Progress(total, round(share * total), 0, None, doing))

    tell(0)
    return tell


def _front(cells: Laid, wanted: Wanted, space: Space, sample: Drawn, tell: Tell) -> tuple[Rows | None, str]:
    """The exact front and where it is from; None where tables do not serve, and why."""
    try:
        objectives = [one.weights for one in wanted.objectives]
        return exact_front(cells, objectives, space.bounds, sample.distinct, tell), TABLES
    except Unfit as error:
        return None, f"{_SAMPLE}, for {error}"


def _best(cells: Laid, wanted: Wanted, space: Space, sample: Drawn, means: Means) -> tuple[Rows | None, str]:
    """Rows among which are the best, and where these are from; None where tables do not serve, and why."""
    if wanted.by is None:
        return None, _SAMPLE
    if wanted.by.weights is None:
        return None, f"{_SAMPLE} and the front, for {wanted.by} is no sum of totals"
    tell = _shares_of(space.size, means, "the best")
    try:
        return exact_best(cells, wanted.by.weights, wanted.best, space.bounds, sample.distinct, tell), TABLES
    except Unfit as error:
        return None, f"{_SAMPLE} and the front, for {error}"


def _accepted(sample: Drawn, size: int) -> Number:
    """About how many variants are allowed, by the share of those drawn that were."""
    share = sample.acceptance
    return Number(round(size * share), max(1, round(size * (share * (1 - share) / sample.drawn) ** 0.5)))


def _together(rows: Rows, others: Rows) -> Rows:
    """The rows of both, each once."""
    every = joined(rows, others)
    return every.take(np.unique(every.numbers, return_index=True)[1])
