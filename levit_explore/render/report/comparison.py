"""Several networks side by side: what differs in their specs, what that costs, and cost against accuracy."""

import math
from collections.abc import Sequence
from typing import Any

from levit_explore.analysis.conventions import CONVENTIONS
from levit_explore.analysis.diff import Change, diff
from levit_explore.plan.tree import Plan
from levit_explore.render.report.axes import axis
from levit_explore.render.sheet import text
from levit_explore.spec.write import fields


def comparison(plans: Sequence[Plan], specs: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """What sets networks apart from the first of them; None for a single one."""
    if len(plans) < 2:
        return None
    return {
        "measures": _measures(specs),
        "fields": _fields(plans),
        "stages": _stages(specs),
        "scatter": _scatter(plans, specs),
    }


def _measures(specs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Totals, a list of changes against the first network for each convention, or one that holds for all."""
    whole = [spec["balance"]["net"] for spec in specs]
    memory = [spec["memory"] for spec in specs]
    every = range(len(CONVENTIONS))
    return [
        _measure("FLOPs", "count", [[spec["totals"][at] for spec in specs] for at in every]),
        _measure("parameters", "count", [[one["params"] for one in memory]]),
        _measure("activations, all kept", "bytes", [[one["activations"] for one in memory]]),
        _measure("activations, peak", "bytes", [[one["peak"] for one in memory]]),
        _measure("FLOPs of attention", "count", [[one[at]["whole"]["attention"] for one in whole] for at in every]),
        _measure("FLOPs of MLP", "count", [[one[at]["whole"]["mlp"] for one in whole] for at in every]),
    ]


def _measure(name: str, unit: str, values: Sequence[Sequence[int]]) -> dict[str, Any]:
    return {"name": name, "unit": unit, "values": [[_change(row[0], value) for value in row] for row in values]}


def _change(first: int | None, value: int | None) -> dict[str, Any]:
    change = Change(first, value)
    return {"value": value, "gained": change.gained, "relative": change.relative}


def _fields(plans: Sequence[Plan]) -> list[dict[str, Any]]:
    """The fields that are not alike in all specs, with their values in each as a spec file writes them."""
    first, *others = plans
    found: dict[str, list[Any]] = {}
    for place, other in enumerate(others, start=1):
        for change in diff(first, other).fields:
            values = found.setdefault(change.field, [change.before] * len(plans))
            values[place] = change.after
    written = [fields(plan.spec) for plan in plans]
    names = sorted(found, key=lambda name: min(_rank(one, name.split(".")) for one in written))
    return [{"field": name, "values": [_written(value) for value in found[name]]} for name in names]


def _rank(value: Any, names: Sequence[str]) -> list[float]:
    """Where a field stands in nested mappings and lists, to sort by; last of all where it does not."""
    if not names:
        return []
    keys = [str(key) for key in (value if isinstance(value, dict) else range(len(value)))]
    if names[0] not in keys:
        return [math.inf]
    place = keys.index(names[0])
    return [place, *_rank(list(value.values())[place] if isinstance(value, dict) else value[place], names[1:])]


def _written(value: Any) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def _stages(specs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows by stage of all networks by path; a network without such a part has none to count."""
    tables = [{row["path"]: row["flops"] for row in spec["rows"]["stage"]} for spec in specs]
    paths = list(dict.fromkeys(path for rows in tables for path in rows))
    return [
        {
            "path": path,
            "values": [
                [_change(*(_at(rows, path, place) for rows in (tables[0], other))) for other in tables]
                for place in range(len(CONVENTIONS))
            ],
        }
        for path in paths
    ]


def _at(rows: dict[str, list[int]], path: str, place: int) -> int | None:
    return rows[path][place] if path in rows else None


def _scatter(plans: Sequence[Plan], specs: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Cost against published top-1 accuracy, and the axes of it; None where fewer than two specs have one.

    `set` numbers the source of an accuracy, for those of one source alone were trained alike.
    """
    points = [
        {"name": spec["name"], "top1": plan.spec.published.top1, "source": text(plan.spec.published.source)}
        | {"flops": spec["totals"], "params": spec["memory"]["params"]}
        for plan, spec in zip(plans, specs, strict=True)
        if plan.spec.published is not None and plan.spec.published.top1 is not None
    ]
    if len(points) < 2:
        return None
    sources = list(dict.fromkeys(point["source"] for point in points))
    return {
        "points": [point | {"set": sources.index(point["source"])} for point in points],
        "sources": sources,
        "top1": axis([point["top1"] for point in points]),
        "flops": [axis([point["flops"][at] for point in points]) for at in range(len(CONVENTIONS))],
        "params": axis([point["params"] for point in points]),
    }
