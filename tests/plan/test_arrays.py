"""A plan of arrays is the plans of its variants, element by element."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from levit_explore import SpecError, make_spec, params, plan, tally
from levit_explore.plan.tree import out
from levit_explore.spec.constraints import feasible
from levit_explore.spec.fields import Activation, NormKind, Position
from levit_explore.spec.write import fields
from tests.strategies import RATIOS, specs, variant

VARIANTS = 4
STAGE = {"dim": 128, "depth": 2, "heads": 4, "key_dim": 16}


def many(low: int, high: int) -> st.SearchStrategy[np.ndarray]:
    """That many integers, in any integer type that holds them."""
    types = [kind for kind in ("u1", "i2", "u2", "i4", "i8", "u8") if np.iinfo(kind).max >= high]
    values = st.lists(st.integers(low, high), min_size=VARIANTS, max_size=VARIANTS)
    return st.builds(np.array, values, st.sampled_from(types))


many_ratios = st.lists(RATIOS, min_size=VARIANTS, max_size=VARIANTS).map(lambda values: np.array(values, float))


@st.composite
def array_fields(draw: st.DrawFn) -> dict[str, Any]:
    """The fields of a spec in which every size is an array."""
    stages = [draw(_stage(first=index == 0)) for index in range(draw(st.integers(1, 3)))]
    dim = stages[0]["dim"]
    stem = draw(
        st.none()
        | st.lists(many(1, 64), max_size=2).map(lambda dims: {"kind": "convs", "dims": [*dims, dim]})
        | st.fixed_dictionaries({"kind": st.just("patch"), "size": many(1, 16)})
    )
    return {
        "image_size": [draw(many(16, 250)), draw(many(16, 250))],
        "in_channels": draw(many(1, 4)),
        "num_classes": draw(many(1, 200)),
        "distillation": draw(st.booleans()),
        "activation": draw(st.sampled_from(list(Activation))).value,
        "position": draw(st.sampled_from(list(Position))).value,
        "norm": draw(st.sampled_from(list(NormKind))).value,
        "stages": stages,
    } | ({"stem": stem} if stem else {})


@st.composite
def _stage(draw: st.DrawFn, first: bool) -> dict[str, Any]:
    stage = {
        "dim": draw(many(16, 250)),
        "depth": draw(many(0, 5)),
        "heads": draw(many(1, 12)),
        "key_dim": draw(many(4, 16)),
        "attn_ratio": draw(many_ratios),
        "mlp_ratio": draw(st.just(0) | many_ratios),
    }
    downsample = {
        "attn_ratio": draw(many_ratios),
        "mlp_ratio": draw(st.just(0) | many_ratios),
        "stride": draw(many(1, 4)),
    } | draw(st.fixed_dictionaries({}, optional={"heads": many(1, 12), "key_dim": many(4, 16)}))
    return stage if first else stage | {"downsample": downsample}


@settings(max_examples=30)
@given(array_fields())
def test_work_of_an_array_plan_is_that_of_each_variant(given_fields):
    work = tally(plan(make_spec(given_fields)).root)
    for index in range(VARIANTS):
        single = tally(plan(make_spec(variant(given_fields, index))).root)
        assert {kind: int(np.broadcast_to(count, VARIANTS)[index]) for kind, count in work.items()} == single


@settings(max_examples=30)
@given(array_fields())
def test_params_of_an_array_plan_are_those_of_each_variant(given_fields):
    counts = np.broadcast_to(params(plan(make_spec(given_fields))), VARIANTS)
    assert counts.tolist() == [params(plan(make_spec(variant(given_fields, index)))) for index in range(VARIANTS)]


@settings(max_examples=30)
@given(array_fields())
def test_stages_of_an_array_plan_end_in_the_shapes_of_each_variant(given_fields):
    shapes = [out(stage) for stage in plan(make_spec(given_fields)).root["stages"].children]
    for index in range(VARIANTS):
        single = plan(make_spec(variant(given_fields, index)))
        found = [tuple(int(np.broadcast_to(size, VARIANTS)[index]) for size in shape) for shape in shapes]
        assert found == [out(stage) for stage in single.root["stages"].children]


@given(specs())
def test_arrays_of_one_element_count_as_single_sizes_do(spec):
    single = fields(spec)
    arrays = single | {"stages": [{key: arrayed(value) for key, value in stage.items()} for stage in single["stages"]]}
    assert params(plan(make_spec(arrays))) == params(plan(spec))


def arrayed(value: Any) -> Any:
    """Sizes as arrays; a ratio of 0 is a choice, not a size."""
    return value if isinstance(value, dict) or value == 0 else np.array([value])


@pytest.mark.parametrize("kind", ["u1", "i1", "i2", "u2", "i4", "u4", "u8"])
def test_small_integer_types_do_not_wrap(kind):
    heads = np.array([100, 120], kind)
    counts = params(plan(make_spec({"stages": [STAGE | {"heads": heads}]})))
    assert counts.tolist() == [params(plan(make_spec({"stages": [STAGE | {"heads": size}]}))) for size in (100, 120)]


@pytest.mark.parametrize("kind", ["f2", "f4", "f8"])
def test_small_float_types_do_not_overflow(kind):
    ratio = np.array([2, 2.5], kind)
    stages = [STAGE | {"dim": 60000, "mlp_ratio": ratio}]
    single = [STAGE | {"dim": 60000, "mlp_ratio": 2.5}]
    assert params(plan(make_spec({"stages": stages})))[1] == params(plan(make_spec({"stages": single})))


def huge(**edits: Any) -> dict[str, Any]:
    side = np.array([1024, 65536])
    return {"image_size": side, "stages": [STAGE | {"dim": 65536, "heads": 65536, "depth": 1000}]} | edits


def test_counts_beyond_64_bits_are_refused():
    with pytest.raises(SpecError) as error:
        plan(make_spec(huge()))
    assert str(error.value) == (
        "spec: the sizes are too large to count in 64 bits: their largest counts could reach 2**63; "
        "take away the largest of image_size (65536)"
    )


def test_a_small_patch_among_large_ones_is_not_overlooked():
    stem = {"kind": "patch", "size": np.array([1, 4096])}
    with pytest.raises(SpecError, match="too large to count in 64 bits"):
        plan(make_spec(huge(image_size=4096, stem=stem)))


def test_a_small_stride_among_large_ones_is_not_overlooked():
    shrinking = {"heads": 65536, "stride": np.array([1, 4096])}
    stages = [STAGE, STAGE | {"downsample": shrinking}]
    with pytest.raises(SpecError, match=r"take away the smallest of stages\[1\].downsample.stride \(1\)$"):
        plan(make_spec({"image_size": 65536, "stages": stages}))


def test_single_sizes_beyond_64_bits_are_exact():
    sizes = huge(image_size=65536)
    assert tally(plan(make_spec(sizes)).root)["qk"] == 1000 * 65536 * (4096**2) ** 2 * 16


def test_counts_just_within_64_bits_are_exact():
    stage = {"dim": 1024, "depth": np.array([1000, 1]), "heads": 256, "key_dim": 256}
    array = tally(plan(make_spec({"image_size": 2560, "stages": [stage]})).root)
    single = tally(plan(make_spec({"image_size": 2560, "stages": [stage | {"depth": 1000}]})).root)
    assert {kind: int(np.max(count)) for kind, count in array.items()} == single


@pytest.mark.parametrize("norm", list(NormKind))
def test_zero_classes_among_others_are_not_feasible(norm):
    spec = make_spec({"num_classes": np.array([0, 10]), "norm": norm.value, "stages": [STAGE]})
    assert feasible(spec).tolist() == [False, True]
