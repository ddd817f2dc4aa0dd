"""What a designer would want to know about a network: where it is out of balance, odd, or unlike what is published.

A rule is one function and one row of the table. What published models have in common is read off their own specs.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from levit_explore.analysis.balance_findings import largest_stage, net_balance, stage_balance
from levit_explore.analysis.finding import Case, Finding, Fix, edited
from levit_explore.analysis.network import Network
from levit_explore.analysis.shape_findings import downsample_heads, grids, unpublished, widths
from levit_explore.plan.tree import Plan
from levit_explore.spec.fields import Spec
from levit_explore.spec.rules import Path

__all__ = ["Finding", "findings"]

_RULES: tuple[Callable[[Network], Iterator[Case]], ...] = (  # those that need the plan first; trials begin at the end
    net_balance,
    stage_balance,
    largest_stage,
    grids,
    widths,
    downsample_heads,
    unpublished,
)

_SOUGHT = 250  # findings times stages, up to which mends are looked for; a trial takes time for each stage


def findings(plan: Plan) -> list[Finding]:
    """All that is found in a network of single sizes, in the order of the rules.

    A finding's `fix` are edits that mend it. They are offered only if what is found afterwards is some of the rest of
    what is found now: so mends do not go in circles, in whichever order they are applied.

    >>> from levit_explore import load_spec, plan
    >>> [finding.what for finding in findings(plan(load_spec("levit256", ["stages.1.downsample.heads=6"])))]
    ['6 heads; C // D, the dim of the stage before over key_dim, is 8']
    """
    network = Network(plan.spec)
    cases = [case for rule in _RULES for case in rule(network)]
    found = {case.finding.about for case in cases}
    sought = _SOUGHT // len(plan.spec.stages)
    mended = [
        replace(case.finding, fix=_mend(plan.spec, case, found - {case.finding.about})) for case in cases[:sought]
    ]
    return mended + [replace(case.finding, sought=False) for case in cases[sought:]]


def _mend(spec: Spec, case: Case, rest: set[tuple[str, Path]]) -> Fix:
    """The first fix of a case that leaves only some of the rest of what is found; or none."""
    for fix in case.fixes:
        trial = edited(spec, fix)
        if trial is not None and _within(Network(trial), rest):
            return fix
    return ()


def _within(network: Network, allowed: set[tuple[str, Path]]) -> bool:
    """Whether nothing is found in a network but what is allowed; the rules that cost least are asked first."""
    return all(case.finding.about in allowed for rule in reversed(_RULES) for case in rule(network))
