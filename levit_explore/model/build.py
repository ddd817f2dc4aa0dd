"""From a plan to the torch model. Sizes are read off the plan, none is computed here."""

from collections.abc import Callable, Mapping

from torch import nn

from levit_explore.model.layouts import Layout, LayoutName, Maps, Tokens
from levit_explore.model.modules import (
    Attention,
    Head,
    Levit,
    LinearNorm,
    Mlp,
    Named,
    ResidualAdd,
    ShrinkingAttention,
    Stem,
    TokenSubsample,
)
from levit_explore.plan.ops import (
    AttentionBias,
    Average,
    Conv,
    Linear,
    MatMul,
    Nonlinearity,
    Norm,
    Normalization,
    Op,
    Pool,
    PositionEmbedding,
    Residual,
    Scale,
    Softmax,
    Subsample,
)
from levit_explore.plan.tree import Block, Kind, Plan
from levit_explore.plan.work import Work
from levit_explore.sizes import single

_LAYOUTS: dict[LayoutName, Layout] = {"tokens": Tokens(), "maps": Maps()}
_NONLINEARITIES: dict[Work, Callable[[], nn.Module]] = {
    Work.HARDSWISH: nn.Hardswish,
    Work.SILU: nn.SiLU,
    Work.GELU: nn.GELU,
    Work.RELU: nn.ReLU,
}


def build(plan: Plan, layout: LayoutName = "tokens") -> Levit:
    """The torch model of a plan, freshly initialised as in levit.py, with the plan's names for modules.

    `layout` is how tokens lie between blocks: "tokens" (B, N, C) with linear layers, or "maps" (B, C, H, W) with
    1x1 convolutions. Under `torch.device("meta")` it costs no memory.

    >>> from levit_explore import load_spec, plan
    >>> sum(p.numel() for p in build(plan(load_spec("levit128s"))).parameters())
    7777058
    """
    if layout not in _LAYOUTS:
        raise ValueError(f"layout {layout!r} is not known; choose tokens or maps")
    lies = _LAYOUTS[layout]
    return Levit(plan, _children(plan.root, lies), lies)


def _children(block: Block, layout: Layout) -> dict[str, nn.Module]:
    modules = {child.name: _module(child, layout) for child in block.children}
    return {name: module for name, module in modules.items() if module is not None}


def _module(node: Block | Op, layout: Layout) -> nn.Module | None:
    """The module of a node; None for an op that the forward of the block around it writes out."""
    match node:
        case Block():
            return _block(node, layout)
        case Conv():
            kernel, stride = single(node.kernel), single(node.stride)
            channels = single(node.in_channels), single(node.out_channels)
            return nn.Conv2d(*channels, kernel, stride, node.padding, bias=node.bias)
        case Linear(tokens=None):
            return nn.Linear(single(node.in_dim), single(node.out_dim), bias=node.bias)
        case Linear():
            return layout.linear(node)
        case Normalization():
            return _normalization(node, layout)
        case Nonlinearity():
            return _NONLINEARITIES[node.function]()
        case Residual():
            return ResidualAdd(node)
        case Subsample():
            return TokenSubsample(node, layout)
        case MatMul() | Scale() | AttentionBias() | Softmax() | PositionEmbedding() | Pool() | Average():
            return None
        case _:
            raise NotImplementedError(f"no module for {type(node).__name__}")


def _normalization(op: Normalization, layout: Layout) -> nn.Module:
    channels = single(op.channels)
    match op.kind, op.shape:
        case Norm.BATCH_2D, _:
            norm: nn.Module = nn.BatchNorm2d(channels)
        case Norm.BATCH_1D, (_,):
            norm = nn.BatchNorm1d(channels)
        case Norm.LAYER, (_,):
            norm = nn.LayerNorm(channels)
        case _:
            norm = layout.norm(op)
    if op.zero_init:
        nn.init.zeros_(norm.weight)  # type: ignore[arg-type]
    return norm


def _block(block: Block, layout: Layout) -> nn.Module:
    if block.times is not None:
        return nn.Sequential(*(Named(_children(block, layout)) for _ in range(single(block.times))))
    children = _children(block, layout)
    if list(children) == [""]:
        return children[""]  # a layer without a norm beside it
    match block.kind:
        case Kind.ATTENTION:
            return Attention(block, children, layout)
        case Kind.SHRINKING_ATTENTION:
            return ShrinkingAttention(block, children, layout)
        case Kind.LAYER if isinstance(block.children[0], Linear) and isinstance(layout, Tokens):
            return LinearNorm(children)
        case Kind.STEM:
            return Stem(children)
        case Kind.MLP:
            return Mlp(children)
        case Kind.HEAD:
            return _head(children)
        case _:
            return Named(children)


def _head(children: Mapping[str, nn.Module]) -> Head:
    head = Head(children)
    linear = head.get_submodule("linear")
    nn.init.trunc_normal_(linear.weight, std=0.02)  # type: ignore[arg-type]
    nn.init.zeros_(linear.bias)  # type: ignore[arg-type]
    return head
