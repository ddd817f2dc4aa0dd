"""The fields as the front ends show them."""

import dataclasses

import pytest
from hypothesis import given

from levit_explore import make_spec
from levit_explore.explorer.actions import SetField
from levit_explore.explorer.fields import table, typed
from levit_explore.explorer.state import opened, started
from levit_explore.explorer.update import update
from levit_explore.spec.fields import Downsample, Spec, Stage
from levit_explore.spec.load import bundled_names
from levit_explore.spec.reader import read_value
from tests.strategies import spec_fields


def entries(state):
    return {entry.name: entry for entry in table(state.spec, state)}


def names(data, *without):
    return [field.name for field in dataclasses.fields(data) if field.name not in without]


def test_every_field_of_the_format_is_in_the_table_but_what_a_paper_prints():
    found = table(opened("levit256").spec, opened("levit256"))
    assert [entry.label for entry in found.top] == [
        *names(Spec, "stem", "stages", "published"),
        "stem.kind",
        "stem.dims",
    ]
    assert [[entry.label for entry in stage] for stage in found.stages] == [names(Stage, "downsample")] * 3
    assert [[entry.label for entry in part] for part in found.downsamples] == [[], *[names(Downsample)] * 2]


def test_what_is_not_written_is_derived_and_what_differs_is_changed():
    state = update(opened("levit256"), SetField(("stages", 1, "downsample", "heads"), "6"))
    found = entries(state)
    assert (found["stages[1].downsample.heads"].derived, found["stages[1].downsample.heads"].changed) == (False, True)
    assert (found["stages[2].downsample.heads"].derived, found["stages[2].downsample.heads"].changed) == (True, False)
    assert found["stages[2].downsample.heads"].value == 384 // 32


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("position", ("bias", "embedding", "none")),
        ("distillation", ("true", "false")),
        ("stem.kind", ("convs", "patch")),
        ("stages[0].heads", ()),
    ],
)
def test_a_field_of_a_few_words_has_them_as_options(name, options):
    assert entries(opened("levit256"))[name].options == options


@pytest.mark.parametrize("name", bundled_names())
def test_typing_what_is_shown_changes_no_number(name):
    state = opened(name)
    for entry in table(state.spec, state):
        again = update(state, SetField(entry.path, entry.text))
        assert again.problem is None
        assert dataclasses.replace(again.spec, published=None) == dataclasses.replace(state.spec, published=None)


@given(spec_fields())
def test_the_table_shows_the_values_of_the_spec(fields):
    spec = make_spec(fields)
    for entry in table(spec, started("x", "spec", fields)):
        assert read_value(entry.text, "x") == entry.value


@pytest.mark.parametrize(
    "value", [5, 0.5, 1e-7, True, "4", "a: b", "x\u2028y", [1, 2], {"kind": "patch", "size": 8}, ""]
)
def test_what_is_typed_reads_back(value):
    assert read_value(typed(value), "x") == value
