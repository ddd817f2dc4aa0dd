"""The ways to count what keeps some bounds, and what counting by tables would cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from levit_explore.search.count import LONGEST, Split, conjunctions, split
from levit_explore.search.elimination import order
from levit_explore.search.factors import Factors
from levit_explore.search.tables import LARGEST, Unfit, axes, grown
from levit_explore.space.bounds import Bound

ENUMERATE, TABLES, SAMPLE = "enumerate", "tables", "sample"
DRAWN = 10**6  # variants of a sample
PER_SECOND = 10**9  # operations of a core, roughly
START = 10**6  # operations that one count by tables costs however few sums there are


@dataclass(frozen=True)
class Effort:
    """About how many seconds of one core counting takes, and why it is no more in words."""

    seconds: float
    why: str


def by_tables(factors: Factors, bounds: Sequence[Bound] = ()) -> Effort | None:
    """What counting by tables takes; None where they would be too large."""
    try:
        parts = [(split(factors, kept), len(kept)) for _, kept in conjunctions(factors, bounds) if kept]
    except Unfit:
        return None
    return _by_sums(parts) if parts else _by_choices(factors)


def _by_choices(factors: Factors) -> Effort | None:
    whole = order(factors.shape, [axes(mask) for mask in factors.masks], range(len(factors.shape)))
    why = "no bound on a total is left to keep: choices are counted part by part"
    return Effort(whole.entries / PER_SECOND, why) if whole.largest <= LARGEST else None


def _by_sums(parts: Sequence[tuple[Split, int]]) -> Effort | None:
    """What the parts of a signed count take, each with how many totals it bounds."""
    longest = max(grown(part.shape, part.cut.right) for part, _ in parts)
    if longest > LONGEST:
        return None
    operations = sum(START + 4 * part.cut.operations(part.shape, dimensions) for part, dimensions in parts)
    sums = max(dimensions for _, dimensions in parts)
    on = max(grown(part.shape, part.cut.on) for part, _ in parts)
    why = (
        f"totals are sums of parts: for each of {on:,} choices that the parts share, up to {longest:,} sums are sorted"
        f" by {sums} total{'s' if sums > 1 else ''}"
    )
    return Effort(operations / PER_SECOND, why)
