"""Folding BatchNorm into the layer beside it, in the weights of a model."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from levit_explore.model.build import build
from levit_explore.model.modules import Levit
from levit_explore.plan.fuse import foldable, fuse
from levit_explore.plan.tree import Block, Plan, walk

_EPSILON = 1e-5  # that of torch's BatchNorm


def fuse_model(model: Levit) -> Levit:
    """A copy of `model` with every BatchNorm folded: equal outputs at inference, the same dtype and device.

    Raises ValueError where layers of the model were replaced, or its BatchNorms have another epsilon than torch's.
    """
    _check(model)
    with torch.device("meta"):  # without values of its own
        fused = build(fuse(model.plan), model.layout.name)
    tensors = {name: tensor.clone() for name, tensor in model.state_dict().items()}  # what is not folded is not shared
    fused.load_state_dict(fold(model.plan, tensors), assign=True)
    fused.requires_grad_(any(parameter.requires_grad for parameter in model.parameters()))
    return fused.train(model.training)


def _check(model: Levit) -> None:
    norms = (module for module in model.modules() if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d))
    if any(norm.eps != _EPSILON for norm in norms):
        raise ValueError(f"BatchNorm is folded with an epsilon of {_EPSILON}; this model has another")
    with torch.device("meta"):
        names = build(model.plan, model.layout.name).state_dict().keys()
    if changed := sorted(names ^ model.state_dict().keys()):
        raise ValueError(f"the model is not as its plan says, so it cannot be folded; see {changed[0]}")


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
