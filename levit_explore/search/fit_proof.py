"""Why no variant keeps all bounds: one that none keeps, or several that none keeps together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from levit_explore.search.extremes import extremes
from levit_explore.search.factors import Factors
from levit_explore.space.bounds import Bound


@dataclass(frozen=True)
class Proof:
    """Bounds of which some variant keeps those of all comparisons but one, and none all; of one alone its least sum."""

    bounds: tuple[Bound, ...]
    least: int | None


def beyond(factors: Factors, bounds: Sequence[Bound]) -> Proof | None:
    """The first bound that no allowed variant keeps, and how near it comes; None where each is kept by some."""
    for bound in bounds:
        ends = extremes(factors, bound.weights)
        if ends is not None and ends[0] > bound.at_most:
            return Proof((bound,), ends[0])
    return None


def together(bounds: Sequence[Bound], kept: Callable[[Sequence[Bound]], bool]) -> Proof:
    """Bounds that contradict each other, no more than it takes; `kept` says whether any variant keeps some of them.

    Those of one comparison stay together.
    """
    left = list(bounds)
    for text in dict.fromkeys(bound.text for bound in bounds):
        others = [other for other in left if other.text != text]
        if others and not kept(others):
            left = others
    return Proof(tuple(left), None)
