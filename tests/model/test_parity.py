"""Built models against timm's and transformers': the same weights give the same numbers."""

from functools import cache
from typing import Any

import numpy as np
import pytest
import timm
import torch
from timm.models.levit import Attention, AttentionDownsample
from torch import Tensor, nn
from transformers import LevitConfig, LevitForImageClassificationWithTeacher

from levit_explore import build, fuse_model, load_spec, plan
from levit_explore.analysis.offsets import offsets
from levit_explore.model.layouts import LayoutName
from levit_explore.model.modules import Levit
from levit_explore.plan.ops import AttentionBias
from levit_explore.spec.fields import ConvStem, Spec
from tests.golden_data import FIVE, TIMM
from tests.model.models import images, outputs, trained, twin

SIDES = (14, 7, 4, 15, 8, 16, 9)  # of the grids of images of 224, 240, 256 and 144 pixels
GRIDS = [(side, side) for side in SIDES] + [(14, 16), (16, 14), (7, 4), (1, 5), (12, 20)]


def timm_model(name: str, kind: str = "levit_", **options: Any) -> nn.Module:
    return timm.create_model(name.replace("levit", kind), **options).eval()


def transformers_model(spec: Spec) -> nn.Module:
    """The model of transformers with this spec's sizes; its downsamples take what the first stage's key_dim gives."""
    assert isinstance(spec.stem, ConvStem)
    config = LevitConfig(
        num_labels=spec.num_classes,
        hidden_sizes=[stage.dim for stage in spec.stages],
        num_attention_heads=[stage.heads for stage in spec.stages],
        depths=[stage.depth for stage in spec.stages],
        key_dim=[stage.key_dim for stage in spec.stages],
    )
    return LevitForImageClassificationWithTeacher(config).eval()


@cache
def built(name: str, layout: LayoutName = "tokens") -> Levit:
    """The model of a bundled spec with random weights, the same in both layouts."""
    return trained(build(plan(load_spec(name)))) if layout == "tokens" else twin(built(name), layout)


@cache
def built_logits(name: str) -> Tensor:
    return outputs(built(name), images(built(name), batch=4))


def close(actual: Tensor, expected: Tensor) -> bool:
    """Whether logits in fp32 differ by at most 1e-6, or where they exceed 1 by that part of the largest of them.

    fp32 keeps 24 bits of a number whatever its size, so rounding grows as the logits do.
    """
    return (actual - expected).abs().max().item() <= 1e-6 * max(1.0, expected.abs().max().item())


@pytest.mark.parametrize("name", TIMM)
def test_timm_s_weights_load_strictly_and_give_exactly_timm_s_logits(name):
    size = 224 if name in FIVE else 112  # the others are so large that 224 pixels take seconds
    theirs = trained(timm_model(name, img_size=size))
    with torch.device("meta"):
        ours = build(plan(load_spec(name, size=str(size)))).eval()
    ours.load_state_dict(theirs.state_dict(), strict=True, assign=True)
    image = images(ours, batch=4)
    assert torch.equal(outputs(ours, image), outputs(theirs, image))


@pytest.mark.parametrize("size", [(224, 256), (256, 160)])
def test_timm_s_logits_are_met_exactly_on_rectangles(size):
    theirs = trained(timm_model("levit128s", img_size=size))
    ours = build(plan(load_spec("levit128s", size=f"{size[0]}x{size[1]}"))).eval()
    ours.load_state_dict(theirs.state_dict())
    assert torch.equal(outputs(ours, images(ours)), outputs(theirs, images(ours)))


def test_training_gives_exactly_timm_s_pair_of_logits():
    theirs = trained(timm_model("levit128s")).train()
    theirs.set_distilled_training()
    ours = build(plan(load_spec("levit128s"))).train()
    ours.load_state_dict(theirs.state_dict())
    pairs = zip(ours(images(ours)), theirs(images(ours)), strict=True)
    assert all(torch.equal(own, other) for own, other in pairs)


def test_weights_stand_in_timm_s_order():
    assert list(built("levit128s").state_dict()) == list(timm_model("levit128s").state_dict())


@pytest.mark.parametrize("name", FIVE)
def test_logits_are_exactly_those_of_transformers(name):
    theirs = transformers_model(load_spec(name))
    by_position = zip(theirs.state_dict(), built(name).state_dict().values(), strict=True)
    theirs.load_state_dict(dict(by_position))
    assert torch.equal(outputs(theirs, images(built(name), batch=4)).logits, built_logits(name))


@pytest.mark.parametrize("name", FIVE)
def test_maps_give_the_logits_of_tokens(name):
    model = built(name, "maps")
    assert close(outputs(model, images(model, batch=4)), built_logits(name))


@pytest.mark.parametrize("name", FIVE)
def test_weights_of_maps_load_into_timm_s_convolutional_models(name):
    theirs = timm_model(name, "levit_conv_")
    theirs.load_state_dict(built(name, "maps").state_dict(), strict=True)
    assert close(outputs(theirs, images(built(name), batch=4)), built_logits(name))


@pytest.mark.parametrize(("name", "layout"), [*((name, "tokens") for name in FIVE), ("levit128s", "maps")])
def test_folding_batchnorm_keeps_the_logits(name, layout):
    model = fuse_model(built(name, layout))
    assert close(outputs(model, images(model, batch=4)), built_logits(name))


@pytest.mark.parametrize("grid", GRIDS)
def test_offsets_of_attention_are_exactly_timm_s(grid):
    theirs = Attention(dim=8, key_dim=4, num_heads=2, resolution=grid)
    ours = offsets(AttentionBias("attention_biases", heads=2, grid=grid))
    assert np.array_equal(ours, theirs.attention_bias_idxs)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("grid", GRIDS)
def test_offsets_of_shrinking_attention_are_exactly_timm_s(grid, stride):
    theirs = AttentionDownsample(in_dim=8, out_dim=8, key_dim=4, num_heads=2, resolution=grid, stride=stride)
    ours = offsets(AttentionBias("attention_biases", heads=2, grid=grid, stride=stride))
    assert np.array_equal(ours, theirs.attention_bias_idxs)


@pytest.mark.parametrize("size", [(224, 224), (240, 240), (256, 256), (144, 144), (224, 256)])
def test_every_block_of_a_model_has_exactly_timm_s_offsets(size):
    ours = build(plan(load_spec("levit128s", size=f"{size[0]}x{size[1]}")))
    assert same(index_buffers(ours), index_buffers(timm_model("levit128s", img_size=size)))


def index_buffers(model: nn.Module) -> dict[str, Tensor]:
    return {name: tensor for name, tensor in model.named_buffers() if name.endswith("attention_bias_idxs")}


def same(ours: dict[str, Tensor], theirs: dict[str, Tensor]) -> bool:
    return ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in theirs)
