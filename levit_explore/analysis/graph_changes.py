"""Two graphs as one: what stands in both, what is new or gone, and what changed in what stayed."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from levit_explore.analysis.diff import FieldChange
from levit_explore.analysis.graph import Graph
from levit_explore.analysis.parts import Box, Cluster, Edge
from levit_explore.analysis.traits import kind
from levit_explore.plan.ops import Op

P = TypeVar("P", Box, Cluster, Edge)


class Status(StrEnum):
    """What became of a part."""

    SAME = "same"
    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True)
class Fate:
    """What became of a part; `changes` are its traits, kind, out, flops, params and times that differ.

    The field "op" tells an op in it that is of another kind, new or gone. What else differs in its ops goes by the name
    of the op's field; sizes only where nothing else differs, for all of them follow from a few.
    """

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


def _fate(before: Box | Cluster | Edge | None, after: Box | Cluster | Edge | None) -> Fate:
    if before is None or after is None:
        return Fate(Status.NEW if before is None else Status.GONE)
    changes = _differing(_facts(before), _facts(after))
    if isinstance(before, Edge) or isinstance(after, Edge) or before.ops == after.ops:
        return Fate(Status.CHANGED if changes else Status.SAME, tuple(changes))
    inner = [change for change in dict.fromkeys(_inside(before.ops, after.ops)) if not _told(change, changes)]
    return Fate(Status.CHANGED, (*changes, *(change for change in inner if not changes or not _size(change))))


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return [FieldChange(name, before.get(name), after.get(name)) for name in names]


def _inside(before: Mapping[str, Op], after: Mapping[str, Op]) -> Iterator[FieldChange]:
    """How the ops of a part differ, those paired that stand at the same place in it."""
    paired = [(op, after[path]) for path, op in before.items() if path in after]
    yield from (FieldChange("op", kind(old), kind(new)) for old, new in paired if kind(old) != kind(new))
    gone, new = _kinds(before, after), _kinds(after, before)
    yield from (FieldChange("op", words, None) for words in _counted(gone - new))
    yield from (FieldChange("op", None, words) for words in _counted(new - gone))
    for old, other in paired:
        if kind(old) == kind(other):
            yield from _differing(vars(old), vars(other))


def _kinds(ops: Mapping[str, Op], others: Mapping[str, Op]) -> Counter[str]:
    """What the ops are, and how many, that stand where there is no other."""
    return Counter(kind(op) for path, op in ops.items() if path not in others)


def _counted(kinds: Counter[str]) -> list[str]:
    return [name if times == 1 else f"{times} x {name}" for name, times in kinds.items()]


def _told(change: FieldChange, changes: Sequence[FieldChange]) -> bool:
    """Whether what became of an op follows from a change of the part: its kind, or a trait that is new or gone."""
    return change.field == "op" and any(one.field == "kind" or None in (one.before, one.after) for one in changes)


def _size(change: FieldChange) -> bool:
    """Whether a change is one of a size or a shape."""
    values = [value for value in (change.before, change.after) if value is not None]
    return all(isinstance(value, int | tuple) and not isinstance(value, bool) for value in values)


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
