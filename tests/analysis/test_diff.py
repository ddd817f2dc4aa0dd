"""What changed between two specs, and what that did to every part."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore import CONVENTIONS, diff, flops, load_spec, make_spec, params, plan
from levit_explore.analysis.counts import By
from levit_explore.analysis.diff import FieldChange
from levit_explore.plan.tree import Plan
from tests.golden_data import OFFICIAL
from tests.strategies import specs

STAGE = {"dim": 16, "depth": 1, "heads": 1, "key_dim": 8}


@cache
def planned(*edits: str) -> Plan:
    return plan(load_spec("levit128s", edits))


def test_a_spec_does_not_differ_from_itself():
    found = diff(planned(), planned())
    assert (found.fields, found.rows, found.total.flops, found.total.params) == ((), (), 0, 0)


@pytest.mark.parametrize(
    ("edits", "changes"),
    [
        (["stages.1.depth=5"], [FieldChange("stages.1.depth", 3, 5)]),
        (
            ["activation=silu"],
            [
                FieldChange("activation", "hardswish", "silu"),
                FieldChange("attention_activation", "hardswish", "silu"),
            ],
        ),
        (["attention_activation=none"], [FieldChange("attention_activation", "hardswish", "none")]),
        (["image_size=[192, 256]"], [FieldChange("image_size.0", 224, 192), FieldChange("image_size.1", 224, 256)]),
        (
            ["stages.0.dim=160"],
            [
                FieldChange("stem.dims.0", 16, 20),
                FieldChange("stem.dims.1", 32, 40),
                FieldChange("stem.dims.2", 64, 80),
                FieldChange("stem.dims.3", 128, 160),
                FieldChange("stages.0.dim", 128, 160),
                FieldChange("stages.1.downsample.heads", 8, 10),
            ],
        ),
        (["name=other", "source=me"], []),
    ],
)
def test_fields_that_differ_are_named_as_edits_name_them(edits, changes):
    assert diff(planned(), planned(*edits)).fields == tuple(changes)


def test_fields_of_only_one_spec_are_none_in_the_other():
    stem = '{"kind": "patch", "size": 16}'
    changes = {
        change.field: (change.before, change.after) for change in diff(planned(), planned(f"stem={stem}")).fields
    }
    assert changes == {
        "stem.kind": ("convs", "patch"),
        "stem.dims.0": (16, None),
        "stem.dims.1": (32, None),
        "stem.dims.2": (64, None),
        "stem.dims.3": (128, None),
        "stem.size": (None, 16),
    }


def test_a_deeper_stage_has_new_rows():
    found = diff(planned(), planned("stages.1.depth=4"))
    assert [(row.path, row.before, row.flops, row.params) for row in found.rows] == [
        ("stages.1.blocks.3.mlp", None, *official("mlp")),
        ("stages.1.blocks.3.attn", None, *official("attention")),
    ]


def test_a_shallower_stage_lacks_rows():
    found = diff(planned(), planned("stages.1.depth=2"))
    assert [(row.path, row.after, -row.flops, -row.params) for row in found.rows] == [
        ("stages.1.blocks.2.mlp", None, *official("mlp")),
        ("stages.1.blocks.2.attn", None, *official("attention")),
    ]


def official(kind: str) -> tuple[int, int]:
    """FLOPs and parameters of a block of the official LeViT-128S's second stage."""
    blocks = OFFICIAL["models"]["levit128s"]["blocks"]
    return next(
        (block["flops"], block["params"]) for block in blocks if (block["kind"], block.get("stage")) == (kind, 1)
    )


def test_the_largest_change_comes_first():
    changes = [abs(row.flops) for row in diff(planned(), plan(load_spec("levit256"))).rows]
    assert changes == sorted(changes, reverse=True)


def test_a_row_that_gains_only_parameters_is_a_change():
    embedded = plan(make_spec({"stages": [STAGE], "position": "embedding"}))
    found = diff(plan(make_spec({"stages": [STAGE], "position": "none"})), embedded)
    assert [(row.path, row.flops, row.params) for row in found.rows] == [("pos_embed", 0, 196 * 16)]


@given(specs(max_stages=2), specs(max_stages=2), st.sampled_from(By))
def test_changed_rows_add_up_to_the_change_of_the_total(a, b, by):
    before, after = plan(a), plan(b)
    found = diff(before, after, by)
    assert sum(row.flops for row in found.rows) == found.total.flops == flops(after) - flops(before)
    assert sum(row.params for row in found.rows) == found.total.params == params(after) - params(before)


@given(specs(max_stages=2), specs(max_stages=2))
def test_the_way_back_is_the_opposite(a, b):
    there, back = diff(plan(a), plan(b)), diff(plan(b), plan(a))
    assert {row.path: (row.flops, row.params) for row in there.rows} == {
        row.path: (-row.flops, -row.params) for row in back.rows
    }
    assert {(change.field, change.before, change.after) for change in there.fields} == {
        (change.field, change.after, change.before) for change in back.fields
    }


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_the_total_is_counted_under_the_convention(convention):
    after = planned("stages.0.depth=3")
    gained = diff(planned(), after, By.BLOCK, convention).total.flops
    assert gained == flops(after, convention) - flops(planned(), convention)
