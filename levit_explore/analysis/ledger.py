"""Why two FLOP counters differ: one convention's total as another's plus and minus named kinds of work."""

from collections.abc import Mapping
from dataclasses import dataclass

from levit_explore.analysis.conventions import CONVENTIONS, Convention, lookup
from levit_explore.display import DisplayedList
from levit_explore.plan.tree import Plan, tally
from levit_explore.plan.work import Facts, Work
from levit_explore.sizes import single


@dataclass(frozen=True)
class Term:
    """A kind of work that two conventions weigh differently: `weight` is the difference a unit."""

    work: Work
    count: int
    weight: int

    @property
    def flops(self) -> int:
        """What the term adds to the total."""
        return self.count * self.weight


@dataclass(frozen=True)
class Ledger:
    """A convention's total, and the terms that lead to it from the base convention's total."""

    convention: Convention
    total: int
    difference: int
    terms: tuple[Term, ...]
    measured: int | None = None

    @property
    def residual(self) -> int | None:
        """What the counter said beyond the total; None where it was not run."""
        return None if self.measured is None else self.measured - self.total


class Ledgers(DisplayedList[Ledger]):
    """The ledgers of several conventions against the first."""


def reconcile(plan: Plan, base: str = "levit", measured: Mapping[str, int] | None = None) -> Ledgers:
    """The ledger of every convention against `base`, which comes first; the terms of each add up to its difference.

    `measured` holds what counters said when they were run, by convention.
    """
    work = tally(plan.root)
    origin = lookup(base)
    others = [convention for convention in CONVENTIONS.values() if convention is not origin]
    found = measured or {}
    return Ledgers(_ledger(work, one, origin, found.get(one.name)) for one in (origin, *others))


def _ledger(work: Facts, convention: Convention, base: Convention, measured: int | None) -> Ledger:
    terms = tuple(
        Term(kind, single(count), convention.weights[kind] - base.weights[kind])
        for kind, count in sorted(work.items(), key=lambda item: list(Work).index(item[0]))
        if convention.weights[kind] != base.weights[kind] and single(count)
    )
    total = single(convention.total(work))
    return Ledger(convention, total, total - single(base.total(work)), terms, measured)
