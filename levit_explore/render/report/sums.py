"""Balance and memory, as the page shows them."""

from typing import Any

from levit_explore.analysis import balance as balances
from levit_explore.analysis.conventions import CONVENTIONS
from levit_explore.analysis.memory import activation_memory, peak_memory
from levit_explore.plan.tree import Plan, params
from levit_explore.render.report.parts import parts
from levit_explore.sizes import single

BYTES = 4  # of an element: float32


def balance(plan: Plan) -> dict[str, list[dict[str, Any]]]:
    """Attention against MLP under both rules: by rule a verdict for each convention."""
    return {
        str(rule): [_verdict(balances.balance(plan, rule, convention=name)) for name in CONVENTIONS]
        for rule in balances.Rule
    }


def _verdict(found: balances.Balance) -> dict[str, Any]:
    return {"balanced": found.balanced, "whole": _sides(found.whole), "parts": [_sides(part) for part in found.parts]}


def _sides(part: balances.Part) -> dict[str, Any]:
    within = part.within(balances.LOW, balances.HIGH)
    return {
        "part": part.part,
        "attention": part.attention,
        "mixing": part.mixing,
        "mlp": part.mlp,
        "ratio": part.ratio,
        "within": within,
    }


def memory(plan: Plan) -> dict[str, Any]:
    """Parameters and activations in bytes of float32, of the whole and by part."""
    weights = single(params(plan))
    return {
        "params": weights,
        "params_bytes": BYTES * weights,
        "activations": single(activation_memory(plan, BYTES)),
        "peak": peak_memory(plan, BYTES),
        "parts": [
            {
                "name": part.name,
                "path": part.step.path,
                "params": single(params(part.step.node)),
                "activations": single(activation_memory(part.step.node, BYTES)),
            }
            for part in parts(plan)
        ],
    }
