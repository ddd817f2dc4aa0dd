"""What the picture of areas shows: parts side by side, each as wide as its FLOPs and split by role."""

from typing import Any

from levit_explore.plan.tree import Plan, Role
from levit_explore.render.report.charges import Counts, charges, shares
from levit_explore.render.report.parts import Part, parts


def area(plan: Plan, totals: Counts) -> list[dict[str, Any]]:
    """The parts that do any work, with what they cost, their halves by role, and the paths of their blocks."""
    found = [_part(part, totals) for part in parts(plan)]
    return [part for part in found if any(part["flops"])]


def _part(part: Part, totals: Counts) -> dict[str, Any]:
    flops = charges([part.step])
    return {
        "name": part.name,
        "path": part.step.path,
        "flops": flops,
        "share": shares(flops, totals),
        "halves": [_half(role, charges(blocks), totals, flops) for role, blocks in part.roles.items()],
        "blocks": [block.path for block in part.blocks],
    }


def _half(role: Role, flops: Counts, totals: Counts, whole: Counts) -> dict[str, Any]:
    """What the blocks of one role cost in a part: `share` of the network, `of_part` of the part."""
    return {"role": str(role), "flops": flops, "share": shares(flops, totals), "of_part": shares(flops, whole)}
