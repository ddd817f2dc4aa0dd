"""A model is its weights and its mode: no order of loading, casting, moving, copying and switching leaves a trace."""

import copy
import io
import pickle
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from levit_explore import build, fuse, fuse_model
from levit_explore.model.modules import HeadwiseAttention, Levit
from levit_explore.plan.tree import Plan
from tests.model.models import LAYOUTS, doubles, images, outputs, small, trained, twin

PLANS = {"plain": small(), "layernorm": small(norm="layernorm", position="embedding"), "fused": fuse(small())}
STATISTICS = ("running_mean", "running_var", "num_batches_tracked")


def behaves_as_new(model: Levit) -> bool:
    """Whether `model` gives exactly what a newly built model with its weights gives."""
    return torch.equal(outputs(model.eval(), images(model)), outputs(twin(model.eval()), images(model)))


# Any order


def load(model: Levit) -> Levit:
    other = trained(build(model.plan, model.layout.name), seed=2)
    model.load_state_dict(other.state_dict())
    return model


def load_by_assigning(model: Levit) -> Levit:
    model.load_state_dict(trained(twin(model), seed=3).state_dict(), assign=True)
    return model


def forward(model: Levit) -> Levit:
    outputs(model, images(model))
    return model


def reload_through_meta(model: Levit) -> Levit:
    weights = copy.deepcopy(model.state_dict())
    model.to("meta").to_empty(device="cpu").load_state_dict(weights)
    return model


def change_a_bias(model: Levit) -> Levit:
    for block in model.modules():
        if isinstance(block, HeadwiseAttention) and block.bias_op is not None:
            block.attention_biases.data.add_(1).mul_(1.5)
    return model


STEPS: list[Callable[[Levit], Levit]] = [
    load,
    load_by_assigning,
    forward,
    reload_through_meta,
    change_a_bias,
    nn.Module.train,
    nn.Module.eval,
    nn.Module.bfloat16,
    nn.Module.double,
    nn.Module.float,
    copy.deepcopy,
]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("planned", PLANS.values(), ids=PLANS)
@settings(deadline=None, max_examples=12)
@given(steps=st.lists(st.sampled_from(STEPS), max_size=8))
def test_after_any_steps_a_model_behaves_as_a_new_one_with_its_weights(planned, layout, steps):
    model = forward(trained(build(planned, layout)))
    for step in steps:
        model = step(model)
    assert behaves_as_new(model)


@pytest.mark.parametrize("cast", [nn.Module.float, nn.Module.half, nn.Module.bfloat16])
def test_loading_after_inference_and_a_cast_replaces_the_biases(cast):
    model = cast(forward(trained(build(small()))))
    forward(model).load_state_dict(trained(build(small()), seed=2).state_dict())
    assert behaves_as_new(model)


def test_casting_every_tensor_leaves_the_offsets_integers():
    assert behaves_as_new(trained(build(small())).type(torch.float64))


@pytest.mark.parametrize("switch", [nn.Module.train, nn.Module.eval])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_train_and_eval_give_the_module_itself(layout, switch):
    model = build(small(), layout)
    assert all(switch(module) is module for module in model.modules())


# Devices without memory


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("planned", PLANS.values(), ids=PLANS)
@pytest.mark.parametrize("assign", [False, True])
def test_a_model_built_on_the_meta_device_can_be_loaded(planned, layout, assign):
    source = trained(build(planned, layout))
    with torch.device("meta"):
        model = build(planned, layout).eval()
    if not assign:
        model.to_empty(device="cpu")
    model.load_state_dict(source.state_dict(), assign=assign)
    assert torch.equal(outputs(model, images(source)), outputs(source, images(source)))


def test_an_emptied_model_can_be_loaded():
    source = trained(build(small()))
    model = build(small()).eval().to_empty(device="cpu")
    model.load_state_dict(source.state_dict())
    assert torch.equal(outputs(model, images(source)), outputs(source, images(source)))


def test_a_model_runs_on_the_meta_device():
    assert outputs(build(small()).to("meta").eval(), torch.empty(2, 3, 40, 40, device="meta")).shape == (2, 10)


# Copies and files


@pytest.mark.parametrize("planned", PLANS.values(), ids=PLANS)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_is_a_model_of_its_own_with_the_same_outputs(planned, layout, copied):
    model = trained(build(planned, layout))
    other, expected = copied(model), outputs(model, images(model))
    trained(model, seed=2)
    assert torch.equal(outputs(other, images(model)), expected)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_weights_come_back_from_a_file_that_may_hold_tensors_only(layout):
    model, file = trained(build(small(), layout)), io.BytesIO()
    torch.save(model.state_dict(), file)
    file.seek(0)
    back = build(small(), layout).eval()
    back.load_state_dict(torch.load(file, weights_only=True))
    assert torch.equal(outputs(back, images(model)), outputs(model, images(model)))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("planned", PLANS.values(), ids=PLANS)
def test_a_state_dict_holds_weights_and_statistics_alone(planned, layout):
    model = build(planned, layout)
    weights = {name for name in model.state_dict() if not name.endswith(STATISTICS)}
    assert weights == {name for name, _ in model.named_parameters()}


