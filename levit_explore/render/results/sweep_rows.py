"""Variants that a sweep found, as records: what they chose, what they cost, and what no published model has."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from levit_explore.analysis.published import fields_of, spans
from levit_explore.search.rows import Rows
from levit_explore.search.sweep_found import Sweep
from levit_explore.space.space import Space
from levit_explore.spec.document import field_name
from levit_explore.spec.fields import Spec

_STAGE = re.compile(r"stages\[(\d+)\]\.(.+)")


def records(found: Sweep, rows: Rows) -> list[dict[str, Any]]:
    """The variants of some rows as JSON has them, in their order."""
    return [_record(found.space, rows, place) for place in range(len(rows))]


def _record(space: Space, rows: Rows, place: int) -> dict[str, Any]:
    number = int(rows.numbers[place])
    counts = {name: int(column[place]) for name, column in rows.columns.items()}
    balance = round(counts["attention"] / counts["mlp"], 4) if counts["mlp"] else None
    outside = list(unpublished(space.spec(number)))
    return {"number": number, "choices": space.chosen(number), **counts, "balance": balance, "unpublished": outside}


def unpublished(spec: Spec) -> Iterator[str]:
    """The fields of a spec that lie outside what published models use."""
    known = spans()
    return (field_name(path) for path, name, value in fields_of(spec) if value not in known[name])


def grouped(variants: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """What each variant chose where not all chose alike, the stages side by side: {"dim": "128/256/384"}.

    A field that is chosen in one stage alone is called as constraints call it: "dim[2]".
    """
    if not variants:
        return []
    first = variants[0]["choices"]
    groups: dict[str, list[str]] = {}
    for name in first:
        stage = _STAGE.fullmatch(name)
        groups.setdefault(stage[2] if stage else name, []).append(name)
    titles = {
        _single(names[0]) if len(names) == 1 else group: names
        for group, names in groups.items()
        if _vary(names, variants)
    }
    return [
        {title: "/".join(_written(one["choices"][name]) for name in names) for title, names in titles.items()}
        for one in variants
    ]


def _single(name: str) -> str:
    stage = _STAGE.fullmatch(name)
    return f"{stage[2]}[{stage[1]}]" if stage else name


def _vary(names: Sequence[str], variants: Sequence[dict[str, Any]]) -> bool:
    """Whether not all variants chose alike; a single one is shown with all its choices."""
    chosen = {repr([one["choices"][name] for name in names]) for one in variants}
    return len(variants) == 1 or len(chosen) > 1


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
