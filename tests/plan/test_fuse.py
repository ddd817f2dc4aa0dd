"""Folding BatchNorm changes what it should and nothing else."""

import pytest
from hypothesis import given

from levit_explore import fuse, load_spec, params, plan, tally, walk
from levit_explore.plan.ops import Op
from levit_explore.plan.tree import Block, join, out
from levit_explore.plan.work import Work
from tests.golden_data import COUNTERS, FIVE, OFFICIAL
from tests.strategies import specs

MACS = (Work.CONV, Work.LINEAR, Work.QK, Work.AV)
BATCHNORMS = (Work.BATCHNORM_1D, Work.BATCHNORM_2D, Work.BATCHNORM_2D_PARAMS)
CHANGED = (*BATCHNORMS, Work.CONV_BIAS, Work.LINEAR_BIAS, Work.LINEAR_PARAMS)


@pytest.mark.parametrize("name", FIVE)
def test_fused_params_are_the_official_ones(name):
    assert params(fuse(plan(load_spec(name)))) == OFFICIAL["models"][name]["params_fused"]


def test_fused_macs_are_those_that_fvcore_counts():
    work = tally(fuse(plan(load_spec("levit256"))).root)
    assert sum(work[kind] for kind in MACS) == COUNTERS["levit256_more"]["fvcore_fused_bn"]


def test_a_fused_layer_keeps_its_place_and_gains_a_bias():
    root = fuse(plan(load_spec("levit128s"))).root
    conv = root["stem"]["conv1"].children
    assert [(op.name, op.weights) for op in conv] == [("", {"weight": (16, 3, 3, 3), "bias": (16,)})]


def test_fused_weights_stand_at_the_paths_of_their_layers():
    steps = walk(fuse(plan(load_spec("levit128s"))))
    paths = {join(step.path, weight) for step in steps if isinstance(step.node, Op) for weight in step.node.weights}
    assert len(paths) == 115  # 52 layers with weight and bias, and 11 bias tables, as the official fused model has
    assert {"stem.conv1.bias", "stages.1.downsample.attn_downsample.q.ln.weight", "head_dist.bias"} < paths


@given(specs())
def test_fusing_leaves_no_batchnorm(spec):
    assert not set(tally(fuse(plan(spec)).root)) & set(BATCHNORMS)


@given(specs())
def test_fusing_changes_only_norms_and_biases(spec):
    before, after = tally(plan(spec).root), tally(fuse(plan(spec)).root)
    kept = {kind: count for kind, count in before.items() if kind not in CHANGED}
    assert {kind: count for kind, count in after.items() if kind not in CHANGED} == kept


@given(specs())
def test_fusing_keeps_every_shape(spec):
    shapes = {step.path: out(step.node) for step in walk(plan(spec)) if _gives(step.node)}
    fused = {step.path: out(step.node) for step in walk(fuse(plan(spec))) if _gives(step.node)}
    assert fused == shapes


@given(specs())
def test_fusing_twice_is_fusing_once(spec):
    once = fuse(plan(spec))
    assert fuse(once) == once


def test_layernorm_stays():
    model = plan(load_spec("levit128s_a3"))
    assert tally(fuse(model).root)[Work.LAYERNORM] == tally(model.root)[Work.LAYERNORM]


def _gives(node: object) -> bool:
    return isinstance(node, Block) and bool(node.children)
