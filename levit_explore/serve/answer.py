"""What a page shows of a state: fields, totals, findings and messages, in words, for it computes nothing itself."""

from collections.abc import Iterator, Sequence
from typing import Any

from levit_explore.analysis.findings import Finding
from levit_explore.explorer.command import command_line, whole
from levit_explore.explorer.fields import Entry, table
from levit_explore.explorer.results import Change, Results, change_between, results, results_of
from levit_explore.explorer.state import Problem, State
from levit_explore.render.sheet import count, heading, ratio, signed, signed_percent, text
from levit_explore.serve.address import LONGEST, query
from levit_explore.spec.document import field_name

_MEASURES = (
    ("flops", "FLOPs"),
    ("params", "parameters"),
    ("activation_memory", "activations, all kept, bytes"),
    ("peak_memory", "activations, peak, bytes"),
    ("ratio", "attention / MLP"),
)
_TOO_LONG = (
    "the address of this spec would have {:,} bytes and may have {:,}: it is too long to be shared, downloaded from or "
    "loaded again, and the page's own address stays that of a spec before"
)


def answer(state: State) -> dict[str, Any]:
    """The document that a page is given after every question; its lines are what the page says until the next."""
    found = results(state)
    network, stages = _rows(state, found)
    words = query(state.base, state.value, state.pinned, state.convention)
    fits = len(words) <= LONGEST
    return {
        "query": words if fits else None,
        "lines": [] if fits else [_TOO_LONG.format(len(words), LONGEST)],
        "value": state.value,
        "pinned": state.pinned,
        "convention": state.convention,
        "title": text(heading(found.spec)),
        "unsaved": state.unsaved,
        "command": text(whole(state, command_line(state, "flops"))),
        "problem": None if state.problem is None else _problem(state.problem),
        "totals": _totals(state, found),
        "network": network,
        "stages": stages,
        "findings": [_finding(one) for one in found.findings],
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {"path": list(problem.path), "text": problem.text, "lines": [text(line) for line in problem.brief]}


def _totals(state: State, found: Results) -> dict[str, Any]:
    """A row for each measure: now, the change against the base, and with something pinned, B and the change to it."""
    others = {"base": state.base} | ({} if state.pinned is None else {"B": state.pinned})
    against = {name: results_of(value, state.name, state.convention) for name, value in others.items()}
    changes = {name: change_between(other, found) for name, other in against.items()}
    columns = ["now", *(title for name in against for title in (name, f"against {name}"))]
    rows = [
        {
            "name": title if measure != "flops" else f"{title} ({state.convention})",
            "cells": [_shown(measure, getattr(found, measure)), *_against(measure, against, changes)],
        }
        for measure, title in _MEASURES
    ]
    return {"columns": columns, "rows": rows, "said": f"{rows[0]['name']} {rows[0]['cells'][0]}"}


def _against(measure: str, against: dict[str, Results], changes: dict[str, Change]) -> Iterator[str]:
    for name, other in against.items():
        yield _shown(measure, getattr(other, measure))
        quantity = getattr(changes[name], measure)
        if quantity.gained is None:
            yield "-"
        elif not quantity.gained:
            yield "the same"
        elif measure == "ratio":
            yield f"{quantity.gained:+.3f}"
        else:
            yield f"{signed(int(quantity.gained))} ({signed_percent(quantity.relative)})"


def _shown(measure: str, value: Any) -> str:
    return ratio(value) if measure == "ratio" else count(value)


def _rows(state: State, found: Results) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The fields of the network, and those of stages with a cell a stage; no downsample leads into the first."""
    fields = table(found.spec, state)
    leading = [row or [None] * len(fields.downsamples[-1]) for row in fields.downsamples]
    network = [_row(entry.label, [entry]) for entry in fields.top]
    stages = [_row(row[0].label, row) for row in zip(*fields.stages, strict=True)]
    between = [_row(f"downsample.{row[-1].label}", row) for row in zip(*leading, strict=True) if row[-1] is not None]
    return network, [*stages, *between]


def _row(name: str, entries: Sequence[Entry | None]) -> dict[str, Any]:
    one = next(entry for entry in entries if entry is not None)
    cells = [None if entry is None else _cell(entry) for entry in entries]
    return {"name": name, "about": text(f"{one.doc}; {one.allowed}"), "cells": cells}


def _cell(entry: Entry) -> dict[str, Any]:
    return {
        "path": list(entry.path),
        "name": entry.name,
        "text": entry.text,
        "derived": entry.derived,
        "changed": entry.changed,
        "options": list(entry.options),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "what": text(f"{field_name(finding.path)}: {finding.what}" if finding.path else finding.what),
        "why": text(finding.why),
        "fix": [[list(path), value] for path, value in finding.fix],
        "fix_words": text(finding.fix_words),
    }
