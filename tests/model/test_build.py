"""What build makes of a plan: its names, its weights and the values that they start with."""

import dataclasses

import numpy as np
import pytest
import timm
import torch
from hypothesis import given, settings
from torch import Tensor, nn

from levit_explore import build, load_spec, make_spec, params, plan, walk
from levit_explore.model.modules import Attention, Mlp
from levit_explore.plan.ops import Nonlinearity, Normalization, Op, Residual, Subsample
from levit_explore.plan.tree import Plan, join
from levit_explore.spec.load import bundled_names
from tests.model.models import LAYOUTS, SMALL, small
from tests.strategies import specs

few = settings(deadline=None, max_examples=25)


def weights(planned: Plan) -> dict[str, tuple[int, ...]]:
    ops = [step for step in walk(planned) if isinstance(step.node, Op)]
    return {join(step.path, name): shape for step in ops for name, shape in step.node.weights.items()}


@pytest.mark.parametrize("layout", LAYOUTS)
@few
@given(spec=specs())
def test_parameters_have_the_names_and_shapes_of_the_plan_s_weights(layout, spec):
    planned = plan(spec)
    with torch.device("meta"):
        model = build(planned, layout)
    shapes = weights(planned)
    built = {name: tuple(tensor.shape) for name, tensor in model.named_parameters()}
    assert built.keys() == shapes.keys()
    assert all(built[name] in (shape, (*shape, 1, 1)) for name, shape in shapes.items())


@pytest.mark.parametrize("layout", LAYOUTS)
@few
@given(spec=specs())
def test_the_plan_counts_the_parameters(layout, spec):
    with torch.device("meta"):
        model = build(plan(spec), layout)
    assert sum(tensor.numel() for tensor in model.parameters()) == params(plan(spec))


@few
@given(specs())
def test_every_layer_activation_and_residual_is_a_module_of_its_path(spec):
    planned = plan(spec)
    with torch.device("meta"):
        modules = dict(build(planned).named_modules())
    steps = {step.path: step.node for step in walk(planned) if isinstance(step.node, Op)}
    kept = (Normalization, Nonlinearity, Residual, Subsample)
    expected = {path for path, op in steps.items() if isinstance(op, kept) or "weight" in op.weights}
    leaves = {path for path, module in modules.items() if not list(module.children())}
    identities = {path for path, module in modules.items() if isinstance(module, nn.Identity)}
    empty = {path for path, module in modules.items() if type(module) is nn.Sequential}  # stages of depth 0
    assert leaves - identities - empty == expected


@few
@given(specs())
def test_blocks_are_modules_of_their_paths(spec):
    planned = plan(spec)
    with torch.device("meta"):
        modules = dict(build(planned).named_modules())
    assert {step.path for step in walk(planned) if not isinstance(step.node, Op)} <= modules.keys()


def test_maps_have_convolutions_for_token_layers_and_linear_heads():
    shapes = {name: tuple(tensor.shape) for name, tensor in build(small(), "maps").named_parameters()}
    assert shapes["stages.0.blocks.0.attn.qkv.linear.weight"] == (32, 16, 1, 1)
    assert shapes["head.linear.weight"] == (10, 24)


def concrete_ops(kind: type[Op] = Op) -> list[type[Op]]:
    """The kinds of op that plans are made of."""
    below = [found for child in kind.__subclasses__() for found in concrete_ops(child)]
    own = [kind] if not kind.__abstractmethods__ and kind.__module__ == "levit_explore.plan.ops" else []
    return own + below


@pytest.mark.parametrize("kind", concrete_ops())
def test_every_kind_of_op_can_be_built(kind):
    plans = (plan(load_spec(name)) for name in bundled_names())
    holder = next(holder for holder in plans if any(type(step.node) is kind for step in walk(holder)))
    with torch.device("meta"):
        build(holder)  # raises NotImplementedError for an op without a case


def test_an_op_without_a_case_is_refused():
    class Strange(Op):
        out, work = (), {}

    planned = small()
    root = dataclasses.replace(planned.root, children=(*planned.root.children, Strange("strange")))
    with pytest.raises(NotImplementedError, match="no module for Strange"):
        build(dataclasses.replace(planned, root=root))


@pytest.mark.parametrize("field", ["image_size", "in_channels", "num_classes"])
def test_a_plan_of_arrays_is_refused(field):
    with pytest.raises(TypeError, match="a plan of array sizes stands for many networks; plan one of them by itself"):
        build(plan(make_spec(SMALL | {field: np.array([40, 48])})))


def norms(model: nn.Module) -> dict[str, Tensor]:
    return {name: tensor for name, tensor in model.state_dict().items() if ".bn." in name}


@pytest.mark.parametrize(("layout", "kind"), [("tokens", "levit_128s"), ("maps", "levit_conv_128s")])
def test_norms_start_as_timm_s_do(layout, kind):
    ours, theirs = norms(build(plan(load_spec("levit128s")), layout)), norms(timm.create_model(kind))
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_fresh_residual_block_is_the_identity(layout):
    model = build(small(), layout).eval()
    x = model.layout.enter(torch.randn(2, 16, 5, 5))
    blocks = [block for block in model.stages[0].blocks.modules() if isinstance(block, Attention | Mlp)]
    assert len(blocks) == 4
    assert all(torch.equal(block(x), x) for block in blocks)


def test_the_mlp_of_a_fresh_downsample_is_the_identity():
    x = torch.randn(2, 9, 24)
    assert torch.equal(build(small()).eval().stages[1].downsample.mlp(x), x)


def test_fresh_shrinking_attention_is_not_zero():
    model = build(small()).eval()
    assert model.stages[1].downsample.attn_downsample(torch.randn(2, 25, 16)).std() > 0.01


@pytest.mark.parametrize("name", ["head", "head_dist"])
def test_heads_start_with_a_spread_of_a_fiftieth_and_no_bias(name):
    linear = build(plan(load_spec("levit128s"))).get_submodule(name).linear
    assert linear.weight.std().item() == pytest.approx(0.02, rel=0.01)
    assert not linear.bias.any()


def test_attention_biases_start_at_zero():
    model = build(small())
    assert not any(tensor.any() for name, tensor in model.named_parameters() if name.endswith("attention_biases"))


def test_a_position_embedding_starts_with_a_spread_of_a_fiftieth():
    model = build(plan(load_spec("levit128s_a5")))
    assert model.pos_embed.std().item() == pytest.approx(0.02, rel=0.02)


def test_weight_decay_spares_what_it_spares_in_timm():
    assert build(plan(load_spec("levit128s"))).no_weight_decay() == timm.create_model("levit_128s").no_weight_decay()


def test_weight_decay_spares_the_position_embedding():
    assert build(small(position="embedding")).no_weight_decay() == {"pos_embed"}
