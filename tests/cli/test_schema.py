"""The JSON Schema of the format accepts what the parser accepts, and refuses the mistakes that it can describe."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from jsonschema import Draft202012Validator

from levit_explore import SpecError, make_spec
from levit_explore.spec.load import BUNDLED, bundled_names
from tests.cli.call import printed
from tests.strategies import spec_fields

SCHEMA = json.loads(printed("schema"))
VALIDATOR = Draft202012Validator(SCHEMA)
STAGE = {"dim": 128, "depth": 2, "heads": 4, "key_dim": 16}


def spec(**fields: Any) -> dict[str, Any]:
    return {"stages": [STAGE, STAGE]} | fields


def staged(**fields: Any) -> dict[str, Any]:
    return {"stages": [STAGE, STAGE | fields]}


def test_the_schema_is_sound():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", bundled_names())
def test_bundled_files_are_accepted(name):
    VALIDATOR.validate(yaml.safe_load((BUNDLED / f"{name}.yaml").read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", bundled_names())
def test_shown_specs_are_accepted(name):
    VALIDATOR.validate(yaml.safe_load(printed("show", name)))


@given(spec_fields())
def test_sound_specs_are_accepted(fields):
    VALIDATOR.validate(fields)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        [],
        spec(stages=[]),
        spec(stages=None),
        spec(stages=[STAGE] * 65),
        spec(stages=[{"dim": 128, "depth": 2, "heads": 4}]),
        spec(stages=[3]),
        spec(hedas=3),
        staged(head=3),
        staged(dim=0),
        staged(dim=65537),
        staged(dim=1.5),
        staged(dim="128"),
        staged(dim=True),
        staged(dim=None),
        staged(depth=-1),
        staged(depth=1001),
        staged(attn_ratio=0),
        staged(attn_ratio=65),
        staged(mlp_ratio=-1),
        staged(downsample={"strides": 2}),
        staged(downsample={"stride": 0}),
        staged(downsample=[]),
        spec(image_size=0),
        spec(image_size=[224]),
        spec(image_size=[224, 0]),
        spec(image_size="224"),
        spec(in_channels=0),
        spec(num_classes=-1),
        spec(distillation=1),
        spec(drop_path=1),
        spec(activation="hard_swish"),
        spec(activation="none"),
        spec(attention_activation=None),
        spec(position="absolute"),
        spec(norm=False),
        spec(name=128),
        spec(name="x" * 201),
        spec(source=["me"]),
        spec(stem="patch"),
        spec(stem={"dims": [128]}),
        spec(stem={"size": 16}),
        spec(stem={}),
        spec(stem={"kind": "convs", "size": 16}),
        spec(stem={"kind": "convs", "dims": []}),
        spec(stem={"kind": "patch", "dims": [128]}),
        spec(stem={"kind": "patch", "size": 0}),
        {"stages": [{**STAGE, "downsample": {}}]},
        {"stages": [{**STAGE, "downsample": None}]},
        {"stages": [{**STAGE, "downsample": {"stride": 2}}, STAGE]},
        spec(published={}),
        spec(published={"source": "me", "top1": 101}),
    ],
)
def test_mistakes_are_refused_as_the_parser_refuses_them(fields):
    assert not VALIDATOR.is_valid(fields)
    with pytest.raises(SpecError):
        make_spec(fields)


@pytest.mark.parametrize("fields", [{"extends": "levit256"}, {"extends": "levit256", "stages": [STAGE]}])
def test_a_spec_may_extend_another(fields):
    VALIDATOR.validate(fields)


@pytest.mark.parametrize("stem", [{"dims": [64, 128]}, {"size": 16}, {"kind": "patch", "size": 16}])
@pytest.mark.parametrize("fields", [{"extends": "levit256"}, {"extends": "levit256", "stages": [STAGE]}])
def test_a_stem_beside_extends_need_not_say_its_kind(fields, stem):
    VALIDATOR.validate(fields | {"stem": stem})


@pytest.mark.parametrize("stem", [{}, {"dims": [128], "size": 16}, {"kind": "convs", "size": 16}])
def test_a_stem_beside_extends_is_still_of_one_kind(stem):
    assert not VALIDATOR.is_valid({"extends": "levit256", "stem": stem})


def test_every_field_is_described_for_editors():
    assert [name for name, field in SCHEMA["properties"].items() if not field.get("description")] == []
