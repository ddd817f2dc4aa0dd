"""The spec behind names and shapes of tensors: all that they tell, and in words what they do not."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings

from levit_explore import fuse, load_spec, make_spec, plan
from levit_explore.analysis.offsets import offsets
from levit_explore.errors import CheckpointError
from levit_explore.model.infer import Inferred, infer
from levit_explore.model.state import INDEX, index_biases, state_shapes
from levit_explore.plan.tree import Plan
from levit_explore.spec.fields import Spec
from levit_explore.spec.load import bundled_names
from tests.strategies import specs

ACTIVATION = "activation and attention_activation: hardswish, as in levit.py"
THREE = [
    {"dim": 16, "depth": 1, "heads": 2, "key_dim": 8},
    {"dim": 24, "depth": 1, "heads": 3, "key_dim": 8},
    {"dim": 32, "depth": 1, "heads": 4, "key_dim": 8},
]

folded_or_not = pytest.mark.parametrize("change", [lambda planned: planned, fuse], ids=["plain", "folded"])


def planned(**fields: Any) -> Plan:
    """The plan of a spec for 14 x 14 tokens, unless it says otherwise."""
    defaults = {"image_size": 56, "num_classes": 10, "stem": {"kind": "convs", "dims": [8, 16]}, "stages": THREE}
    return plan(make_spec(defaults | fields))


def changed(index: int, **fields: Any) -> Plan:
    """That plan with one stage changed."""
    return planned(stages=[stage | fields if place == index else stage for place, stage in enumerate(THREE)])


def from_shapes(source: Plan) -> Inferred:
    """What the shapes of a network's tensors tell, without index buffers."""
    return infer(state_shapes(source), lambda path: [])


def from_buffers(source: Plan) -> Inferred:
    """What they tell with index buffers, of which second rows are read."""
    buffers = {name: offsets(bias) for name, bias in index_biases(source).items()}
    shapes = {name: buffer.shape for name, buffer in buffers.items()}
    rows = {name: buffer[1:2].flatten().tolist() for name, buffer in buffers.items()}
    return infer(state_shapes(source) | shapes, lambda path: rows.get(f"{path}.{INDEX}", []))


def again(source: Plan, change: Callable[[Plan], Plan] = lambda planned: planned) -> Plan:
    """The plan of the spec inferred from a network's tensors and index buffers."""
    return change(plan(make_spec(from_buffers(change(source)).fields)))


def maps(source: Plan) -> list[bytes]:
    """Which bias each pair of tokens shares, in every attention."""
    return [np.ascontiguousarray(offsets(bias)).tobytes() for bias in index_biases(source).values()]


def same(one: Plan, other: Plan) -> bool:
    return state_shapes(one) == state_shapes(other) and maps(one) == maps(other)


def told_by_tensors(spec: Spec) -> list[Any]:
    """What the tensors of a network with attention biases tell of its spec, where every stage has a block."""
    stages = [(stage.dim, stage.depth, stage.heads, stage.key_dim) for stage in spec.stages]
    into = [(part.heads, part.key_dim) for stage in spec.stages if (part := stage.downsample)]
    return [spec.in_channels, spec.num_classes, spec.position, spec.norm, spec.stem, stages, into]


@folded_or_not
@pytest.mark.parametrize("name", bundled_names())
def test_a_bundled_spec_s_tensors_and_maps_come_back(name, change):
    source = plan(load_spec(name))
    assert same(again(source, change), change(source))


@pytest.mark.parametrize("name", bundled_names())
def test_a_bundled_spec_comes_back_in_what_tensors_tell(name):
    source = plan(load_spec(name))
    if name != "levit128s_a5":  # without biases heads and key_dim are assumed
        assert told_by_tensors(again(source).spec) == told_by_tensors(source.spec)


@folded_or_not
@settings(max_examples=150)
@given(spec=specs())
def test_any_network_s_tensors_and_maps_come_back(change, spec):
    source = plan(spec)
    assert same(again(source, change), change(source))


@settings(max_examples=100)
@given(spec=specs())
def test_any_network_s_tensors_come_back_without_index_buffers(spec):
    source = plan(spec)
    assert state_shapes(plan(make_spec(from_shapes(source).fields))) == state_shapes(source)


@settings(max_examples=100)
@given(spec=specs())
def test_any_spec_comes_back_in_what_its_tensors_tell(spec):
    assume(spec.position == "bias" and all(stage.depth for stage in spec.stages))
    source = plan(spec)
    assert told_by_tensors(again(source).spec) == told_by_tensors(spec)


def test_a_square_network_rests_on_its_image_size_and_activation():
    assert from_shapes(planned()).assumed == ("image_size: 14 x 14 tokens times the stem's stride of 4", ACTIVATION)


def test_index_buffers_are_asked_for_once_where_strides_are_plain():
    asked: list[str] = []
    infer(state_shapes(planned()), lambda path: asked.append(path) or [])
    assert asked == ["stages.0.blocks.0.attn"]


