"""Everything that the page shows, as one plain document; the page computes nothing itself."""

import itertools
from collections.abc import Sequence
from typing import Any

from levit_explore.analysis.balance import HIGH, LOW
from levit_explore.analysis.biases import BiasMap
from levit_explore.analysis.conventions import CONVENTIONS, lookup
from levit_explore.plan.tree import Plan, walk
from levit_explore.render.graphs.labels import clipped
from levit_explore.render.report.area import area
from levit_explore.render.report.biases import biases
from levit_explore.render.report.charges import charges, ledgers, tables
from levit_explore.render.report.comparison import comparison
from levit_explore.render.report.graphs import graphs
from levit_explore.render.report.sums import balance, memory
from levit_explore.render.results.counts import published_notes
from levit_explore.render.sheet import document, heading, rounded, shape, text
from levit_explore.spec.write import fields, to_yaml

_SAFE = 2**53  # a browser counts exactly below it


def report_data(
    plans: Sequence[Plan], convention: str = "levit", maps: Sequence[BiasMap] | None = None
) -> dict[str, Any]:
    """The document of a report; `maps` are those of the first plan. Counts are in the order of the conventions.

    Raises LevitError for a convention that is not known.
    """
    lookup(convention)
    specs = [
        _spec(plan, name, convention, index)
        for index, (plan, name) in enumerate(zip(plans, _names(plans), strict=True))
    ]
    content = {
        "title": title(plans),
        "convention": list(CONVENTIONS).index(convention),
        "conventions": [{"name": one.name, "summary": one.summary} for one in CONVENTIONS.values()],
        "bounds": [LOW, HIGH],
        "comparison": comparison(plans, specs),
        "specs": specs,
    }
    found: dict[str, Any] = _exact(rounded(document("report", text(plans[0].spec.name), content)))
    if maps is not None:
        found["specs"][0] |= _learned(maps)
    return found


def title(plans: Sequence[Plan]) -> str:
    """What a report is about: "levit256 at 224x224", or the names of several."""
    if len(plans) == 1:
        return text(heading(plans[0].spec))
    return text(", ".join(plan.spec.name for plan in plans))


def _names(plans: Sequence[Plan]) -> list[str]:
    """What each network is called: a name cut to a line, with a number where another network is called so."""
    given = [clipped(plan.spec.name) for plan in plans]
    found: list[str] = []
    for name in given:
        found.append(name if name not in found else _numbered(name, {*given, *found}))
    return found


def _numbered(name: str, taken: set[str]) -> str:
    """A name with the first number that makes it one that is not taken."""
    candidates = (f"{name} ({number})" for number in itertools.count(2))
    return next(one for one in candidates if one not in taken)


def _learned(maps: Sequence[BiasMap]) -> dict[str, Any]:
    """The bias maps, or where nothing is learned a note that says so."""
    found = biases(maps)
    nothing = "The checkpoint has no attention biases that are not zero, so there are no maps to show."
    return {"biases": found, "weights_note": "" if found else nothing}


def _spec(plan: Plan, name: str, convention: str, index: int) -> dict[str, Any]:
    """Everything about one network."""
    totals = charges([next(walk(plan))])
    return {
        "name": name,
        "image_size": shape(plan.spec.image_size),  # type: ignore[arg-type]
        "source": text(plan.spec.source),
        "notes": [text(note) for note in published_notes(plan)],
        "yaml": to_yaml(fields(plan.spec)),
        "totals": totals,
        "rows": tables(plan),
        "ledgers": ledgers(plan),
        "area": area(plan, totals),
        "balance": balance(plan),
        "memory": memory(plan),
        "graphs": graphs(plan, convention, f"spec{index}"),
        "biases": None,
        "weights_note": "",
    }


def _exact(value: Any) -> Any:
    """The same with ints that a browser would round as text."""
    match value:
        case bool():
            return value
        case int() if abs(value) >= _SAFE:
            return str(value)
        case dict():
            return {key: _exact(item) for key, item in value.items()}
        case list():
            return [_exact(item) for item in value]
        case _:
            return value
