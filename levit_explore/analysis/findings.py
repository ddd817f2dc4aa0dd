"""What a designer would want to know about a network: where it is out of balance, odd, or unlike what is published.

A rule is one function and one row of the table. What published models have in common is read off their own specs.
"""

from collections.abc import Callable, Iterator

from levit_explore.analysis.balance_findings import largest_stage, net_balance, stage_balance
from levit_explore.analysis.finding import Finding
from levit_explore.analysis.shape_findings import downsample_heads, grids, unpublished, widths
from levit_explore.plan.tree import Plan

__all__ = ["Finding", "findings"]

_RULES: tuple[Callable[[Plan], Iterator[Finding]], ...] = (
    net_balance,
    stage_balance,
    largest_stage,
    widths,
    downsample_heads,
    grids,
    unpublished,
)


def findings(plan: Plan) -> list[Finding]:
    """All that is found in a network of single sizes, in the order of the rules.

    A finding's `fix` are the edits that would mend it: carried out, that finding is gone.

    >>> from levit_explore import load_spec, plan
    >>> [finding.what for finding in findings(plan(load_spec("levit256", ["stages.1.downsample.heads=6"])))]
    ['6; C // D, dim of the stage before over key_dim, is 8']
    """
    return [finding for rule in _RULES for finding in rule(plan)]
