"""What tells a part of a network from others of its kind, in the field's terms: heads, key_dim, channels."""

from typing import Any

from levit_explore.plan.ops import (
    AttentionBias,
    Average,
    Conv,
    Linear,
    MatMul,
    Nonlinearity,
    Normalization,
    Op,
    Pool,
    PositionEmbedding,
    Residual,
    Scale,
    Softmax,
    Subsample,
)
from levit_explore.plan.tree import ROLES, Block, Kind, Node, out
from levit_explore.plan.work import Work
from levit_explore.sizes import elements

Traits = dict[str, Any]

_OPS: dict[type[Op], str] = {
    Conv: "conv",
    Linear: "linear",
    Scale: "scale",
    Softmax: "softmax",
    Residual: "add",
    PositionEmbedding: "position embedding",
    AttentionBias: "attention bias",
    Subsample: "subsample",
    Pool: "pool",
    Average: "average",
}
_PRODUCTS = {Work.QK: "q.k", Work.AV: "attention.v"}


def kind(node: Node) -> str:
    """What a node is, in a word or two: "attention", "shrinking attention", "linear", "hardswish"."""
    match node:
        case Block(times=times):
            return node.kind.replace("_", " ") if times is None else "blocks"
        case MatMul():
            return _PRODUCTS[node.kind]
        case Nonlinearity():
            return node.function.value
        case Normalization():
            return node.kind.value.split("_")[0]
        case _:
            return _OPS[type(node)]


def traits(node: Node) -> Traits:
    """The sizes that describe a node, by the names that a spec or torch gives them; none for most ops.

    >>> from levit_explore import load_spec, plan
    >>> traits(plan(load_spec("levit256")).root["stages"]["0"]["blocks"])
    {'depth': 4, 'dim': 256, 'heads': 4, 'key_dim': 32, 'value_dim': 64, 'hidden': 512}
    """
    match node:
        case Block():
            return _block(node)
        case Conv():
            channels = f"{node.in_channels} to {node.out_channels}"
            return {"channels": channels, "kernel": node.kernel, "stride": node.stride}
        case Linear():
            return {"channels": f"{node.in_dim} to {node.out_dim}"}
        case AttentionBias():
            return {"heads": node.heads, "offsets": elements(node.grid)}
        case Subsample():
            return {"stride": node.stride}
        case _:
            return {}


def _block(block: Block) -> Traits:
    """What describes a block: its own sizes, and those of the attention and the MLP in it."""
    dim = {"dim": out(block)[-1]}
    match block.kind:
        case Kind.ATTENTION:
            return dim | _mixing(block)
        case Kind.SHRINKING_ATTENTION:
            queries = block["q"]
            assert isinstance(queries, Block)
            return dim | _mixing(block) | traits(queries["down"])
        case Kind.MLP:
            return dim | {"hidden": out(block["ln1"])[-1]}
        case Kind.STEM:
            return {"dims": ", ".join(str(out(layer)[0]) for layer in block.children if isinstance(layer, Block))}
        case Kind.HEAD:
            return {"classes": out(block)[-1]}
        case _:
            inner = [traits(child) for child in block.children if isinstance(child, Block) and child.kind in ROLES]
            depth = {} if block.times is None else {"depth": block.times}
            return depth | {name: size for found in inner for name, size in found.items()}


def _mixing(attention: Block) -> Traits:
    """The heads of an attention, and the channels of each of them."""
    qk, av = attention["qk"], attention["av"]
    assert isinstance(qk, MatMul)
    assert isinstance(av, MatMul)
    return {"heads": qk.heads, "key_dim": qk.inner, "value_dim": av.columns}
