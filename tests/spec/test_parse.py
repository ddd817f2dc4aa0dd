"""What may stand in a spec, and the whole message of every mistake."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore import SpecError, make_spec
from levit_explore.spec.fields import Activation, ConvStem, Downsample, NormKind, PatchStem, Position, Spec, Stage
from levit_explore.spec.parse import parse
from levit_explore.spec.reader import read_yaml

STAGE = "{dim: 128, depth: 2, heads: 4, key_dim: 16}"
STAGES = f"stages:\n  - {STAGE}\n"
FIELDS = (
    "name, source, image_size, in_channels, num_classes, distillation, drop_path, activation, attention_activation, "
    "position, norm, stem, stages, published"
)


def parsed(text: str) -> Spec:
    return parse(read_yaml(text.encode(), "my.yaml"), "my")


def mistakes(text: str) -> str:
    with pytest.raises(SpecError) as error:
        parsed(text)
    return str(error.value)


def staged(**edits: str) -> str:
    """A file with one stage, some of its fields changed."""
    fields = {"dim": "128", "depth": "2", "heads": "4", "key_dim": "16"} | edits
    return "stages:\n  - {" + ", ".join(f"{key}: {value}" for key, value in fields.items()) + "}\n"


def wide_keys(downsample: str) -> str:
    """A stage whose key_dim leaves no heads to a downsample that follows it."""
    return f"{{dim: 128, depth: 2, heads: 4, key_dim: 256, downsample: {downsample}}}"


POSITIVE = "it must be a positive integer"
A_STEM = "it must be a mapping with kind convs or patch, such as {kind: patch, size: 16}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (staged(dim="0"), f"my.yaml:2: stages[0].dim is 0; {POSITIVE}"),
        (staged(dim="-4"), f"my.yaml:2: stages[0].dim is -4; {POSITIVE}"),
        (staged(dim="65537"), "my.yaml:2: stages[0].dim is 65537; it must be at most 65536"),
        (staged(dim="1" + "0" * 46), "my.yaml:2: stages[0].dim is an integer of 47 digits; it must be at most 65536"),
        (staged(dim="1" * 4200), "my.yaml:2: stages[0].dim is a huge integer; it must be at most 65536"),
        (staged(dim=".nan"), f"my.yaml:2: stages[0].dim is nan; {POSITIVE}"),
        (staged(dim=".inf"), f"my.yaml:2: stages[0].dim is inf; {POSITIVE}"),
        (staged(dim="1.5"), f"my.yaml:2: stages[0].dim is 1.5; {POSITIVE}"),
        (staged(dim="128.0"), f"my.yaml:2: stages[0].dim is 128.0; {POSITIVE}; write 128"),
        (staged(dim="99999.0"), f"my.yaml:2: stages[0].dim is 99999.0; {POSITIVE}"),
        (staged(dim="'128'"), f"my.yaml:2: stages[0].dim is text '128'; {POSITIVE}; write 128 without quotes"),
        (staged(dim="1e3"), f"my.yaml:2: stages[0].dim is text '1e3'; {POSITIVE}; write 1000"),
        (staged(dim="0x80"), f"my.yaml:2: stages[0].dim is text '0x80'; {POSITIVE}"),
        (staged(dim="wide"), f"my.yaml:2: stages[0].dim is text 'wide'; {POSITIVE}"),
        (staged(dim="true"), f"my.yaml:2: stages[0].dim is true; {POSITIVE}"),
        (staged(dim=""), f"my.yaml:2: stages[0].dim is empty; {POSITIVE}"),
        (staged(dim="[128]"), f"my.yaml:2: stages[0].dim is a list; {POSITIVE}"),
        (staged(dim="{a: 1}"), f"my.yaml:2: stages[0].dim is a mapping; {POSITIVE}"),
        (staged(key_dim="0"), f"my.yaml:2: stages[0].key_dim is 0; {POSITIVE} (published models use 16 or 32)"),
        (staged(depth="-1"), "my.yaml:2: stages[0].depth is -1; it must be zero or a positive integer"),
        (staged(attn_ratio="0"), "my.yaml:2: stages[0].attn_ratio is 0; it must be a number above 0 and at most 64"),
        (
            staged(attn_ratio="65.0"),
            "my.yaml:2: stages[0].attn_ratio is 65.0; it must be a number above 0 and at most 64",
        ),
        (
            staged(mlp_ratio="-1"),
            "my.yaml:2: stages[0].mlp_ratio is -1; it must be a number of at least 0 and at most 64",
        ),
        (
            staged(mlp_ratio=".nan"),
            "my.yaml:2: stages[0].mlp_ratio is nan; it must be a number of at least 0 and at most 64",
        ),
        (
            STAGES + "drop_path: 1e-1\n",
            "my.yaml:3: drop_path is text '1e-1'; it must be a number of at least 0 and at most 0.99; write 0.1",
        ),
        (
            STAGES + "drop_path: '0.1'\n",
            "my.yaml:3: drop_path is text '0.1'; it must be a number of at least 0 and at most 0.99; "
            "write 0.1 without quotes",
        ),
    ],
)
def test_a_wrong_number_is_explained(text, message):
    assert mistakes(text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("image_size: 0", "image_size is 0; it must be a positive integer"),
        ("image_size: [224, 0]", "image_size[1] is 0; it must be a positive integer"),
        ("image_size: [224]", "image_size is a list of 1; it must be a number of pixels, or [height, width]"),
        ("image_size: [1, 2, 3]", "image_size is a list of 3; it must be a number of pixels, or [height, width]"),
        (
            'image_size: "224"',
            "image_size is text '224'; it must be a number of pixels, or [height, width]; write 224 without quotes",
        ),
        (
            "image_size: 224.0",
            "image_size is 224.0; it must be a number of pixels, or [height, width]; write 224",
        ),
        ("image_size: 0.5", "image_size is 0.5; it must be a number of pixels, or [height, width]"),
        ("image_size: big", "image_size is text 'big'; it must be a number of pixels, or [height, width]"),
        ("image_size: true", "image_size is true; it must be a number of pixels, or [height, width]"),
        ("num_classes: -1", "num_classes is -1; it must be zero or a positive integer"),
        ("distillation: 1", "distillation is 1; it must be true or false"),
        ("distillation: maybe", "distillation is text 'maybe'; it must be true or false"),
        (
            'distillation: "false"',
            "distillation is text 'false'; it must be true or false; write false without quotes",
        ),
        (
            "distillation: 'TRUE'",
            "distillation is text 'TRUE'; it must be true or false; write true without quotes",
        ),
        (
            "activation: hard_swish",
            "activation is text 'hard_swish'; it must be hardswish, silu, gelu or relu; did you mean hardswish?",
        ),
        ("activation: none", "activation is text 'none'; it must be hardswish, silu, gelu or relu"),
        (
            "attention_activation: [silu]",
            "attention_activation is a list; it must be hardswish, silu, gelu, relu or none",
        ),
        ("position: absolute", "position is text 'absolute'; it must be bias, embedding or none"),
        ("norm: batch_norm", "norm is text 'batch_norm'; it must be batchnorm or layernorm; did you mean batchnorm?"),
        ("name: 128", "name is 128; it must be text of at most 200 characters; write it in quotes: '128'"),
        ("name: yes", "name is true; it must be text of at most 200 characters; write it in quotes: 'true'"),
        ("name:", "name is empty; it must be text of at most 200 characters"),
        (f"name: {'x' * 201}", "name has 201 characters; it must be text of at most 200 characters"),
        (f"name: {'1' * 4000}", "name is an integer of 4000 digits; it must be text of at most 200 characters"),
        ("stem: patch", f"stem is text 'patch'; {A_STEM}"),
        ("stem: convs", f"stem is text 'convs'; {A_STEM}"),
        ("stem:", f"stem is empty; {A_STEM}"),
        ("stem: {dims: [128]}", "stem.kind is missing; it must be convs or patch"),
        ("stem: {kind: conv}", "stem.kind is text 'conv'; it must be convs or patch; did you mean convs?"),
        ("stem: {kind: [convs]}", "stem.kind is a list; it must be convs or patch"),
        ("stem: {kind: convs}", "stem.dims is missing; it must be a list of 1 to 8 entries"),
        ("stem: {kind: convs, dims: []}", "stem.dims has 0 entries; it must be a list of 1 to 8 entries"),
        ("stem: {kind: convs, dims: 128}", "stem.dims is 128; it must be a list of 1 to 8 entries"),
        ("stem: {kind: convs, dims: [0, 128]}", "stem.dims[0] is 0; it must be a positive integer"),
        ("stem: {kind: patch, size: 16, dim: 3}", "stem.dim is not a field; the fields are kind, size"),
        ("published: {}", "published.source is missing; it must be text of at most 10000 characters"),
        (
            "published: {source: x, top1: 101}",
            "published.top1 is 101; it must be a number of at least 0 and at most 100",
        ),
        ("hedas: 3", f"hedas is not a field; the fields are {FIELDS}"),
        ("image_szie: 3", "image_szie is not a field; did you mean image_size?"),
        ("<<: {a: 1}", f"'<<' is not a field; the fields are {FIELDS}"),
        ('"a\\nb": 1', f"'a\\nb' is not a field; the fields are {FIELDS}"),
        ('"": 1', f"'' is not a field; the fields are {FIELDS}"),
        (f"{'x' * 60}: 1", f"'{'x' * 37}...' is not a field; the fields are {FIELDS}"),
        ("extends: levit256", f"extends is not a field; the fields are {FIELDS}"),
    ],
)
def test_a_wrong_field_is_explained(text, message):
    assert mistakes(f"{STAGES}{text}\n") == f"my.yaml:3: {message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a: 1",
            f"my.yaml:1: a is not a field; the fields are {FIELDS}\n"
            "my.yaml:1: stages is missing; it must be a list of 1 to 64 entries",
        ),
        ("stages: []", "my.yaml:1: stages has 0 entries; it must be a list of 1 to 64 entries"),
        ("stages:", "my.yaml:1: stages is empty; it must be a list of 1 to 64 entries"),
        ("stages: 3", "my.yaml:1: stages is 3; it must be a list of 1 to 64 entries"),
        ("stages: [3]", "my.yaml:1: stages[0] is 3; it must be a mapping of fields"),
        (
            f"stages: [{', '.join([STAGE] * 65)}]",
            "my.yaml:1: stages has 65 entries; it must be a list of 1 to 64 entries",
        ),
        ("- a", "my.yaml:1: the spec is a list; it must be a mapping of fields"),
        ("hello", "my.yaml:1: the spec is text 'hello'; it must be a mapping of fields"),
        ("5", "my.yaml:1: the spec is 5; it must be a mapping of fields"),
        ("null", "my.yaml:1: the spec is empty; it must be a mapping of fields"),
        (
            "stages: [{dim: 128, depth: 2, heads: 4}]",
            f"my.yaml:1: stages[0].key_dim is missing; {POSITIVE} (published models use 16 or 32)",
        ),
    ],
)
def test_a_wrong_shape_is_explained(text, message):
    assert mistakes(text) == message


def test_a_downsample_on_the_first_stage_is_explained():
    assert mistakes(staged(downsample="{stride: 2}")) == (
        "my.yaml:2: stages[0].downsample stands on the first stage, which has nothing to downsample; "
        "remove it, or move it to the stage it leads into"
    )


def test_all_mistakes_of_a_file_are_listed_at_once():
    text = "image_size: 0\nactivaton: silu\nstages:\n  - {dim: 0, depth: 2, heads: x, head_dim: 16}\n"
    assert mistakes(text).splitlines() == [
        "my.yaml:1: image_size is 0; it must be a positive integer",
        "my.yaml:2: activaton is not a field; did you mean activation?",
        "my.yaml:4: stages[0].dim is 0; it must be a positive integer",
        "my.yaml:4: stages[0].heads is text 'x'; it must be a positive integer",
        "my.yaml:4: stages[0].head_dim is not a field; did you mean key_dim?",
        "my.yaml:4: stages[0].key_dim is missing; it must be a positive integer (published models use 16 or 32)",
    ]


def test_mistakes_of_every_kind_are_listed_at_once():
    text = f"image_size: 8\nimage_szie: 9\nactivation: swish\n{STAGES}name: a\nname: b\n"
    assert mistakes(text) == (
        "my.yaml:7: name is given twice, first on line 6; remove one\n"
        "my.yaml:2: image_szie is not a field; did you mean image_size?\n"
        "my.yaml:3: activation is text 'swish'; it must be hardswish, silu, gelu or relu; did you mean hardswish?\n"
        "my.yaml:1: image_size is 8 x 8; each side must be at least the stem's stride, 16"
    )


def test_a_tag_comes_with_what_is_wrong_besides():
    assert mistakes(f"{STAGES}image_size: !x 8\n") == (
        "my.yaml:3: the tag '!x' is not allowed; a spec holds plain values\n"
        "my.yaml:3: image_size is 8 x 8; each side must be at least the stem's stride, 16"
    )


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (f"{staged(dim='0')}image_size: 8\n", ["stages[0].dim"]),
        (f"{STAGES}stem: {{kind: patch}}\nimage_size: 8\n", ["stem.size"]),
        (f"{STAGES}stem: {{kind: convs, dims: [64], dim: 3}}\n", ["stem.dim", "stem.dims"]),
        (f"{staged(attn_ratio='0.01', head='4')}", ["stages[0].head", "stages[0].attn_ratio"]),
        (f"{staged(downsample='{}')}image_size: 8\n", ["stages[0].downsample", "image_size"]),
    ],
    ids=["a required field is wrong", "one is missing", "unknown in a stem", "unknown in a stage", "misplaced"],
)
def test_constraints_are_looked_at_where_nothing_required_is_wrong(text, paths):
    assert [line.split()[1] for line in mistakes(text).splitlines()] == paths


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (f"{STAGES}stem: patch\nimage_size: 8\n", "stem"),
        (f"{staged(dim='4')}stem: patch\n", "stem"),
        (f"{STAGES}stem: {{kind: patch, size: 300}}\nimage_size: '300'\n", "image_size"),
        (f"{STAGES}  - {STAGE[:-1]}, downsample: {{key_dim: x, attn_ratio: 0.05}}}}\n", "stages[1].downsample.key_dim"),
        (f"{staged()}  - {wide_keys('{key_dim: x}')}\n", "stages[1].downsample.key_dim"),
        (f"{staged()}  - {wide_keys('{heads: x}')}\n", "stages[1].downsample.heads"),
        (f"{staged()}  - {wide_keys('4')}\n", "stages[1].downsample"),
    ],
)
def test_the_default_of_a_wrong_field_breaks_no_constraint(text, path):
    assert [line.split()[1] for line in mistakes(text).splitlines()] == [path]


def test_an_error_lists_its_problems():
    with pytest.raises(SpecError) as error:
        make_spec({"image_size": 0, "stages": []})
    assert error.value.problems == tuple(str(error.value).splitlines())


def test_a_mapping_has_no_lines():
    with pytest.raises(SpecError) as error:
        make_spec({"stages": []})
    assert str(error.value) == "spec: stages has 0 entries; it must be a list of 1 to 64 entries"


def test_defaults_are_the_paper_s():
    assert parsed(STAGES + f"  - {STAGE}\n") == Spec(
        name="my",
        source="",
        image_size=(224, 224),
        in_channels=3,
        num_classes=1000,
        distillation=True,
        drop_path=0.0,
        activation=Activation.HARDSWISH,
        attention_activation=Activation.HARDSWISH,
        position=Position.BIAS,
        norm=NormKind.BATCHNORM,
        stem=ConvStem((16, 32, 64, 128)),
        stages=(
            Stage(128, 2, 4, 16, attn_ratio=2, mlp_ratio=2, downsample=None),
            Stage(128, 2, 4, 16, 2, 2, Downsample(heads=8, key_dim=16, attn_ratio=4, mlp_ratio=2, stride=2)),
        ),
        published=None,
    )


def test_attention_activation_follows_activation():
    assert parsed(STAGES + "activation: gelu\n").attention_activation is Activation.GELU


def test_attention_activation_none_removes_it():
    assert parsed(STAGES + "attention_activation: none\n").attention_activation is None


def test_downsample_heads_follow_its_own_key_dim():
    text = STAGES + "  - {dim: 256, depth: 1, heads: 4, key_dim: 16, downsample: {key_dim: 64}}\n"
    assert parsed(text).stages[1].downsample == Downsample(heads=2, key_dim=64)


def test_a_patch_stem_is_read():
    assert parsed(STAGES + "stem: {kind: patch, size: 16}\n").stem == PatchStem(16)


def test_image_size_is_height_and_width():
    assert parsed(STAGES + "image_size: [192, 256]\n").image_size == (192, 256)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.array([1.5]), "is an array of float64; it must hold integers"),
        (np.array([True]), "is an array of bool; it must hold integers"),
        (np.array([128, 0]), "is an array from 0 to 128; each must be a positive integer, at most 65536"),
        (np.array([], int), "is an array from nothing to nothing; each must be a positive integer, at most 65536"),
        (np.int64(128), "is of type int64; it must be a positive integer"),
        (object, "is of type type; it must be a positive integer"),
    ],
)
def test_a_wrong_array_is_explained(value, message):
    with pytest.raises(SpecError) as error:
        make_spec({"stages": [{"dim": value, "depth": 2, "heads": 4, "key_dim": 16}]})
    assert str(error.value) == f"spec: stages[0].dim {message}"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (
            "drop_path",
            np.array([0.5, np.nan]),
            "is an array from nan to nan; each must be a number of at least 0 and at most 0.99",
        ),
        ("drop_path", np.array(["a"]), "is an array of <U1; it must hold numbers"),
        ("distillation", np.array([True, False]), "is of type ndarray; it must be true or false"),
    ],
)
def test_an_array_where_none_belongs_is_explained(field, value, message):
    with pytest.raises(SpecError) as error:
        make_spec({field: value, "stages": [{"dim": 128, "depth": 2, "heads": 4, "key_dim": 16}]})
    assert str(error.value) == f"spec: {field} {message}"


def test_arrays_of_unequal_shapes_are_explained():
    with pytest.raises(SpecError) as error:
        make_spec({"stages": [{"dim": np.array([128, 256]), "depth": 2, "heads": np.array([1, 2, 3]), "key_dim": 16}]})
    assert (
        str(error.value) == "spec: the spec holds arrays of the shapes (2,) and (3,); they must broadcast to one shape"
    )


def test_arrays_of_unequal_shapes_are_no_constraint_s_affair():
    ratios = {"key_dim": np.array([16, 32]), "attn_ratio": np.array([1.0, 2.0, 3.0])}  # which are multiplied
    with pytest.raises(SpecError) as error:
        make_spec({"stages": [{"dim": 128, "depth": 2, "heads": 4} | ratios]})
    assert (
        str(error.value) == "spec: the spec holds arrays of the shapes (2,) and (3,); they must broadcast to one shape"
    )


def test_arrays_of_shapes_that_broadcast_are_allowed():
    stage = {"dim": np.array([[128], [256]]), "depth": 2, "heads": np.array([1, 2, 3]), "key_dim": 16}
    assert make_spec({"stages": [stage]}).stages[0].dim.shape == (2, 1)


ODD_KEYS = st.text(max_size=5) | st.integers() | st.none() | st.sampled_from(FIELDS.split(", "))
ODD_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["convs", "patch", 16, 128, 10**400, np.int64(3), np.array([8, 16]), b"x", {1}]),
    lambda values: (
        st.lists(values, max_size=3)
        | st.dictionaries(
            st.sampled_from(["dim", "dims", "depth", "heads", "key_dim", "kind", "size"]) | ODD_KEYS, values
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(ODD_KEYS, ODD_VALUES), st.booleans())
def test_no_mapping_raises_anything_but_a_spec_error(values: dict[Any, Any], with_stages: bool):
    stages = {"stages": [{"dim": 64, "depth": 1, "heads": 2, "key_dim": 16}]} if with_stages else {}
    assert all(problem.isprintable() for problem in problems(values | stages))


def problems(values: dict[Any, Any]) -> tuple[str, ...]:
    try:
        make_spec(values)
    except SpecError as error:
        return error.problems
    return ()
