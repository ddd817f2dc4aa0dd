"""What the explorer begins with."""

import io

import pytest

from levit_explore import SpecError, load_spec
from levit_explore.explorer.actions import AddStage, SetField
from levit_explore.explorer.state import opened, started
from levit_explore.explorer.update import update
from levit_explore.spec.load import bundled_names
from tests.cli.call import TINY, call


@pytest.mark.parametrize("name", bundled_names())
def test_an_opened_spec_is_the_spec_that_is_loaded(name):
    state = opened(name)
    assert (state.spec, state.changed, state.unsaved) == (load_spec(name), frozenset(), False)


def test_edits_at_the_opening_are_a_first_step_from_the_source():
    state = opened("levit256", ["stages.1.depth=5"], "192x256")
    assert state.spec == load_spec("levit256", ["stages.1.depth=5"], "192x256")
    assert state.changed == {("stages", 1, "depth"), ("image_size",)}
    assert state.past == (opened("levit256").value,)


def test_a_source_that_is_sound_only_with_its_edits_is_held_against_itself_with_them(tmp_path):
    file = tmp_path / "broken.yaml"
    file.write_text("stages: [{dim: 64, depth: 1, heads: 0, key_dim: 16}]\n")
    state = opened(file, ["stages.0.heads=2"])
    assert (state.spec.stages[0].heads, state.unsaved, state.past) == (2, False, ())


@pytest.mark.parametrize("source", ["levit999", "", "\x00", "a\nb"])
def test_a_source_that_is_none_raises_as_loading_it_does(source):
    with pytest.raises(SpecError) as loading:
        load_spec(source)
    with pytest.raises(SpecError) as opening:
        opened(source)
    assert opening.value.problems == loading.value.problems


def test_standard_input_is_read_once_and_its_edits_are_in_the_base(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TINY.encode())))
    state = opened("-", ["stages.0.depth=3"])
    assert (state.spec.name, state.spec.stages[0].depth, state.unsaved) == ("stdin", 3, False)


def test_fields_from_elsewhere_are_their_own_base():
    value = {"stages": [{"dim": 64, "depth": 1, "heads": 2, "key_dim": 16}]}
    state = started("weights.pth", "weights", value)
    assert (state.spec.name, state.base, state.unsaved) == ("weights", value, False)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("stages", 1, "key_dim"), "0"),
        (("stages", 1, "haeds"), "4"),
        (("stages", 9, "heads"), "4"),
        (("stages", 0, "downsample", "heads"), "4"),
        (("image_size",), "[1, 2, 3]"),
        (("stem", "dims"), "[8, 16]"),
        (("activation",), "sliu"),
        (("name",), "7"),
        (("nothing",), "["),
    ],
)
def test_a_refused_edit_says_what_the_command_line_says(path, text):
    problem = update(opened("levit384_s8"), SetField(path, text)).problem
    edit = f"{'.'.join(map(str, path))}={text}"
    status, _, err = call("show", "levit384_s8", "--set", edit)
    assert status == 2
    assert (problem.path, problem.text) == (path, text)
    assert "\n".join(problem.lines) == err.removeprefix("error: ").rstrip("\n")


def test_a_problem_in_brief_leaves_out_the_edit():
    problem = update(opened("levit256"), SetField(("stages", 1, "heads"), "0")).problem
    assert problem.brief == ("stages[1].heads is 0; it must be a positive integer",)


def test_a_stage_of_ones_own_is_a_change_with_all_its_fields():
    state = update(opened("levit128s_a1"), AddStage(0))
    fields = ("dim", "depth", "heads", "key_dim", "attn_ratio", "mlp_ratio")
    assert state.changed == {("stages", 1), *(("stages", 1, name) for name in fields)}
