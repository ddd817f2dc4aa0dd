"""What is kept of rows when they are too many to keep: a summary, and the summary of two parts together.

Whatever the parts and their order, the summary of the whole is the same: ties are settled by the smaller number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from levit_explore.search.histogram import Histogram, added, histogram
from levit_explore.search.measures import Measure, lot
from levit_explore.search.pareto import merged as merged_fronts
from levit_explore.search.pareto import pareto
from levit_explore.search.rows import Rows, joined


@dataclass(frozen=True)
class Asked:
    """What a summary is to keep. All measures are minimised."""

    objectives: tuple[Measure, ...] = ()  # of the Pareto front; without any there is none
    best_by: Measure | None = None
    best: int = 0  # how many, the best first
    edges: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # of the histogram of a column
    representatives: int = 0  # how many, drawn evenly
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Summary:
    """How many variants there were, and those that were asked for with their quantities."""

    asked: Asked
    count: int
    front: Rows  # by number; of variants with the same objectives that of the smallest number
    best: Rows
    representatives: Rows  # by number
    histograms: Mapping[str, Histogram]
    unranked: int = 0  # variants that the best are not among, for their measure is infinite


def summary_of(rows: Rows, asked: Asked) -> Summary:
    """The summary of some rows, which are in the order of their numbers."""
    histograms = {name: histogram(rows.columns[name], edges) for name, edges in asked.edges.items()}
    best, unranked = _best(rows, asked)
    return Summary(asked, len(rows), _front(rows, asked), best, _drawn(rows, asked), histograms, unranked)


def merged(one: Summary, other: Summary) -> Summary:
    """The summary of the rows of both, which have none in common."""
    asked = one.asked
    return Summary(
        asked,
        one.count + other.count,
        _merged_front(one.front, other.front, asked),
        _best(joined(one.best, other.best), asked)[0],
        _drawn(joined(one.representatives, other.representatives), asked),
        {name: added(one.histograms[name], other.histograms[name]) for name in asked.edges},
        one.unranked + other.unranked,
    )


def _front(rows: Rows, asked: Asked) -> Rows:
    if not asked.objectives or not len(rows):
        return rows.take(np.arange(0))
    values = np.column_stack([objective(rows) for objective in asked.objectives])
    kept = np.flatnonzero(pareto(values))
    _, first = np.unique(values[kept], axis=0, return_index=True)
    return rows.take(kept[np.sort(first)])


def _merged_front(one: Rows, other: Rows, asked: Asked) -> Rows:
    if not len(one) or not len(other):
        return one if len(one) else other
    rows = joined(one, other)
    values = np.column_stack([objective(rows) for objective in asked.objectives])
    distinct = np.sort(np.unique(values, axis=0, return_index=True)[1])
    rows, values = rows.take(distinct), values[distinct]
    return rows.take(merged_fronts(values, np.isin(rows.numbers, one.numbers)))


def _best(rows: Rows, asked: Asked) -> tuple[Rows, int]:
    """The best, and how many are not ranked at all."""
    if asked.best_by is None or not asked.best:
        return rows.take(np.arange(0)), 0
    keys = asked.best_by(rows)
    ranked = np.flatnonzero(keys != np.inf)
    unranked = len(rows) - len(ranked)
    if unranked:
        rows, keys = rows.take(ranked), keys[ranked]
    if asked.best < len(rows):  # the last that can be among them, and all that are as good
        near = np.flatnonzero(keys <= np.partition(keys, asked.best - 1)[asked.best - 1])
        rows, keys = rows.take(near), keys[near]
    return rows.take(np.lexsort((rows.numbers, keys))[: asked.best]), unranked


def _drawn(rows: Rows, asked: Asked) -> Rows:
    lots = lot(rows.numbers, asked.seed)
    if asked.representatives < len(rows):  # the last that is drawn, and all before it: lots are unlike
        last = np.partition(lots, asked.representatives)[asked.representatives]
        return rows.take(lots < last)
    return rows
