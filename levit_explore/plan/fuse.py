"""Folding BatchNorm into the layer beside it, as is done for inference."""

from dataclasses import replace

from levit_explore.plan.ops import Conv, Linear, Norm, Normalization
from levit_explore.plan.tree import Block, Plan, transform


def fuse(plan: Plan) -> Plan:
    """The same network with every BatchNorm folded: layers with a bias stand where layer and norm stood.

    A LayerNorm cannot be folded and stays. Folding a folded plan changes nothing.
    """
    return replace(plan, root=transform(plan.root, _folded), fused=True)


def foldable(block: Block) -> tuple[Conv | Linear, Normalization] | None:
    """The layer and the BatchNorm right before or after it that a block consists of; None for any other block."""
    match block.children:
        case (Conv() | Linear() as layer, Normalization() as norm) | (Normalization() as norm, Linear() as layer):
            return None if norm.kind is Norm.LAYER else (layer, norm)
    return None


def _folded(block: Block) -> Block:
    pair = foldable(block)
    return block if pair is None else replace(block, children=(replace(pair[0], name="", bias=True),))
