"""Where to cut a cell in two, so that for each choice along the cut both sides can be counted by themselves."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from levit_explore.search.tables import grown


@dataclass(frozen=True)
class Cut:
    """The axes on the cut and on both sides; no table depends on axes of both sides. `left` has fewer combinations."""

    on: tuple[int, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]

    def operations(self, shape: Sequence[int], dimensions: int) -> float:
        """About how many steps counting takes: for each choice on the cut both sides are sorted and searched.

        The second dimension is searched along with the first, each further one multiplies the steps.
        """
        left, right = float(grown(shape, self.left)), float(grown(shape, self.right))
        return grown(shape, self.on) * (left + right) * math.log2(left + 2) ** max(1, dimensions - 1)


def cut(shape: Sequence[int], scopes: Iterable[Sequence[int]], dimensions: int) -> Cut:
    """The cheapest cut found: among the borders of a few orders of the axes, improved by moving single axes.

    `scopes` are the axes that each table depends on; axes in none are left out. It need not be the best of all.
    """
    tied = _neighbours(scopes)
    best = min(
        (_around(shape, tied, on) for on in _borders(tied)), key=lambda found: found.operations(shape, dimensions)
    )
    while True:
        moved = [_around(shape, tied, frozenset(best.on) ^ {axis}) for axis in tied]
        better = min(moved, key=lambda found: found.operations(shape, dimensions), default=best)
        if better.operations(shape, dimensions) >= best.operations(shape, dimensions):
            return best
        best = better


def _neighbours(scopes: Iterable[Sequence[int]]) -> dict[int, set[int]]:
    tied: dict[int, set[int]] = {}
    for scope in scopes:
        for axis in scope:
            tied.setdefault(axis, set()).update(scope)
    return {axis: near - {axis} for axis, near in sorted(tied.items())}


def _borders(tied: dict[int, set[int]]) -> Iterator[frozenset[int]]:
    """Axes that part those before a place from those after it, in the order given and from far ends of the graph."""
    yield frozenset()
    for ordered in (list(tied), *(_outwards(tied, start) for start in (list(tied)[:1] + list(tied)[-1:]))):
        for place in range(1, len(ordered)):
            before = set(ordered[:place])
            yield frozenset(axis for axis in before if tied[axis] - before)
            yield frozenset(axis for axis in ordered[place:] if tied[axis] & before)
            yield _cover(tied, before)


def _outwards(tied: dict[int, set[int]], start: int) -> list[int]:
    """All axes, those nearest to `start` first and those that have the fewest neighbours first among them."""
    found, seen = [start], {start}
    for axis in found:
        near = sorted(tied[axis] - seen, key=lambda other: (len(tied[other]), other))
        found += near
        seen.update(near)
    return found + [axis for axis in tied if axis not in seen]


def _cover(tied: dict[int, set[int]], before: set[int]) -> frozenset[int]:
    """Few axes that touch all ties between both sides: always the one with the most ties left."""
    crossing = {(axis, other) for axis in before for other in tied[axis] - before}
    cover: set[int] = set()
    while crossing:
        counts: dict[int, int] = {}
        for tie in crossing:
            for axis in tie:
                counts[axis] = counts.get(axis, 0) + 1
        axis = max(counts, key=lambda axis: (counts[axis], -axis))
        cover.add(axis)
        crossing = {tie for tie in crossing if axis not in tie}
    return frozenset(cover)


def _around(shape: Sequence[int], tied: dict[int, set[int]], on: frozenset[int]) -> Cut:
    """The cut along some axes: what hangs together without them is shared out between two sides, the largest first."""
    sides: tuple[list[int], list[int]] = ([], [])
    for part in sorted(_parts(tied, on), key=lambda part: (-grown(shape, part), part)):
        min(sides, key=lambda side: grown(shape, side)).extend(part)
    left, right = sorted(sides, key=lambda side: grown(shape, side))
    return Cut(tuple(sorted(on)), tuple(sorted(left)), tuple(sorted(right)))


def _parts(tied: dict[int, set[int]], without: frozenset[int]) -> list[list[int]]:
    """The axes that hang together once some are taken out."""
    left, parts = set(tied) - without, []
    while left:
        part = [min(left)]
        left.discard(part[0])
        for axis in part:
            near = sorted(tied[axis] & left)
            part += near
            left.difference_update(near)
        parts.append(sorted(part))
    return parts
