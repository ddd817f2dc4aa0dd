"""What the modules do with an image: every option of a spec, the tokens, the heads and drop path."""

import math
import re

import pytest
import torch
from hypothesis import given, settings
from torch import Tensor

from levit_explore import build, fuse, load_spec, make_spec, plan
from levit_explore.model.modules import Levit, ResidualAdd, ShrinkingAttention
from levit_explore.plan.ops import Residual
from tests.model.models import LAYOUTS, OPTIONS, SMALL, doubles, images, outputs, small, trained, twin
from tests.strategies import specs

few = settings(deadline=None, max_examples=25)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_every_option_gives_equal_outputs_in_both_layouts(options):
    assert_layouts_agree(doubles(small(**options)))


@few
@given(specs())
def test_random_specs_give_equal_outputs_in_both_layouts(spec):
    assert_layouts_agree(doubles(plan(spec)))


@few
@given(specs())
def test_random_specs_folded_give_equal_outputs_in_both_layouts(spec):
    assert_layouts_agree(doubles(fuse(plan(spec))))


def assert_layouts_agree(model: Levit) -> None:
    tokens, maps = outputs(model, images(model)), outputs(twin(model, "maps"), images(model))
    assert tokens.shape == maps.shape
    torch.testing.assert_close(maps, tokens, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("size", [(225, 225), (232, 232), (200, 312), (16, 17)])
def test_images_of_any_sides_become_tokens_as_the_convolutions_halve_them(size, layout):
    model = build(plan(load_spec("levit128s", size=f"{size[0]}x{size[1]}")), layout).eval()
    shapes = []
    model.stages[0].register_forward_pre_hook(lambda _, args: shapes.append(args[0].shape))
    assert outputs(model, images(model, batch=1)).shape == (1, 1000)
    height, width = (halved(side, times=4) for side in size)
    assert shapes == [(1, height * width, 128) if layout == "tokens" else (1, 128, height, width)]


def halved(side: int, times: int) -> int:
    return halved((side - 1) // 2 + 1, times - 1) if times else side


@pytest.mark.parametrize("shape", [(1, 3, 224, 225), (1, 3, 225, 224), (1, 1, 224, 224), (3, 224, 224)])
def test_an_image_of_another_shape_is_refused(shape):
    model = build(plan(load_spec("levit128s")))
    message = f"the model was built for images of shape (batch, 3, 224, 224), not {shape}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        model(torch.zeros(shape))


def captured(model: Levit, name: str, image: Tensor) -> Tensor:
    """What the module called `name` gives for an image."""
    found: list[Tensor] = []
    hook = model.get_submodule(name).register_forward_hook(lambda *call: found.append(call[2]))
    outputs(model, image)
    hook.remove()
    return found[0]


def test_tokens_are_the_grid_and_no_class_token():
    model = doubles(small())
    assert captured(model, "stages.0", images(model)).shape == (2, 5 * 5, 16)


def test_features_are_the_mean_over_tokens():
    model = doubles(small(num_classes=0))
    assert torch.equal(outputs(model, images(model)), captured(model, "stages", images(model)).mean(1))


def test_without_classes_there_is_no_head():
    model = build(small(num_classes=0))
    assert {name.split(".")[0] for name, _ in model.named_parameters()} == {"stem", "stages"}


def test_inference_averages_the_heads():
    model = doubles(small())
    features = captured(model, "stages", images(model)).mean(1)
    mean = (model.head(features) + model.head_dist(features)) / 2
    assert torch.equal(outputs(model, images(model)), mean)


def test_training_gives_the_outputs_of_both_heads():
    model = doubles(small(num_classes=7)).train()
    assert [head.shape for head in model(images(model))] == [(2, 7), (2, 7)]


@pytest.mark.parametrize("training", [True, False])
def test_one_head_gives_its_output(training):
    model = doubles(small(distillation=False)).train(training)
    assert model(images(model)).shape == (2, 10)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_parameter_gets_a_gradient(layout):
    model = trained(build(small(position="embedding", drop_path=0.1), layout)).train()
    sum(head.square().sum() for head in model(images(model))).backward()
    assert [name for name, tensor in model.named_parameters() if tensor.grad is None] == []


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_position_embedding_is_added_to_the_stem_s_tokens_in_row_major_order(layout):
    model = twin(doubles(small(position="embedding")), layout)
    entered: list[Tensor] = []
    model.stages[0].register_forward_pre_hook(lambda _, args: entered.append(args[0]))
    stem = captured(model, "stem", images(model))
    tokens = stem.flatten(2).transpose(1, 2) + model.pos_embed
    given = entered[0] if layout == "tokens" else entered[0].flatten(2).transpose(1, 2)
    assert torch.equal(given, tokens)


PATCHES = SMALL | {"image_size": 16, "stem": {"kind": "patch", "size": 8}, "stages": SMALL["stages"][:1]}


@pytest.mark.parametrize(("position", "blind"), [("none", True), ("bias", False), ("embedding", False)])
def test_only_a_network_without_position_is_blind_to_the_order_of_patches(position, blind):
    model = doubles(plan(make_spec(PATCHES | {"position": position})))
    image = images(model)
    moved = image.roll(8, dims=2).clone()  # its patches, upper and lower row exchanged
    moved[:, :, :8] = moved[:, :, :8].roll(8, dims=3)
    assert torch.allclose(outputs(model, image), outputs(model, moved), rtol=0, atol=1e-10) is blind


@pytest.mark.parametrize("name", ["stages.0.blocks.0.attn", "stages.0.blocks.0.mlp"])
def test_a_layernorm_stands_before_the_branch_and_not_in_the_residual(name):
    block = doubles(small(norm="layernorm")).get_submodule(name)
    x = torch.randn(2, 25, 16, dtype=torch.float64)
    moved = x + torch.randn(2, 25, 1, dtype=torch.float64)  # a LayerNorm takes a token's mean away
    torch.testing.assert_close(block(moved) - moved, block(x) - x, rtol=1e-10, atol=1e-10)


def test_a_layernorm_stands_before_shrinking_attention():
    block = doubles(small(norm="layernorm")).stages[1].downsample.attn_downsample
    x = torch.randn(2, 25, 16, dtype=torch.float64)
    moved = x + torch.randn(2, 25, 1, dtype=torch.float64)
    torch.testing.assert_close(block(moved), block(x), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("stride", [1, 2, 3, 5, 7])
def test_queries_of_shrinking_attention_are_every_stride_th_row_and_column(stride, layout):
    stages = [SMALL["stages"][0], SMALL["stages"][1] | {"downsample": {"stride": stride}}]
    model = build(small(stages=stages, image_size=[40, 56]), layout)
    subsample = next(block for block in model.modules() if isinstance(block, ShrinkingAttention)).q.down
    maps = torch.arange(5 * 7).view(1, 1, 5, 7)
    kept = subsample(model.layout.enter(maps)).flatten().tolist()
    assert kept == [7 * y + x for y in range(0, 5, stride) for x in range(0, 7, stride)]


def residual(rate: float) -> ResidualAdd:
    return ResidualAdd(Residual("add", (3, 2), rate))


@pytest.fixture
def _seeded():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        yield


@pytest.mark.usefixtures("_seeded")
@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_drop_path_keeps_the_expectation(rate):
    n = 20_000
    branches = residual(rate)(torch.zeros(n, 3, 2), torch.ones(n, 3, 2))
    deviation = math.sqrt(rate / (1 - rate) / n)  # of the mean of a scaled coin
    assert branches.mean().item() == pytest.approx(1, abs=4 * deviation)


@pytest.mark.usefixtures("_seeded")
def test_drop_path_drops_the_branches_of_whole_images():
    branches = residual(0.25)(torch.zeros(200, 3, 2), torch.ones(200, 3, 2))
    by_image = branches[:, 0, 0]
    assert torch.equal(branches, by_image.view(-1, 1, 1).expand(200, 3, 2))
    assert by_image.unique().tolist() == pytest.approx([0, 4 / 3])


@pytest.mark.usefixtures("_seeded")
def test_drop_path_never_touches_the_residual():
    x = torch.randn(50, 3, 2)
    assert torch.equal(residual(0.5)(x, torch.zeros(50, 3, 2)), x)


def test_drop_path_is_off_at_inference():
    x, branch = torch.randn(50, 3, 2), torch.randn(50, 3, 2)
    assert torch.equal(residual(0.9).eval()(x, branch), x + branch)


def test_drop_path_of_a_spec_reaches_every_residual():
    model = build(small(drop_path=0.3))
    assert {block.drop_path for block in model.modules() if isinstance(block, ResidualAdd)} == {0.3}
