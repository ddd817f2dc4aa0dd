"""How two graphs are painted as one: what is new, gone or changed by its colour, by its line, and in words."""

from collections.abc import Iterator, Sequence

from levit_explore.analysis.counts import By
from levit_explore.analysis.diff import Change, FieldChange
from levit_explore.analysis.graph import Graph, graph
from levit_explore.analysis.graph_changes import Fate, Merged, Status, merged
from levit_explore.analysis.parts import Edge, Level
from levit_explore.plan.tree import Plan
from levit_explore.render.graphs.colors import GONE_LINE, NEW_LINE
from levit_explore.render.graphs.dot import edge_id
from levit_explore.render.graphs.labels import clipped, wrapped
from levit_explore.render.graphs.looks import HOW, Look, Mark, Swatch, title
from levit_explore.render.sheet import count, shape, si, signed_percent, text

FILLS = {Status.SAME: "#f2f2f2", Status.NEW: "#9ccbf5", Status.GONE: "#f2b8a0", Status.CHANGED: "#ffe873"}
_FIELDS = 6  # changed fields of the spec that stand below the title
_UNITS = {"flops": "FLOPs", "params": "params"}


def changes_look(merged: Merged, fields: Sequence[str]) -> Look:
    """The look of the union of two graphs; `fields` are the changes of the spec, each in words."""
    fills = {box.path: FILLS[merged.parts[box.path].status] for box in merged.union.boxes}
    marks = {
        box.path: _mark(merged.parts[box.path], list(_lines(merged.parts[box.path]))) for box in merged.union.boxes
    }
    marks |= {cluster.path: _of_cluster(merged.parts[cluster.path]) for cluster in merged.union.clusters}
    marks |= {edge_id(edge): _of_edge(edge, fate) for edge, fate in merged.edges.items()}
    legend = tuple(Swatch(FILLS[status], status, dashed=status is Status.GONE) for status in Status)
    notes = [clipped(field) for field in fields[:_FIELDS]]
    notes += [f"and {len(fields) - _FIELDS} more fields"] if len(fields) > _FIELDS else []
    heading = f"{title(merged.before)} -> {title(merged.after)}"
    return Look(heading, (*notes, _totals(merged), HOW), legend, fills, marks)


def drawn_changes(before: Plan, after: Plan, by: By, convention: str, fields: Sequence[str]) -> tuple[Graph, Look]:
    """Two plans as one graph with its look; a box stands for what a row does, and for a stage where that is more."""
    level = {By.OP: Level.OP, By.STAGE: Level.STAGE, By.MODEL: Level.STAGE}.get(by, Level.BLOCK)
    both = merged(*(graph(one, level, convention=convention) for one in (before, after)))
    return both.union, changes_look(both, fields)


def _totals(merged: Merged) -> str:
    """What both networks cost, exactly, and by whose count."""
    before, after = merged.before, merged.after
    flops, params = Change(before.flops, after.flops), Change(before.params, after.params)
    return f"{_counts(flops)} FLOPs under {after.convention}, {_counts(params)} params"


def _counts(change: Change) -> str:
    return f"{count(change.before)} -> {count(change.after)} ({signed_percent(change.relative)})"


def _mark(fate: Fate, words: Sequence[str]) -> Mark:
    lines = {Status.NEW: NEW_LINE, Status.GONE: GONE_LINE}
    differs = fate.status is not Status.SAME
    return Mark(tuple(words), line=lines.get(fate.status), dashed=fate.status is Status.GONE, bold=differs)


def _lines(fate: Fate) -> Iterator[str]:
    """What became of a box: "changed: heads 4 -> 6", "53.4 M -> 60.1 M FLOPs (+12.5%)"."""
    if not fate.changes:
        yield from [] if fate.status is Status.SAME else [fate.status]
        return
    described = [change for change in fate.changes if change.field not in _UNITS]
    described = [change for change in described if change.field != "out"] or described  # edges tell the shapes
    costs = [_cost(change) for change in fate.changes if change.field in _UNITS]
    first, *rest = [", ".join(map(_change, described)), *costs] if described else costs
    for words in (f"changed: {first}", *rest):
        yield from wrapped(words)


def _change(change: FieldChange) -> str:
    before, after = (_value(change.field, value) for value in (change.before, change.after))
    match change:
        case FieldChange("op", _, None) | FieldChange(_, True, False):
            return f"{before} {Status.GONE}"
        case FieldChange("op", None, _) | FieldChange(_, False, True):
            return f"{after} {Status.NEW}"
    name = "" if change.field in ("times", "kind", "op") else f"{change.field} "
    return f"{name}{before} -> {after}"


def _value(field: str, value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return field
        case tuple():
            return shape(value)
        case _:
            return f"x{value}" if field == "times" else text(value)


def _cost(change: FieldChange) -> str:
    counted = Change(change.before, change.after)
    written = count if si(change.before) == si(change.after) else si
    gain = signed_percent(counted.relative)
    words = f"{written(change.before)} -> {written(change.after)} {_UNITS[change.field]}"
    return words if gain in ("+0.0%", "-0.0%") else f"{words} ({gain})"


def _of_cluster(fate: Fate) -> Mark:
    """The border of a cluster, which is another where the cluster itself is, not only what is in it."""
    times = [change for change in fate.changes if change.field == "times"]
    if fate.status is Status.CHANGED and not times:
        return Mark(more=tuple(_lines(fate)))
    words = [f"was {_value('times', change.before)}" for change in times] or [fate.status]
    return Mark() if fate.status is Status.SAME else _mark(fate, words)


def _of_edge(edge: Edge, fate: Fate) -> Mark:
    """The line of an edge, which is another where only one of the graphs has it."""
    if fate.status is not Status.CHANGED:
        return _mark(fate, [] if fate.status is Status.SAME else [fate.status])
    was = tuple(f"was {_value('out', change.before)}" for change in fate.changes)
    return Mark(more=was) if edge.skip else Mark(was)
