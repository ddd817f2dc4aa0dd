"""The ways to count what keeps some bounds, with what each would cost, the cheapest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from levit_explore.search.count import LONGEST, conjunctions, split
from levit_explore.search.elimination import order
from levit_explore.search.enumerate import BLOCK
from levit_explore.search.factors import Factors
from levit_explore.search.forms import Bound
from levit_explore.search.tables import LARGEST, Unfit, axes, grown

ENUMERATE, TABLES, SAMPLE = "enumerate", "tables", "sample"
DRAWN = 10**6  # variants of a sample
PER_SECOND = 10**9  # operations of a core, roughly
START = 10**6  # operations that one count by tables costs however few sums there are
ENTRY = 64  # bytes that sorting and searching hold for each sum


@dataclass(frozen=True)
class Way:
    """A way to count: `exact` or an estimate, about how many operations and bytes it takes, and why in words."""

    name: str
    exact: bool
    operations: float
    memory: float
    why: str

    @property
    def seconds(self) -> float:
        """About how long it takes on one core."""
        return self.operations / PER_SECOND


def ways(factors: Factors, bounds: Sequence[Bound] = ()) -> tuple[Way, ...]:
    """The ways that there are, the exact ones first, the cheapest of these first; a sample comes last."""
    exact = [_enumeration(factors, bounds), *_tables(factors, bounds)]
    return (*sorted(exact, key=lambda way: way.operations), _sample(factors, bounds))


def _enumeration(factors: Factors, bounds: Sequence[Bound]) -> Way:
    operations = factors.size * 5.0 * (1 + len(bounds))
    return Way(ENUMERATE, True, operations, BLOCK * ENTRY, f"visits all {factors.size:,} variants, block by block")


def _tables(factors: Factors, bounds: Sequence[Bound]) -> list[Way]:
    """Counting by tables; nothing where they would be too large."""
    try:
        parts = [(split(factors, kept), len(kept)) for _, kept in conjunctions(factors, bounds) if kept]
    except Unfit:
        return []
    if not parts:
        whole = order(factors.shape, [axes(mask) for mask in factors.masks], range(len(factors.shape)))
        why = "no bound on a total is left to keep: choices are counted part by part"
        return [Way(TABLES, True, whole.entries, 8 * whole.largest, why)] if whole.largest <= LARGEST else []
    longest = max(grown(part.shape, part.cut.right) for part, _ in parts)
    if longest > LONGEST:
        return []
    operations = sum(START + 4 * part.cut.operations(part.shape, dimensions) for part, dimensions in parts)
    sums = max(dimensions for _, dimensions in parts)
    on = max(grown(part.shape, part.cut.on) for part, _ in parts)
    why = (
        f"totals are sums of parts: for each of {on:,} choices that the parts share, up to {longest:,} sums are sorted"
        f" by {sums} total{'s' if sums > 1 else ''}"
    )
    return [Way(TABLES, True, operations, float(ENTRY * (longest + 2**19)), why)]


def _sample(factors: Factors, bounds: Sequence[Bound]) -> Way:
    tables = len(factors.masks) + sum(len(factors.terms.get(name, ())) for bound in bounds for name in bound.weights)
    why = f"draws {DRAWN:,} variants: a share is known to about one in a thousand, and what is rare is missed"
    return Way(SAMPLE, False, DRAWN * 20.0 * (tables + len(factors.shape)), ENTRY * DRAWN, why)
