"""The bundled specs, a row each."""

from collections.abc import Sequence

from levit_explore.analysis.counts import flops
from levit_explore.plan.tree import Plan, params
from levit_explore.render.sheet import Column, Sheet, Table, count, document, shape

_LISTED = (
    Column("name", "name"),
    Column("image_size", "image", shape),
    Column("flops", "FLOPs", count),
    Column("params", "params", count),
    Column("top1", "top-1"),
    Column("source", "source", clip=True),
)


def list_sheet(plans: Sequence[Plan]) -> Sheet:
    """The bundled specs, a row each."""
    records = [
        {
            "name": plan.spec.name,
            "image_size": list(plan.spec.image_size),
            "flops": flops(plan),
            "params": params(plan),
            "top1": plan.spec.published and plan.spec.published.top1,
            "source": plan.spec.source,
        }
        for plan in plans
    ]
    return Sheet(
        title="bundled specs (FLOPs as levit.py counts; top-1 as published)",
        document=document("list", None, {"specs": records}),
        tables=(Table(_LISTED, records),),
    )
