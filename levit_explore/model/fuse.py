"""Folding BatchNorm into the layer beside it, in the weights of a model."""

from collections.abc import Mapping

import torch
from torch import Tensor

from levit_explore.model.build import build
from levit_explore.model.modules import Levit
from levit_explore.plan.fuse import foldable, fuse
from levit_explore.plan.tree import Block, Plan, walk

_EPSILON = 1e-5  # that of torch's BatchNorm


def fuse_model(model: Levit) -> Levit:
    """A copy of `model` with every BatchNorm folded: equal outputs at inference, the same dtype and device."""
    with torch.device("meta"):  # without values of its own
        fused = build(fuse(model.plan), model.layout.name)
    tensors = {name: tensor.clone() for name, tensor in model.state_dict().items()}  # what is not folded is not shared
    fused.load_state_dict(fold(model.plan, tensors), assign=True)
    return fused.train(model.training)


def fold(plan: Plan, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state dict of `fuse(plan)` from that of `plan`; computed in float64, given in the dtype it came in."""
    folded = dict(tensors)
    for step in walk(plan):
        if isinstance(step.node, Block) and (pair := foldable(step.node)):
            layer, norm = (f"{step.path}.{op.name}" for op in pair)
            own = {name: folded.pop(name) for name in tensors if name.startswith((f"{layer}.", f"{norm}."))}
            norm_first = step.node.children[0] is pair[1]
            folded |= {f"{step.path}.{name}": tensor for name, tensor in _fold(own, layer, norm, norm_first).items()}
    return folded


def _fold(tensors: Mapping[str, Tensor], layer: str, norm: str, norm_first: bool) -> dict[str, Tensor]:
    """Weight and bias of the layer that does what `layer` and `norm` do one after the other."""
    weight = tensors[f"{layer}.weight"]
    scale = tensors[f"{norm}.weight"].double() / (tensors[f"{norm}.running_var"].double() + _EPSILON).sqrt()
    shift = tensors[f"{norm}.bias"].double() - tensors[f"{norm}.running_mean"].double() * scale
    if norm_first:  # layer(scale * x + shift)
        bias = tensors[f"{layer}.bias"].double() + weight.double() @ shift
        folded = weight.double() * scale
    else:  # scale * layer(x) + shift
        bias = shift
        folded = weight.double() * scale.view(-1, *[1] * (weight.dim() - 1))
    return {"weight": folded.to(weight.dtype), "bias": bias.to(weight.dtype)}
