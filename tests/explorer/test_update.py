"""Every action, by itself and in random sequences."""

import pytest

from levit_explore import flops, load_spec, plan
from levit_explore.explorer.actions import (
    AddStage,
    Apply,
    ChooseConvention,
    DuplicateStage,
    Flip,
    Open,
    Pin,
    Redo,
    RemoveStage,
    ResetAll,
    ResetField,
    Saved,
    SetField,
    StepField,
    Undo,
    Unpin,
)
from levit_explore.explorer.results import results
from levit_explore.explorer.state import opened
from levit_explore.explorer.update import update
from levit_explore.spec.load import bundled_names

DEPTH = ("stages", 1, "depth")


def after(source, *actions):
    state = opened(source)
    for action in actions:
        state = update(state, action)
        assert state.problem is None, state.problem
    return state


@pytest.mark.parametrize(
    ("actions", "edits"),
    [
        ([SetField(DEPTH, "5")], ["stages.1.depth=5"]),
        ([SetField(("image_size",), "[192, 256]")], ["image_size=[192, 256]"]),
        ([StepField(("stages", 0, "heads"), 2)], ["stages.0.heads=6"]),
        ([StepField(DEPTH, 1), StepField(DEPTH, 1)], ["stages.1.depth=6"]),
        ([SetField(DEPTH, "5"), Undo(), Redo()], ["stages.1.depth=5"]),
        ([SetField(DEPTH, "5"), SetField(DEPTH, "6"), Undo()], ["stages.1.depth=5"]),
        ([SetField(("stem", "kind"), "patch")], ["stem={kind: patch, size: 16}"]),
        ([SetField(("stem", "dims"), "[64, 256]")], ["stem={kind: convs, dims: [64, 256]}"]),
        ([StepField(("stem", "dims"), -1)], ["stem={kind: convs, dims: [64, 128, 256]}"]),
        ([SetField(("stages", 1, "downsample", "attn_ratio"), "3")], ["stages.1.downsample.attn_ratio=3"]),
        ([Apply(((DEPTH, 5), (("drop_path",), 0.2)))], ["stages.1.depth=5", "drop_path=0.2"]),
    ],
)
def test_an_action_does_what_edits_on_the_command_line_do(actions, edits):
    assert after("levit256", *actions).spec == load_spec("levit256", edits)


@pytest.mark.parametrize(
    "actions",
    [
        [SetField(DEPTH, "5"), Undo()],
        [SetField(DEPTH, "5"), ResetField(DEPTH)],
        [SetField(DEPTH, "5"), SetField(("name",), "mine"), ResetAll()],
        [AddStage(2), RemoveStage(3)],
        [DuplicateStage(1), RemoveStage(1)],
        [SetField(("activation",), "silu"), SetField(("activation",), "")],
        [SetField(DEPTH, "5"), ResetField(("stages", 1))],
        [SetField(("stem", "kind"), "patch"), ResetField(("stem", "size"))],
        [Pin(), SetField(DEPTH, "5"), Flip()],
    ],
)
def test_there_and_back_is_what_was_opened_with_what_the_paper_prints(actions):
    state = after("levit256", *actions)
    assert (state.spec, state.changed, state.unsaved) == (load_spec("levit256"), frozenset(), False)


def test_an_edited_network_is_not_the_published_one_but_one_with_another_name_is():
    assert after("levit256", SetField(DEPTH, "5")).spec.published is None
    assert after("levit256", SetField(("name",), "mine")).spec.published is not None


@pytest.mark.parametrize("action", [SetField(DEPTH, "4"), ResetField(DEPTH), ResetAll(), Apply(()), Undo(), Redo()])
def test_what_changes_nothing_is_no_step(action):
    assert update(opened("levit256"), action) == opened("levit256")


def test_an_added_stage_is_wider_by_half_and_its_downsample_is_derived():
    spec = after("levit256", AddStage(2)).spec
    assert (spec.stages[3].dim, spec.stages[3].heads, spec.stages[3].key_dim) == (768, 12, 32)
    assert spec.stages[3].downsample.heads == spec.stages[2].dim // 32


def test_a_doubled_stage_is_edited_by_itself():
    spec = after("levit256", DuplicateStage(1), SetField(("stages", 2, "downsample", "stride"), "1")).spec
    assert [stage.downsample.stride for stage in spec.stages[1:]] == [2, 1, 2]


def test_a_new_first_stage_loses_its_downsample():
    spec = after("levit256", RemoveStage(0)).spec
    assert (len(spec.stages), spec.stages[0].downsample, spec.stem.dims[-1]) == (2, None, 384)


@pytest.mark.parametrize(
    "action", [StepField(("stages", 0, "dim"), 1), SetField(("stages", 0, "dim"), "416"), RemoveStage(0)]
)
def test_a_written_stem_follows_the_dim_of_the_first_stage(action):
    spec = after("levit384_s8", action).spec
    assert spec.stem.dims == (96, 192, spec.stages[0].dim)


def test_flipping_is_undone_with_what_is_pinned():
    state = after("levit256", Pin(), SetField(DEPTH, "5"), Flip())
    a, b = state.pinned, state.value
    assert (a["stages"][1]["depth"], b["stages"][1]["depth"]) == (5, 4)
    back = update(state, Undo())
    assert (back.value, back.pinned) == (a, b)
    again = update(back, Redo())
    assert (again.value, again.pinned) == (b, a)


def test_what_is_pinned_stays_when_an_edit_is_undone():
    state = after("levit256", SetField(DEPTH, "5"), Pin(), SetField(DEPTH, "6"), Undo())
    assert state.pinned["stages"][1]["depth"] == 5
    assert update(state, Unpin()).pinned is None


@pytest.mark.parametrize(
    ("action", "line"),
    [
        (Flip(), "nothing is pinned as B; pin this spec first, then change it"),
        (RemoveStage(7), "stages has entries 0 to 2; 7 is none of them"),
        (StepField(("stages", 1), 1), "stages[1] is not a single value; step a field in it"),
        (StepField(("stages", 1, "haeds"), 1), "stages[1].haeds is not a field of this spec"),
        (
            Open("seven\n.yaml"),
            "seven\\n.yaml: no such file or bundled spec; the bundled specs are " + ", ".join(bundled_names()),
        ),
        (
            SetField(("published",), ""),
            "--set published=: published is what a paper prints of one network; it is not edited here",
        ),
        (SetField((), "5"), "--set =5: an edit needs a field, such as stages.1.depth"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line_and_nothing_changes(action, line):
    state = update(opened("levit256"), action)
    assert state.problem.lines == (line,)
    assert state.value == opened("levit256").value


def test_an_unknown_convention_is_refused_and_a_known_one_counts():
    assert update(opened("levit256"), ChooseConvention("fvcroe")).problem is not None
    state = update(opened("levit256"), ChooseConvention("fvcore"))
    assert results(state).flops == flops(plan(load_spec("levit256")), "fvcore")


def test_opening_another_spec_keeps_b_and_begins_afresh():
    state = after("levit256", Pin(), SetField(DEPTH, "5"), Open("levit384"))
    assert (state.spec, state.past, state.unsaved) == (load_spec("levit384"), (), False)
    assert state.pinned == opened("levit256").value


def test_a_saved_bundled_spec_becomes_a_network_of_its_own():
    state = after("levit256", SetField(DEPTH, "5"), Saved("nets/mine.yaml"))
    assert (state.source, state.spec.name, state.unsaved) == ("nets/mine.yaml", "mine", False)
    assert state.spec.source == "levit256 with stages.1.depth=5"
