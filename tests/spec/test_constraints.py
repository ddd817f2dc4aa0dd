"""What fields owe to each other, for one spec and for many at once."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore import SpecError, make_spec
from levit_explore.spec.constraints import broken, feasible
from tests.strategies import specs, variant

STAGE = {"dim": 128, "depth": 2, "heads": 4, "key_dim": 16}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"image_size": 15},
            "image_size is 15 x 15; each side must be at least the stem's stride, 16",
        ),
        (
            {"image_size": [64, 31], "stem": {"kind": "patch", "size": 32}},
            "image_size is 64 x 31; each side must be at least the stem's stride, 32",
        ),
        (
            {"stem": {"kind": "convs", "dims": [32, 64]}},
            "stem.dims ends with 64; the last must be stages[0].dim, which is 128",
        ),
        (
            {"stages": [STAGE | {"dim": 7}]},
            "stages[0].dim is 7; the default stem halves it three times, so it must be at least 8 (or write stem.dims)",
        ),
        (
            {"stages": [STAGE | {"attn_ratio": 0.01}]},
            "stages[0].attn_ratio is 0.01; with key_dim 16 it gives a value dimension of 0, at least 1 is needed",
        ),
        (
            {"stages": [STAGE | {"mlp_ratio": 0.001}]},
            "stages[0].mlp_ratio is 0.001; with dim 128 it gives a hidden dimension of 0; "
            "at least 1 is needed, or exactly 0 for no MLP",
        ),
        (
            {"stages": [STAGE, STAGE | {"key_dim": 256}]},
            "stages[1].downsample.heads is 128 // 256 = 0, the dim of the stage before // key_dim; "
            "it must be a positive integer: write it out, or lower key_dim",
        ),
        (
            {"stages": [STAGE, STAGE | {"downsample": {"attn_ratio": 0.01}}]},
            "stages[1].downsample.attn_ratio is 0.01; with key_dim 16 it gives a value dimension of 0, "
            "at least 1 is needed",
        ),
    ],
)
def test_a_broken_constraint_is_explained(fields, message):
    with pytest.raises(SpecError) as error:
        make_spec({"stages": [STAGE]} | fields)
    assert str(error.value) == f"spec: {message}"


def test_all_broken_constraints_are_listed_at_once():
    with pytest.raises(SpecError) as error:
        make_spec({"image_size": 8, "stages": [STAGE | {"attn_ratio": 0.01}]})
    assert len(error.value.problems) == 2


@given(specs())
def test_a_spec_that_was_made_breaks_nothing(spec):
    assert (broken(spec), feasible(spec).tolist()) == ([], True)


sizes = st.lists(st.integers(1, 40), min_size=5, max_size=5).map(np.array)
ratios = st.lists(st.sampled_from([0.01, 0.1, 0.5, 1.0]), min_size=5, max_size=5).map(np.array)
stage = st.fixed_dictionaries(
    {"dim": sizes, "depth": st.just(1), "heads": sizes, "key_dim": sizes},
    optional={"attn_ratio": ratios, "mlp_ratio": ratios},
)
patch = sizes.map(lambda size: {"stem": {"kind": "patch", "size": size}})
own_dims = sizes.map(lambda dims: {"stem": {"kind": "convs", "dims": [8, dims]}})


@given(stage, stage, sizes, st.just({}) | patch | own_dims)
def test_the_mask_of_many_is_whether_each_can_be_made(first, second, side, stem):
    fields = {"image_size": side, "stages": [first, second]} | stem
    assert feasible(make_spec(fields)).tolist() == [can_be_made(variant(fields, index)) for index in range(5)]


def can_be_made(fields: dict[str, Any]) -> bool:
    try:
        make_spec(fields)
    except SpecError:
        return False
    return True


def test_the_mask_has_the_arrays_shape_even_where_no_constraint_reads_them():
    assert feasible(make_spec({"stages": [STAGE | {"heads": np.array([1, 2, 3])}]})).tolist() == [True] * 3
