"""The plain command of every action."""

import shlex

import pytest
from hypothesis import given

from levit_explore import load_spec
from levit_explore.explorer.actions import (
    AddStage,
    Apply,
    ChooseConvention,
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
from levit_explore.explorer.command import command, command_line
from levit_explore.explorer.state import opened
from levit_explore.explorer.update import update
from tests.cli.call import document, printed
from tests.explorer.strategies import EDITS, STARTS

DEPTH = ("stages", 1, "depth")


def edited(*actions):
    state = opened("levit256")
    for action in actions:
        state = update(state, action)
    return state


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (SetField(DEPTH, "5"), "--set stages.1.depth=5"),
        (SetField(DEPTH, " 5 "), "--set stages.1.depth=5"),
        (SetField(DEPTH, "-5"), "--set stages.1.depth=-5"),
        (SetField(("image_size",), "[192, 256]"), "--set 'image_size=[192, 256]'"),
        (SetField(("name",), "it's; rm *"), "--set 'name=it'\"'\"'s; rm *'"),
        (StepField(("stages", 0, "heads"), -1), "--set stages.0.heads=3"),
        (StepField(("stem", "kind"), 1), "--set 'stem={kind: patch, size: 16}'"),
        (Apply(((DEPTH, 2), (("drop_path",), 0.5))), "--set stages.1.depth=2 --set drop_path=0.5"),
        (ResetField(DEPTH), ""),
        (ResetAll(), ""),
        (Undo(), ""),
        (ChooseConvention("fvcore"), "--convention fvcore"),
        (Open("my net.yaml"), "levit-explore explore 'my net.yaml'"),
        (Pin(), "levit-explore flops levit256"),
        (Unpin(), ""),
        (Saved("mine.yaml"), "levit-explore show levit256 -o mine.yaml"),
    ],
)
def test_an_action_has_a_plain_command(action, words):
    assert command(action, opened("levit256")) == words


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (ResetField(DEPTH), "--set stages.1.depth=4"),
        (ResetAll(), "--set stages.1.depth=4"),
        (Undo(), "--set stages.1.depth=4"),
        (Saved("mine.yaml"), "levit-explore show levit256 --set stages.1.depth=5 -o mine.yaml"),
    ],
)
def test_the_way_back_is_an_edit_too(action, words):
    assert command(action, edited(SetField(DEPTH, "5"))) == words


def test_doing_again_and_flipping_are_edits_too():
    assert command(Redo(), edited(SetField(DEPTH, "5"), Undo())) == "--set stages.1.depth=5"
    assert command(Flip(), edited(Pin(), SetField(DEPTH, "5"))) == "--set stages.1.depth=4"


@pytest.mark.parametrize("action", [AddStage(0), RemoveStage(0), RemoveStage(2)])
def test_more_or_fewer_stages_are_set_whole(action):
    assert command(action, opened("levit256")).startswith("--set 'stages=[{dim: ")


@given(STARTS, EDITS)
def test_the_command_of_an_edit_leads_from_the_spec_to_what_the_edit_makes(start, edit):
    before = opened(start.source)
    after = update(before, edit)
    flags = shlex.split(command(edit, before))
    if after.problem is None:
        edits = flags[1::2]
        assert flags[::2] == ["--set"] * len(edits)
        loaded = load_spec(before.source, edits)
        assert (loaded.stages, loaded.stem, loaded.name) == (after.spec.stages, after.spec.stem, after.spec.name)


def test_a_command_line_gives_what_the_explorer_shows():
    state = edited(SetField(DEPTH, "5"), ChooseConvention("fvcore"), SetField(("name",), "a 'b'"))
    words = shlex.split(command_line(state, "flops"))
    assert words[0] == "levit-explore"
    assert document(*words[1:])["spec"] == "a 'b'"
    assert "fvcore" in printed(*words[1:])
