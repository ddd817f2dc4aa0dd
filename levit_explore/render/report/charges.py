"""Counts under every convention at once, as the page needs them to switch."""

from collections.abc import Iterable
from typing import Any

from levit_explore.analysis.conventions import CONVENTIONS
from levit_explore.analysis.counts import By, Row, rows
from levit_explore.analysis.ledger import reconcile
from levit_explore.plan.tree import Plan, Step, tally, walk
from levit_explore.sizes import single

Counts = list[int]  # one for each convention, in the order of CONVENTIONS


def charges(steps: Iterable[Step]) -> Counts:
    """What some nodes cost together."""
    works = [tally(step.node) for step in steps]
    return [sum(single(one.total(work)) for work in works) for one in CONVENTIONS.values()]


def shares(counts: Counts, totals: Counts) -> list[float]:
    """Counts as parts of totals, 0 of nothing."""
    return [count / total if total else 0.0 for count, total in zip(counts, totals, strict=True)]


def tables(plan: Plan) -> dict[str, list[dict[str, Any]]]:
    """The rows of `levit_explore.rows` by each of what they may stand for, with FLOPs and share of every convention."""
    totals, costs = charges([Step("", plan.root)]), _costs(plan)
    return {str(by): [_record(row, _cost(row, by, costs), totals) for row in rows(plan, by)] for by in By}


def _record(row: Row, flops: Counts, totals: Counts) -> dict[str, Any]:
    return {
        "path": row.path,
        "role": str(row.role),
        "stage": row.stage,
        "downsample": row.downsample,
        "out": list(row.out),
        "params": row.params,
        "flops": flops,
        "share": shares(flops, totals),
    }


def _costs(plan: Plan) -> dict[str, tuple[Step, Counts]]:
    """Every block and op by its path, with what it costs; a body that is repeated is counted once."""
    counted: dict[int, Counts] = {}
    found: dict[str, tuple[Step, Counts]] = {}
    for step in walk(plan):
        if id(step.node) not in counted:
            counted[id(step.node)] = charges([step])
        found.setdefault(step.path, (step, counted[id(step.node)]))  # an op without a name is all of its block
    return found


def _cost(row: Row, by: By, costs: dict[str, tuple[Step, Counts]]) -> Counts:
    """What a row costs: the part that has its path, or all blocks that it stands for."""
    if by not in (By.ROLE, By.MODEL):
        return costs[row.path][1]
    parts = [cost for step, cost in costs.values() if step.is_block and (by is By.MODEL or step.role is row.role)]
    return [sum(counts) for counts in zip(*parts, strict=True)]


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
