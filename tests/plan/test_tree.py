"""Walks and folds of the plan, and its paths against timm's."""

from collections import Counter

import pytest
import timm
import torch
from hypothesis import given

from levit_explore import load_spec, params, plan, tally, walk
from levit_explore.plan.ops import Op
from levit_explore.plan.tree import Block, Role, join, transform
from tests.golden_data import TIMM
from tests.strategies import specs


@pytest.mark.parametrize("name", TIMM)
def test_weights_have_timm_s_paths_and_shapes(name):
    with torch.device("meta"):
        model = timm.create_model(name.replace("levit", "levit_"))
    assert weights(plan(load_spec(name))) == {path: tuple(weight.shape) for path, weight in model.named_parameters()}


def weights(model):
    return {
        join(step.path, name): shape
        for step in walk(model)
        if isinstance(step.node, Op)
        for name, shape in step.node.weights.items()
    }


@given(specs())
def test_children_sum_to_their_parent(spec):
    for step in walk(plan(spec)):
        if isinstance(step.node, Block):
            times = 1 if step.node.times is None else step.node.times
            total = sum((Counter(tally(child)) for child in step.node.children), Counter())
            assert Counter(tally(step.node)) == Counter({kind: times * count for kind, count in total.items()})


@given(specs())
def test_unrolled_ops_sum_to_the_whole(spec):
    model = plan(spec)
    total = sum((Counter(step.node.work) for step in walk(model) if isinstance(step.node, Op)), Counter())
    assert +total == +Counter(tally(model.root))


@given(specs())
def test_params_sum_to_the_whole(spec):
    model = plan(spec)
    assert sum(params(step.node) for step in walk(model) if isinstance(step.node, Op)) == params(model)


@given(specs())
def test_weights_of_different_ops_have_different_paths(spec):
    steps = [step for step in walk(plan(spec)) if isinstance(step.node, Op)]
    paths = [join(step.path, name) for step in steps for name in step.node.weights]
    assert len(paths) == len(set(paths))


@given(specs())
def test_no_size_is_negative_or_inexact(spec):
    counts = tally(plan(spec).root)
    assert {kind: count for kind, count in counts.items() if type(count) is not int or count < 0} == {}


@given(specs())
def test_a_transform_that_changes_nothing_gives_the_same_tree(spec):
    root = plan(spec).root
    assert transform(root, lambda block: block) == root


@pytest.mark.parametrize(
    ("path", "role", "stage", "downsample"),
    [
        ("", Role.OTHER, None, False),
        ("stem.conv1.linear", Role.STEM, None, False),
        ("stages", Role.OTHER, None, False),
        ("stages.0", Role.OTHER, 0, False),
        ("stages.0.blocks.1.attn.qkv.linear", Role.ATTENTION, 0, False),
        ("stages.0.blocks.1.mlp", Role.MLP, 0, False),
        ("stages.1.downsample.attn_downsample", Role.ATTENTION, 1, True),
        ("stages.1.downsample.attn_downsample.q.down", Role.ATTENTION, 1, True),
        ("stages.1.downsample.mlp.ln1", Role.MLP, 1, True),
        ("pool", Role.OTHER, None, False),
        ("head_dist", Role.HEAD, None, False),
        ("average", Role.OTHER, None, False),
    ],
)
def test_a_step_knows_its_role_and_stage(path, role, stage, downsample):
    step = next(step for step in walk(plan(load_spec("levit128s"))) if step.path == path)
    assert (step.role, step.stage, step.downsample) == (role, stage, downsample)


def test_a_walk_meets_a_block_before_what_it_holds_and_in_order():
    model = plan(load_spec("levit128s", ["stages=[{dim: 8, depth: 2, heads: 1, key_dim: 4, mlp_ratio: 0}]"]))
    paths = [step.path for step in walk(model) if step.path.startswith("stages") and not isinstance(step.node, Op)]
    assert paths == [
        "stages",
        "stages.0",
        "stages.0.blocks",
        "stages.0.blocks.0.attn",
        "stages.0.blocks.0.attn.qkv",
        "stages.0.blocks.0.attn.proj",
        "stages.0.blocks.0.attn.proj.ln",
        "stages.0.blocks.1.attn",
        "stages.0.blocks.1.attn.qkv",
        "stages.0.blocks.1.attn.proj",
        "stages.0.blocks.1.attn.proj.ln",
    ]


def test_a_child_is_found_by_its_name():
    stem = plan(load_spec("levit128s")).root["stem"]
    assert (stem["conv2"].name, "conv2" in stem, "conv9" in stem) == ("conv2", True, False)
