"""Keys of other projects and names of a plan: a bijection, as the projects' own state dicts say."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from levit_explore import fuse, load_spec, make_spec, plan
from levit_explore.model.keys import Naming, from_plan, naming, to_plan
from levit_explore.model.state import state_shapes
from levit_explore.plan.tree import Plan
from tests.golden_data import FIVE
from tests.strategies import spec_fields

_MAP = json.loads((Path(__file__).parents[1] / "golden" / "keymap_128s.json").read_text(encoding="utf-8"))
LEVIT = [levit for levit, _ in _MAP["timm"]]
TIMM = [timm for _, timm in _MAP["timm"]]
KEYS = {Naming.TIMM: TIMM, Naming.LEVIT: LEVIT, Naming.HF: [hf for _, hf in _MAP["hf"]]}
FOREIGN = [Naming.LEVIT, Naming.HF]

each_naming = pytest.mark.parametrize("names", Naming)


def names_of(planned: Plan) -> list[str]:
    return list(state_shapes(planned))


def comes_back(planned: Plan, names: Naming) -> bool:
    """Whether every name of a plan is found again from the key that a file has for it."""
    keys = from_plan(names_of(planned), names)
    return to_plan(keys.values(), names) == {key: name for name, key in keys.items()}


def holdable(fields: dict[str, Any]) -> Plan:
    """The plan of random fields with the norms and positions that levit.py has."""
    return plan(make_spec(fields | {"norm": "batchnorm", "position": "bias"}))


def test_the_golden_map_pairs_the_names_of_the_plan():
    assert sorted(names_of(plan(load_spec("levit128s")))) == sorted(TIMM)


@each_naming
def test_all_keys_of_a_file_have_their_golden_name(names):
    assert list(to_plan(KEYS[names], names).items()) == list(zip(KEYS[names], TIMM, strict=True))


@each_naming
def test_all_names_of_a_plan_have_their_golden_key(names):
    assert list(from_plan(TIMM, names).items()) == list(zip(TIMM, KEYS[names], strict=True))


@each_naming
def test_a_file_s_naming_is_recognised(names):
    assert naming(KEYS[names]) is names


def test_transformers_keys_are_recognised_without_their_prefix():
    assert naming(key.removeprefix("levit.") for key in KEYS[Naming.HF]) is Naming.HF


def test_transformers_keys_have_the_same_names_without_their_prefix():
    bare = [key.removeprefix("levit.") for key in KEYS[Naming.HF]]
    assert list(to_plan(bare, Naming.HF).values()) == TIMM


@pytest.mark.parametrize(
    "keys",
    [
        [],
        ["conv1.weight", "bn1.weight", "layer1.0.conv1.weight", "fc.weight"],
        ["cls_token", "pos_embed", "patch_embed.proj.weight", "blocks.0.attn.qkv.weight", "head.weight"],
        ["vit.embeddings.patch_embeddings.projection.weight", "classifier.weight"],
        ["stem.conv10.weight", "patch_embed.x.weight"],
    ],
)
def test_keys_of_other_models_have_no_naming(keys):
    assert naming(keys) is None


@each_naming
def test_order_does_not_matter(names):
    assert to_plan(reversed(KEYS[names]), names) == to_plan(KEYS[names], names)


@pytest.mark.parametrize(
    ("names", "key", "name"),
    [
        (Naming.LEVIT, "blocks.4.attention_bias_idxs", "stages.1.downsample.attn_downsample.attention_bias_idxs"),
        (Naming.LEVIT, "blocks.0.m.attention_bias_idxs", "stages.0.blocks.0.attn.attention_bias_idxs"),
    ],
)
def test_index_buffers_have_a_name_beside_their_biases(names, key, name):
    assert to_plan([*KEYS[names], key], names)[key] == name


@pytest.mark.parametrize("name", [name for name in TIMM if name.endswith("attention_biases")])
def test_index_buffers_stand_beside_their_biases(name):
    index = name.replace("attention_biases", "attention_bias_idxs")
    keys = from_plan([*TIMM, index], Naming.LEVIT)
    assert keys[index] == keys[name].replace("attention_biases", "attention_bias_idxs")


@pytest.mark.parametrize("key", ["extra", "blocks.0.m.extra", "blocks.x.m.qkv.c.weight", f"blocks.{'9' * 5000}.m.qkv"])
def test_unknown_keys_keep_their_own(key):
    assert to_plan([*LEVIT, key], Naming.LEVIT)[key] == key


@pytest.mark.parametrize("names", FOREIGN)
@pytest.mark.parametrize("name", ["pos_embed", "stages.0.blocks.0.attn.norm.weight", "stages.0.blocks.0.mlp.ln1.x.y"])
def test_a_name_that_no_file_has_is_a_key_error(names, name):
    with pytest.raises(KeyError):
        from_plan([*TIMM, name], names)


@each_naming
@pytest.mark.parametrize("name", FIVE)
def test_names_of_the_published_models_come_back(name, names):
    assert comes_back(plan(load_spec(name)), names)


@each_naming
@pytest.mark.parametrize("name", FIVE)
def test_names_of_folded_models_come_back(name, names):
    assert comes_back(fuse(plan(load_spec(name))), names)


@each_naming
@settings(max_examples=40)
@given(fields=spec_fields())
def test_names_of_any_model_come_back(names, fields):
    assert comes_back(holdable(fields), names)


@each_naming
@settings(max_examples=40)
@given(fields=spec_fields())
def test_names_of_any_folded_model_come_back(names, fields):
    assert comes_back(fuse(holdable(fields)), names)


@each_naming
@pytest.mark.parametrize(
    "stages",
    [
        [{"depth": 0}, {"depth": 0}, {"depth": 0}],
        [{"depth": 2, "mlp_ratio": 0}, {"depth": 1, "downsample": {"mlp_ratio": 0}}],
        [{"depth": 0}, {"depth": 1, "mlp_ratio": 0, "downsample": {"mlp_ratio": 0}}, {"depth": 0}],
    ],
)
def test_names_come_back_without_blocks_or_mlps(names, stages):
    filled = [{"dim": 16, "heads": 2, "key_dim": 8} | stage for stage in stages]
    assert comes_back(plan(make_spec({"image_size": 64, "num_classes": 10, "stages": filled})), names)
