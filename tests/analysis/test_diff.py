"""What changed between two specs, and what that did to every part."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore import CONVENTIONS, diff, flops, load_spec, make_spec, params, plan
from levit_explore.analysis.counts import By
from levit_explore.analysis.diff import Change, FieldChange
from levit_explore.plan.tree import Plan
from tests.golden_data import OFFICIAL
from tests.strategies import specs

STAGE = {"dim": 16, "depth": 1, "heads": 1, "key_dim": 8}


@cache
def planned(*edits: str) -> Plan:
    return plan(load_spec("levit128s", edits))


def test_a_spec_does_not_differ_from_itself():
    found = diff(planned(), planned())
    assert (found.fields, found.rows) == ((), ())
    assert (found.total.flops.gained, found.total.params.gained) == (0, 0)


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
        (["image_size=[192, 256]"], [FieldChange("image_size", [224, 224], [192, 256])]),
        (["distillation=false"], [FieldChange("distillation", True, False)]),
        (
            ["stages.0.dim=160"],
            [
                FieldChange("stem.dims", [16, 32, 64, 128], [20, 40, 80, 160]),
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
        "stem.dims": ([16, 32, 64, 128], None),
        "stem.size": (None, 16),
    }


def test_a_deeper_stage_has_new_rows():
    found = diff(planned(), planned("stages.1.depth=4"))
    assert [(row.path, row.before, row.flops, row.params) for row in found.rows] == [
        ("stages.1.blocks.3.mlp", None, *(Change(None, count) for count in official("mlp"))),
        ("stages.1.blocks.3.attn", None, *(Change(None, count) for count in official("attention"))),
    ]


def test_a_shallower_stage_lacks_rows():
    found = diff(planned(), planned("stages.1.depth=2"))
    assert [(row.path, row.after, row.flops, row.params) for row in found.rows] == [
        ("stages.1.blocks.2.mlp", None, *(Change(count, None) for count in official("mlp"))),
        ("stages.1.blocks.2.attn", None, *(Change(count, None) for count in official("attention"))),
    ]


@pytest.mark.parametrize(
    ("before", "after", "gained", "relative"),
    [
        (4, 3, -1, -0.25),
        (4, 10, 6, 1.5),
        (4, 4, 0, 0.0),
        (4, None, -4, -1.0),
        (None, 4, 4, None),
        (None, 0, 0, None),
        (0, 4, 4, None),
        (0, 0, 0, 0.0),
        (0, None, 0, 0.0),
    ],
)
def test_a_change_is_what_was_gained_of_what_was_there(before, after, gained, relative):
    change = Change(before, after)
    assert (change.gained, change.relative) == (gained, relative)


def official(kind: str) -> tuple[int, int]:
    """FLOPs and parameters of a block of the official LeViT-128S's second stage."""
    blocks = OFFICIAL["models"]["levit128s"]["blocks"]
    return next(
        (block["flops"], block["params"]) for block in blocks if (block["kind"], block.get("stage")) == (kind, 1)
    )


def test_the_largest_change_comes_first():
    changes = [abs(row.flops.gained) for row in diff(planned(), plan(load_spec("levit256"))).rows]
    assert changes == sorted(changes, reverse=True)


def test_a_row_that_gains_only_parameters_is_a_change():
    embedded = plan(make_spec({"stages": [STAGE], "position": "embedding"}))
    found = diff(plan(make_spec({"stages": [STAGE], "position": "none"})), embedded)
    assert [(row.path, row.flops, row.params) for row in found.rows] == [
        ("pos_embed", Change(None, 0), Change(None, 196 * 16))
    ]


@given(specs(max_stages=2), specs(max_stages=2), st.sampled_from(By))
def test_changed_rows_add_up_to_the_change_of_the_total(a, b, by):
    before, after = plan(a), plan(b)
    found = diff(before, after, by)
    assert found.total.flops == Change(flops(before), flops(after))
    assert found.total.params == Change(params(before), params(after))
    assert sum(row.flops.gained for row in found.rows) == found.total.flops.gained
    assert sum(row.params.gained for row in found.rows) == found.total.params.gained


@given(specs(max_stages=2), specs(max_stages=2))
def test_the_way_back_is_the_opposite(a, b):
    there, back = diff(plan(a), plan(b)), diff(plan(b), plan(a))
    assert {row.path: (row.before, row.after) for row in there.rows} == {
        row.path: (row.after, row.before) for row in back.rows
    }
    assert {change.field: (change.before, change.after) for change in there.fields} == {
        change.field: (change.after, change.before) for change in back.fields
    }


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_the_total_is_counted_under_the_convention(convention):
    after = planned("stages.0.depth=3")
    total = diff(planned(), after, By.BLOCK, convention).total
    assert total.flops == Change(flops(planned(), convention), flops(after, convention))
