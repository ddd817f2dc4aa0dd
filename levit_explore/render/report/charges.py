"""Counts under every convention at once, as the page needs them to switch."""

from collections.abc import Iterable
from typing import Any

from levit_explore.analysis.conventions import CONVENTIONS
from levit_explore.analysis.counts import By, rows
from levit_explore.analysis.ledger import reconcile
from levit_explore.plan.tree import Plan, Step, tally
from levit_explore.sizes import single

Counts = list[int]  # one for each convention, in the order of CONVENTIONS


def charges(steps: Iterable[Step]) -> Counts:
    """What some nodes cost together."""
    works = [tally(step.node) for step in steps]
    return [sum(single(one.total(work)) for work in works) for one in CONVENTIONS.values()]


def shares(counts: Counts, totals: Counts) -> list[float]:
    """Counts as parts of totals, 0 of nothing."""
    return [count / total if total else 0.0 for count, total in zip(counts, totals, strict=True)]


def table(plan: Plan, by: By) -> list[dict[str, Any]]:
    """The rows of `levit_explore.rows`, with FLOPs and share under every convention in one record."""
    counted = [rows(plan, by, name) for name in CONVENTIONS]
    return [
        {
            "path": row.path,
            "role": str(row.role),
            "stage": row.stage,
            "downsample": row.downsample,
            "out": list(row.out),
            "params": row.params,
            "flops": [one.flops for one in alike],
            "share": [one.share for one in alike],
        }
        for row, *others in zip(*counted, strict=True)
        for alike in [(row, *others)]
    ]


def ledgers(plan: Plan) -> list[list[list[dict[str, Any]]]]:
    """The terms that lead from one convention's total to another's: [from][to], in the order of CONVENTIONS."""
    names = list(CONVENTIONS)
    found = []
    for base in names:
        terms = {
            ledger.convention.name: [
                {"work": str(term.work), "count": term.count, "weight": term.weight, "flops": term.flops}
                for term in ledger.terms
            ]
            for ledger in reconcile(plan, base)
        }
        found.append([terms[name] for name in names])
    return found