# Folding


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("options", [{}, {"norm": "layernorm"}, {"distillation": False, "num_classes": 3}], ids=str)
def test_folding_keeps_the_outputs(options, layout):
    model = twin(doubles(small(**options)), layout)
    expected = outputs(model, images(model))
    torch.testing.assert_close(outputs(fuse_model(model), images(model)), expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_folding_gives_the_model_of_the_folded_plan(layout):
    folded = fuse_model(build(small(), layout))
    assert (folded.plan, folded.layout.name) == (fuse(small()), layout)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16])
def test_folding_keeps_the_dtype(dtype):
    folded = fuse_model(build(small()).to(dtype))
    assert {tensor.dtype for tensor in folded.parameters()} == {dtype}


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_folding_keeps_the_device(device):
    folded = fuse_model(build(small()).to(device))
    assert {tensor.device.type for tensor in [*folded.parameters(), *folded.buffers()]} == {device}


@pytest.mark.parametrize("training", [True, False])
def test_folding_keeps_the_mode(training):
    folded = fuse_model(build(small()).train(training))
    assert {module.training for module in folded.modules()} == {training}


@pytest.mark.parametrize("planned", PLANS.values(), ids=PLANS)
def test_a_folded_model_shares_nothing_with_the_original(planned):
    model = trained(build(planned))
    before = copy.deepcopy(model.state_dict())
    trained(fuse_model(model), seed=2)
    assert before.keys() == model.state_dict().keys()
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())


def test_folding_twice_is_folding_once():
    once = fuse_model(trained(build(small())))
    assert torch.equal(outputs(fuse_model(once), images(once)), outputs(once, images(once)))


# Precision, memory formats and compilers


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("planned", PLANS.values(), ids=PLANS)
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_gives_nearly_the_same_outputs(planned, layout, dtype):
    assert_nearly_as_in_doubles(planned, layout, lambda model, image: model.to(dtype)(image.to(dtype)), dtype)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_autocast_gives_nearly_the_same_outputs(layout):
    assert_nearly_as_in_doubles(small(), layout, autocast, torch.bfloat16)


def autocast(model: Levit, image: Tensor) -> Tensor:
    with torch.autocast("cpu", torch.bfloat16):
        output: Tensor = model(image)
    return output


def assert_nearly_as_in_doubles(planned: Plan, layout: Any, run: Callable[..., Tensor], dtype: torch.dtype) -> None:
    model = trained(build(planned, layout))
    expected = outputs(copy.deepcopy(model).double(), images(model).double())
    actual = run(model, images(model)).double()
    within = 8 * torch.finfo(dtype).eps * expected.abs().max().item()  # 8: rounding adds up over the blocks
    torch.testing.assert_close(actual, expected, rtol=0, atol=within)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("planned", PLANS.values(), ids=PLANS)
def test_channels_last_gives_the_same_outputs(planned, layout):
    model = twin(doubles(planned), layout)
    expected = outputs(model, images(model))
    actual = outputs(model.to(memory_format=torch.channels_last), images(model).to(memory_format=torch.channels_last))
    torch.testing.assert_close(actual, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.filterwarnings("ignore:`torch.jit.trace:FutureWarning")  # deprecated, and still what many exporters use
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_trace_gives_the_same_outputs_for_batches_of_any_size(layout):
    model = trained(build(small(), layout))
    traced, image = torch.jit.trace(model, images(model)), images(model, batch=3)
    assert torch.equal(outputs(traced, image), outputs(model, image))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_export_gives_the_same_outputs_for_batches_of_any_size(layout):
    model = trained(build(small(), layout))
    any_batch = {"image": {0: torch.export.Dim("batch")}}
    exported = torch.export.export(model, (images(model),), dynamic_shapes=any_batch).module()
    image = images(model, batch=3)
    assert torch.equal(outputs(exported, image), outputs(model, image))


def test_a_model_compiles_as_one_graph():
    model = trained(build(small()))
    compiled = torch.compile(model, backend="eager", fullgraph=True)
    assert torch.equal(outputs(compiled, images(model, seed=2)), outputs(model, images(model, seed=2)))


def test_a_model_with_another_epsilon_is_not_folded():
    model = trained(build(small()))
    model.stem.conv1.bn.eps = 1e-3
    with pytest.raises(ValueError, match=r"^BatchNorm is folded with an epsilon of 1e-05; this model has another$"):
        fuse_model(model)


def test_a_model_with_a_replaced_head_is_not_folded():
    model = trained(build(small()))
    model.head = torch.nn.Linear(24, 5)
    with pytest.raises(ValueError, match=r"^the model is not as its plan says, so it cannot be folded; see head\."):
        fuse_model(model)


def test_a_frozen_model_stays_frozen_when_folded():
    model = trained(build(small())).requires_grad_(False)
    assert not any(parameter.requires_grad for parameter in fuse_model(model).parameters())


@pytest.mark.parametrize("layout", ["tokens", "maps"])
def test_a_batch_of_no_images_gives_no_outputs(layout):
    model = build(small(), layout).eval()
    assert model(torch.zeros(0, *model.image_shape)).shape[0] == 0


def test_a_model_on_meta_keeps_no_offsets():
    with torch.device("meta"):
        model = build(small())
    assert all(buffer.is_meta for buffer in model.buffers())


def test_another_layout_is_refused():
    with pytest.raises(ValueError, match=r"^layout 'conv' is not known; choose tokens or maps$"):
        build(small(), "conv")