@pytest.mark.parametrize(
    ("source", "assumption"),
    [
        (planned(image_size=[40, 56]), "grid: 140 tokens as 10 x 14; it may be another rectangle"),
        (planned(image_size=[56, 28]), "grid: 98 tokens as 7 x 14; it may be another rectangle"),
        (planned(image_size=[4, 20]), "grid: 5 tokens as 1 x 5; it may be another rectangle"),
        (planned(position="none"), "grid: 14 x 14 tokens behind the stem, for nothing tells their number"),
        (
            planned(position="none"),
            "stages.0.blocks.0.attn: 1 heads of key_dim 16, for without attention biases only the product is told",
        ),
        (planned(position="none"), "stages[1].downsample.stride: 2"),
        (planned(image_size=16), "stages[1].downsample.stride: 2"),  # 2 of 4 tokens are kept by a stride of 3 too
        (changed(0, depth=0), "stages[0]: heads 1, key_dim 16 and ratios of 2, for it has no block"),
        (changed(1, depth=0), "stages[1]: heads 2, key_dim 8 and ratios of 2, for it has no block"),
        (changed(2, depth=0), "stages[2].downsample.stride: 2"),
    ],
)
def test_what_tensors_do_not_tell_is_said(source, assumption):
    assert assumption in from_shapes(source).assumed


@pytest.mark.parametrize(
    ("source", "grid"), [(planned(image_size=[40, 56]), [40, 56]), (planned(image_size=[56, 28]), [56, 28])]
)
def test_an_index_buffer_tells_a_rectangle(source, grid):
    assert from_buffers(source).fields["image_size"] == grid


@pytest.mark.parametrize("image_size", [[24, 48], [48, 24], [8, 80], [20, 36]])
def test_a_rectangle_is_one_that_leaves_the_next_grids(image_size):
    source = planned(image_size=image_size)
    assert state_shapes(plan(make_spec(from_shapes(source).fields))) == state_shapes(source)


def test_a_rectangle_that_is_told_is_not_assumed():
    source = planned(image_size=[40, 56])
    assert from_buffers(source).assumed == (
        "image_size: 10 x 14 tokens times the stem's stride of 4",
        ACTIVATION,
    )


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("image_size", [16, [16, 20], [24, 8], [8, 24]])
def test_an_index_buffer_tells_a_stride(image_size, stride):
    stages = [THREE[0], THREE[1] | {"depth": 0, "downsample": {"stride": stride}}]
    source = planned(image_size=image_size, stages=stages)
    assert maps(again(source)) == maps(source)


@pytest.mark.parametrize("row", [[], [0] * 196, [-5] * 196, list(range(3)), [10**9] * 196])
def test_offsets_that_make_no_sense_tell_nothing(row):
    source = planned()
    assert (
        state_shapes(plan(make_spec(infer(state_shapes(source), lambda path: row).fields))).keys()
        == state_shapes(source).keys()
    )


def without(source: Plan, part: str) -> dict[str, tuple[int, ...]]:
    return {name: shape for name, shape in state_shapes(source).items() if part not in name}


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (without(planned(), "stem.conv1."), "has no weight with 4 sides for what timm calls stem.conv1"),
        (without(planned(), "stem."), "has no weight with 4 sides for what timm calls stem.conv1"),
        (
            without(planned(), "stages.0.blocks.0.attn.qkv.linear"),
            "has no weight with 2 sides for what timm calls stages.0.blocks.0.attn.qkv",
        ),
        (
            without(planned(), "stages.1.downsample.attn_downsample.q.ln"),
            "has no weight with 2 sides for what timm calls stages.1.downsample.attn_downsample.q.ln",
        ),
        (
            without(planned(), "stages.1.downsample"),
            "has no weight with 2 sides for what timm calls stages.1.downsample.attn_downsample.proj.ln",
        ),
        (
            state_shapes(planned()) | {"stages.999999999.x": ()},  # does not count up to it
            "has no weight with 2 sides for what timm calls stages.3.downsample.attn_downsample.proj.ln",
        ),
        (
            state_shapes(planned()) | {"stem.conv1.linear.weight": (8, 3)},
            "has no weight with 4 sides for what timm calls stem.conv1",
        ),
        (
            state_shapes(planned()) | {"stem.conv1.linear.weight": (0, 3, 3, 3)},
            "has no weight with 4 sides for what timm calls stem.conv1",
        ),
        (
            state_shapes(planned()) | {"stages.0.blocks.0.attn.attention_biases": (3, 196)},
            "stages.0.blocks.0.attn: 3 heads cannot share 16 channels of queries and 32 of values",
        ),
        (
            state_shapes(planned(position="none")) | {"stages.0.blocks.0.attn.qkv.linear.weight": (8, 16)},
            "stages.0.blocks.0.attn: 1 heads cannot share -12 channels of queries and 32 of values",
        ),
    ],
)
def test_what_no_levit_lacks_is_an_error(shapes, message):
    with pytest.raises(CheckpointError) as error:
        infer(shapes, lambda path: [])
    assert str(error.value) == message
