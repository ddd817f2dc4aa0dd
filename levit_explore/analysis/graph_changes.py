"""Two graphs as one: what stands in both, what is new or gone, and what changed in what stayed."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from levit_explore.analysis.diff import FieldChange
from levit_explore.analysis.graph import Box, Cluster, Edge, Graph

P = TypeVar("P", Box, Cluster, Edge)


class Status(StrEnum):
    """What became of a part."""

    SAME = "same"
    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True)
class Fate:
    """What became of a part; `changes` are its traits, kind, out, flops, params and times that differ."""

    status: Status
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True)
class Merged:
    """Two graphs and their union, in which what stands in both is as it is after."""

    before: Graph
    after: Graph
    union: Graph
    parts: Mapping[str, Fate]  # of boxes and clusters, by path
    edges: Mapping[Edge, Fate]  # of the union


def merged(before: Graph, after: Graph) -> Merged:
    """The union of two graphs, with the fate of every box, cluster and edge; edges are paired by their ends."""
    boxes = _woven(before.boxes, after.boxes, _path)
    clusters = _woven(before.clusters, after.clusters, _path)
    edges = _woven(before.edges, after.edges, _ends)
    union = Graph(after.plan, after.convention, _parts(boxes), _parts(clusters), _parts(edges))
    parts = {box.path: fate for box, fate in boxes} | {cluster.path: fate for cluster, fate in clusters}
    return Merged(before, after, union, parts, dict(edges))


def _parts(fates: Sequence[tuple[P, Fate]]) -> tuple[P, ...]:
    return tuple(part for part, _ in fates)


def _path(part: Box | Cluster) -> str:
    return part.path


def _ends(edge: Edge) -> tuple[str, str, bool]:
    return edge.source, edge.target, edge.skip


def _woven(before: Sequence[P], after: Sequence[P], key: Callable[[P], Hashable]) -> list[tuple[P, Fate]]:
    """All parts with their fates, in the order after; what is gone follows what it followed before."""
    old, new = {key(part): part for part in before}, {key(part): part for part in after}
    order = list(new)
    place = 0
    for name in old:
        if name in new:
            place = order.index(name) + 1
        else:
            order.insert(place, name)
            place += 1
    return [(new.get(name) or old[name], _fate(old.get(name), new.get(name))) for name in order]


def _fate(before: P | None, after: P | None) -> Fate:
    if before is None or after is None:
        return Fate(Status.NEW if before is None else Status.GONE)
    old, new = _facts(before), _facts(after)
    changes = tuple(
        FieldChange(name, old.get(name), new.get(name)) for name in old | new if old.get(name) != new.get(name)
    )
    return Fate(Status.CHANGED if changes else Status.SAME, changes)


def _facts(part: Box | Cluster | Edge) -> dict[str, Any]:
    """What a part is by itself; its share is left out, for that changes with any other part."""
    match part:
        case Edge():
            return {"out": part.shape}
        case Box():
            traits = dict(part.traits)
        case Cluster():
            traits = {}
    facts = {"out": part.out, "times": part.times, "flops": part.cost.flops, "params": part.cost.params}
    return {"kind": part.kind} | traits | facts
