"""Costs as one number and as rows, against the official code and against each other."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore import CONVENTIONS, LevitError, flops, fuse, load_spec, make_spec, params, plan, rows
from levit_explore.analysis.counts import By
from levit_explore.plan.tree import Plan, Role
from levit_explore.spec.load import bundled_names
from tests.golden_data import FIVE, OFFICIAL
from tests.strategies import specs

STAGE = {"dim": 16, "depth": 1, "heads": 1, "key_dim": 8}
TWO_STAGES = {"name": "two", "image_size": 32, "num_classes": 10, "stages": [STAGE, STAGE | {"dim": 24}]}


@cache
def planned(name: str) -> Plan:
    return plan(load_spec(name))


@pytest.mark.parametrize("name", FIVE)
def test_flops_are_the_official_counter_s(name):
    assert flops(planned(name)) == OFFICIAL["models"][name]["FLOPS"]


@pytest.mark.parametrize("name", FIVE)
def test_folding_batchnorm_leaves_the_official_flops(name):
    assert flops(fuse(planned(name))) == OFFICIAL["models"][name]["FLOPS"]


@pytest.mark.parametrize("name", FIVE)
def test_roles_divide_flops_as_the_official_blocks_do(name):
    official = OFFICIAL["models"][name]["by_block_kind"]
    assert {row.path: row.flops for row in rows(planned(name), By.ROLE)} == {
        "stem": official["stem"],
        "attention": official["attention"] + official["attention_subsample"],
        "mlp": official["mlp"],
        "other": 0,
        "head": official["head"],
    }


@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize("name", bundled_names())
def test_rows_add_up_to_the_totals(name, by):
    assert_rows_add_up(planned(name), by)


@given(specs(max_stages=2), st.sampled_from(By), st.booleans())
def test_rows_of_any_spec_add_up_to_the_totals(spec, by, fused):
    assert_rows_add_up(fuse(plan(spec)) if fused else plan(spec), by)


def assert_rows_add_up(model: Plan, by: By) -> None:
    for convention in CONVENTIONS:
        found = rows(model, by, convention)
        assert sum(row.flops for row in found) == flops(model, convention)
        assert sum(row.params for row in found) == params(model)
        assert sum(row.share for row in found) == pytest.approx(1)


ATTENTION_AND_MLP = ("attn", "mlp")


def test_blocks_of_levit256_have_the_paths_of_its_state_dict():
    blocks = [[f"blocks.{index}.{part}" for index in range(4) for part in ATTENTION_AND_MLP]] * 3
    shrinking = ["downsample.attn_downsample", "downsample.mlp"]
    stages = [blocks[0], shrinking + blocks[1], shrinking + blocks[2]]
    assert [row.path for row in rows(planned("levit256"))] == [
        "stem",
        *(f"stages.{index}.{path}" for index, paths in enumerate(stages) for path in paths),
        "pool",
        "head",
        "head_dist",
        "average",
    ]


def test_a_block_row_says_its_role_its_stage_and_its_shape():
    found = rows(plan(make_spec(TWO_STAGES | {"position": "embedding"})))
    assert [(row.path, row.role, row.stage, row.downsample, row.out) for row in found] == [
        ("stem", Role.STEM, None, False, (16, 2, 2)),
        ("pos_embed", Role.OTHER, None, False, (4, 16)),
        ("stages.0.blocks.0.attn", Role.ATTENTION, 0, False, (4, 16)),
        ("stages.0.blocks.0.mlp", Role.MLP, 0, False, (4, 16)),
        ("stages.1.downsample.attn_downsample", Role.ATTENTION, 1, True, (1, 24)),
        ("stages.1.downsample.mlp", Role.MLP, 1, True, (1, 24)),
        ("stages.1.blocks.0.attn", Role.ATTENTION, 1, False, (1, 24)),
        ("stages.1.blocks.0.mlp", Role.MLP, 1, False, (1, 24)),
        ("pool", Role.OTHER, None, False, (24,)),
        ("head", Role.HEAD, None, False, (10,)),
        ("head_dist", Role.HEAD, None, False, (10,)),
        ("average", Role.OTHER, None, False, (10,)),
    ]


def test_a_stage_row_holds_its_downsample_and_has_role_other():
    found = rows(plan(make_spec(TWO_STAGES)), By.STAGE)
    assert [(row.path, row.role, row.stage, row.downsample, row.out) for row in found] == [
        ("stem", Role.STEM, None, False, (16, 2, 2)),
        ("stages.0", Role.OTHER, 0, False, (4, 16)),
        ("stages.1", Role.OTHER, 1, False, (1, 24)),
        ("pool", Role.OTHER, None, False, (24,)),
        ("head", Role.HEAD, None, False, (10,)),
        ("head_dist", Role.HEAD, None, False, (10,)),
        ("average", Role.OTHER, None, False, (10,)),
    ]


def test_an_op_row_has_the_role_of_its_block():
    found = rows(plan(make_spec(TWO_STAGES)), By.OP)
    assert [(row.path, row.role, row.out) for row in found if row.path.startswith("stages.0.blocks.0.attn")] == [
        ("stages.0.blocks.0.attn.qkv.linear", Role.ATTENTION, (4, 32)),
        ("stages.0.blocks.0.attn.qkv.bn", Role.ATTENTION, (4, 32)),
        ("stages.0.blocks.0.attn.qk", Role.ATTENTION, (1, 4, 4)),
        ("stages.0.blocks.0.attn.scale", Role.ATTENTION, (1, 4, 4)),
        ("stages.0.blocks.0.attn.attention_biases", Role.ATTENTION, (1, 4, 4)),
        ("stages.0.blocks.0.attn.softmax", Role.ATTENTION, (1, 4, 4)),
        ("stages.0.blocks.0.attn.av", Role.ATTENTION, (1, 4, 16)),
        ("stages.0.blocks.0.attn.proj.act", Role.ATTENTION, (4, 16)),
        ("stages.0.blocks.0.attn.proj.ln.linear", Role.ATTENTION, (4, 16)),
        ("stages.0.blocks.0.attn.proj.ln.bn", Role.ATTENTION, (4, 16)),
        ("stages.0.blocks.0.attn.add", Role.ATTENTION, (4, 16)),
    ]


def test_the_model_is_one_row():
    (row,) = rows(planned("levit256"), By.MODEL)
    assert (row.path, row.role, row.stage, row.downsample, row.out) == ("model", Role.OTHER, None, False, (1000,))


def test_an_unknown_convention_is_explained():
    with pytest.raises(LevitError) as error:
        flops(planned("levit128s"), "fvcor")
    assert str(error.value) == (
        "convention 'fvcor' is not known; choose levit, macs, fvcore, torch, ptflops, ptflops-aten, calflops, "
        "deepspeed, thop or torchinfo; did you mean fvcore?"
    )


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_flops_of_arrays_are_those_of_each_variant(convention):
    dims = [16, 24, 40]
    single = [flops(plan(make_spec({"stages": [STAGE | {"dim": dim}]})), convention) for dim in dims]
    assert flops(plan(make_spec({"stages": [STAGE | {"dim": np.array(dims)}]})), convention).tolist() == single


def test_rows_of_arrays_are_refused():
    with pytest.raises(TypeError) as error:
        rows(plan(make_spec({"stages": [STAGE | {"dim": np.array([16, 24])}]})))
    assert str(error.value) == "a plan of array sizes stands for many networks; plan one of them by itself"
