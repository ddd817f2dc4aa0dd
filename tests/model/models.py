"""Small models, weights and images to test on."""

from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from levit_explore import build, make_spec, plan
from levit_explore.model.layouts import LayoutName
from levit_explore.model.modules import Levit
from levit_explore.plan.tree import Plan

Model = TypeVar("Model", bound=nn.Module)

LAYOUTS: tuple[LayoutName, ...] = ("tokens", "maps")
SMALL: dict[str, Any] = {  # a model of every kind of block, quick to run
    "image_size": 40,
    "num_classes": 10,
    "stem": {"kind": "convs", "dims": [4, 8, 16]},
    "stages": [
        {"dim": 16, "depth": 2, "heads": 2, "key_dim": 4},
        {"dim": 24, "depth": 1, "heads": 3, "key_dim": 4},
    ],
}
OPTIONS: list[dict[str, Any]] = [  # changes to it that between them use every option of a spec
    {"position": "embedding"},
    {"position": "none"},
    {"norm": "layernorm"},
    {"norm": "layernorm", "position": "embedding"},
    {"stem": {"kind": "patch", "size": 8}},
    {"stem": {"kind": "convs", "dims": [16]}},
    {"attention_activation": "none"},
    {"attention_activation": "gelu"},
    {"activation": "silu"},
    {"activation": "gelu"},
    {"activation": "relu"},
    {"in_channels": 1},
    {"distillation": False},
    {"num_classes": 0},
]


def small(**options: Any) -> Plan:
    """The plan of the small model with these fields of its spec changed."""
    return plan(make_spec(SMALL | options))


def trained(model: Model, seed: int = 0) -> Model:
    """`model` in eval mode with random weights such as training leaves: no norm is the identity, no branch is 0.

    Attention biases have a standard deviation of 5, so that a bias in the wrong place shows.
    """
    random = torch.Generator().manual_seed(seed)
    for name, tensor in model.state_dict().items():
        match name.rsplit(".", 1)[-1], tensor.dim():
            case "num_batches_tracked", _:
                pass
            case ("running_var", _) | ("weight", 1):  # 1: of a norm
                tensor.uniform_(0.5, 1.5, generator=random)
            case "weight", _:  # (out, in) or (out, in, height, width)
                spread = 0.02 if name.startswith("head") else (3 * tensor[0].numel()) ** -0.5  # as layers start with
                tensor.normal_(0, spread, generator=random)
            case "attention_biases", _:
                tensor.normal_(0, 5, generator=random)
            case _:
                tensor.normal_(0, 0.1, generator=random)
    return model.eval()


def twin(model: Levit, layout: LayoutName | None = None) -> Levit:
    """A newly built model in the mode of `model` and with its weights; `layout` says if tokens are to lie otherwise."""
    fresh = build(model.plan, layout or model.layout.name).to(next(model.parameters()).dtype)
    own = fresh.state_dict()
    fresh.load_state_dict({name: tensor.view_as(own[name]) for name, tensor in model.state_dict().items()})
    return fresh.train(model.training)


def doubles(planned: Plan) -> Levit:
    """A model with random weights in float64, in which rounding hides nothing."""
    return trained(build(planned).double())


def outputs(model: nn.Module, image: Tensor) -> Any:
    """What `model` gives for images, without gradients."""
    with torch.no_grad():
        return model(image)


def images(model: Levit, batch: int = 2, seed: int = 1) -> Tensor:
    """Random images of the model's shape and dtype, the same for the same seed."""
    random = torch.Generator().manual_seed(seed)
    return torch.randn(batch, *model.image_shape, generator=random).to(next(model.parameters()).dtype)
