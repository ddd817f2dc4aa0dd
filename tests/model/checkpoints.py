"""Checkpoints of LeViTs in every layout, made from the state dicts of timm and transformers."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from levit_explore import build, load_spec, plan
from levit_explore.model.convert import Weights, written
from levit_explore.model.files import CheckpointFile
from levit_explore.model.key_layout import KeyLayout
from levit_explore.plan.tree import Plan
from tests.model.models import trained
from tests.model.test_parity import timm_model, transformers_model

Tensors = dict[str, Tensor]
PUBLISHED = ("levit", "levit_c", "timm", "timm_conv", "hf")  # layouts of the published models


def weights_of(planned: Plan, seed: int = 0) -> Weights:
    """Random weights for a plan."""
    return Weights(planned, dict(trained(build(planned), seed).state_dict()))


def shapes_of(planned: Plan) -> Weights:
    """Weights for a plan without memory, on the meta device."""
    with torch.device("meta"):
        return Weights(planned, build(planned).state_dict())


def without_index(tensors: Mapping[str, Tensor]) -> Tensors:
    """A state dict as it is where index buffers are not saved."""
    return {key: tensor for key, tensor in tensors.items() if not key.endswith("attention_bias_idxs")}


def without_counts(tensors: Mapping[str, Tensor]) -> Tensors:
    """A state dict as it is where BatchNorm does not count its batches."""
    return {key: tensor for key, tensor in tensors.items() if not key.endswith("num_batches_tracked")}


@cache
def published(name: str, layout: str) -> Tensors:
    """A published model's state dict in a layout, on the meta device but for index buffers."""
    with torch.device("meta"):
        match layout:
            case "timm":
                return timm_model(name).state_dict()
            case "timm_conv":
                return timm_model(name, "levit_conv_").state_dict()
            case "hf":
                return transformers_model(load_spec(name)).state_dict()
    return written(shapes_of(plan(load_spec(name))), KeyLayout(layout))


def held(tensors: Mapping[str, Tensor], config: Mapping[str, Any] | None = None) -> CheckpointFile:
    """A state dict as a file gives it that has been opened."""
    return CheckpointFile(
        path=Path("weights.pth"),
        container="pth",
        weights="",
        choices=("",),
        shapes={key: tuple(tensor.shape) for key, tensor in tensors.items()},
        dtypes={key: tensor.dtype for key, tensor in tensors.items()},
        read=tensors.__getitem__,
        config=config,
    )
