"""What parts of a network are called and described by, against the fields of their spec."""

import pytest

from levit_explore import load_spec, plan, walk
from levit_explore.analysis.traits import kind, traits
from levit_explore.plan.tree import Node
from levit_explore.spec.fields import ConvStem, Spec, Stage
from levit_explore.spec.load import bundled_names
from tests.model.models import small


def parts(spec: Spec) -> dict[str, Node]:
    return {step.path: step.node for step in walk(plan(spec))}


def attention(part, dim):
    """The sizes of an attention as its spec has them; values are attn_ratio times as wide as keys."""
    value_dim = int(part.attn_ratio * part.key_dim)
    return {"dim": dim, "heads": part.heads, "key_dim": part.key_dim, "value_dim": value_dim}


def mlp(part, dim):
    return {"dim": dim, "hidden": int(part.mlp_ratio * dim)}


def both(part, dim):
    """Those of an attention and of the MLP behind it, where there is one."""
    return attention(part, dim) | (mlp(part, dim) if part.mlp_ratio else {})


def numbered(spec: Spec) -> list[tuple[int, Stage]]:
    return list(enumerate(spec.stages))


@pytest.mark.parametrize("name", bundled_names())
def test_blocks_of_a_stage_have_the_sizes_of_its_spec(name):
    found = parts(spec := load_spec(name))
    for index, stage in numbered(spec):
        blocks = f"stages.{index}.blocks"
        assert traits(found[blocks]) == {"depth": stage.depth} | both(stage, stage.dim)
        for block in range(stage.depth):
            assert traits(found[f"{blocks}.{block}.attn"]) == attention(stage, stage.dim)
            if stage.mlp_ratio:
                assert traits(found[f"{blocks}.{block}.mlp"]) == mlp(stage, stage.dim)


@pytest.mark.parametrize("name", bundled_names())
def test_a_downsample_has_the_sizes_of_its_spec_and_the_dim_that_it_leads_to(name):
    found = parts(spec := load_spec(name))
    for index, stage in numbered(spec)[1:]:
        path, part = f"stages.{index}.downsample", stage.downsample
        stride = {"stride": part.stride}
        assert traits(found[f"{path}.attn_downsample"]) == attention(part, stage.dim) | stride
        assert traits(found[path]) == both(part, stage.dim) | stride
        if part.mlp_ratio:
            assert traits(found[f"{path}.mlp"]) == mlp(part, stage.dim)


@pytest.mark.parametrize("name", bundled_names())
def test_a_stem_and_a_head_have_the_sizes_of_their_spec(name):
    found = parts(spec := load_spec(name))
    dims = spec.stem.dims if isinstance(spec.stem, ConvStem) else (spec.stages[0].dim,)
    assert traits(found["stem"]) == {"dims": ", ".join(map(str, dims))}
    assert traits(found["head"]) == {"classes": spec.num_classes}


@pytest.mark.parametrize(
    ("path", "described"),
    [
        ("stem.conv1.linear", {"channels": "3 to 4", "kernel": 3, "stride": 2}),
        ("stages.0.blocks.0.attn.qkv.linear", {"channels": "16 to 32"}),
        ("stages.0.blocks.0.attn.attention_biases", {"heads": 2, "offsets": 25}),
        ("stages.1.downsample.attn_downsample.q.down", {"stride": 2}),
        ("head.linear", {"channels": "24 to 10"}),
        ("stages.0.blocks.0.attn.softmax", {}),
        ("pool", {}),
    ],
)
def test_an_op_is_described_by_the_sizes_that_torch_would_be_given(path, described):
    assert traits(parts(small().spec)[path]) == described


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("stem", "stem"),
        ("stem.conv1.linear", "conv"),
        ("stem.conv1.bn", "batchnorm"),
        ("stem.act1", "hardswish"),
        ("pos_embed", "position embedding"),
        ("stages.0", "stage"),
        ("stages.0.blocks", "blocks"),
        ("stages.0.blocks.0.attn", "attention"),
        ("stages.0.blocks.0.attn.norm", "layernorm"),
        ("stages.0.blocks.0.attn.qkv", "linear"),
        ("stages.0.blocks.0.attn.qk", "q.k"),
        ("stages.0.blocks.0.attn.scale", "scale"),
        ("stages.0.blocks.0.attn.softmax", "softmax"),
        ("stages.0.blocks.0.attn.av", "attention.v"),
        ("stages.0.blocks.0.attn.proj.act", "gelu"),
        ("stages.0.blocks.0.attn.add", "add"),
        ("stages.1.downsample", "downsample"),
        ("stages.1.downsample.attn_downsample", "shrinking attention"),
        ("stages.1.downsample.attn_downsample.q.down", "subsample"),
        ("stages.1.downsample.mlp", "mlp"),
        ("pool", "pool"),
        ("head_dist", "head"),
        ("average", "average"),
    ],
)
def test_a_part_is_called_what_it_is(path, name):
    assert kind(parts(small(norm="layernorm", position="embedding", attention_activation="gelu").spec)[path]) == name


def test_a_learned_bias_is_called_attention_bias():
    assert kind(parts(small().spec)["stages.0.blocks.0.attn.attention_biases"]) == "attention bias"


def test_every_part_of_every_bundled_network_has_a_name_and_traits_that_are_numbers_or_words():
    for spec in map(load_spec, bundled_names()):
        for node in parts(spec).values():
            assert kind(node)
            assert all(isinstance(size, int | str) for size in traits(node).values())
