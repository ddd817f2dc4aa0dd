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
    Taken,
    Undo,
    Unpin,
)
from levit_explore.explorer.command import Plain, command_line, needed, plain, whole
from levit_explore.explorer.saving import save
from levit_explore.explorer.state import opened
from levit_explore.explorer.update import update
from tests.cli.call import TINY, document, printed
from tests.explorer.shell import carried_out
from tests.explorer.strategies import EDITS, STARTS

DEPTH = ("stages", 1, "depth")
FIVE = SetField(DEPTH, "5")


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
        (ChooseConvention("fvcore"), "--convention fvcore"),
        (Open("my net.yaml"), "levit-explore explore 'my net.yaml'"),
        (Taken({}), "levit-explore explore levit256"),
        (Open("-x.yaml"), "levit-explore explore ./-x.yaml"),
        (Pin(), "levit-explore show levit256 -o b.yaml"),
        (Saved("mine.yaml"), "levit-explore new mine.yaml --from levit256"),
    ],
)
def test_an_action_has_a_plain_command(action, words):
    assert plain(action, opened("levit256")) == Plain(words)


@pytest.mark.parametrize(
    ("action", "why"),
    [
        (ResetField(DEPTH), "nothing changes"),
        (ResetAll(), "nothing changes"),
        (Undo(), "nothing to take back"),
        (Redo(), "nothing was taken back"),
        (Flip(), "nothing is kept as B"),
        (Unpin(), "nothing is kept as B"),
        (RemoveStage(7), "stages has entries 0 to 2; 7 is none of them"),
    ],
)
def test_where_there_is_nothing_to_do_words_say_so(action, why):
    assert plain(action, opened("levit256")) == Plain(why=why)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (ResetField(DEPTH), "--set stages.1.depth=4"),
        (ResetAll(), "--set stages.1.depth=4"),
        (Undo(), "--set stages.1.depth=4"),
        (Saved("mine.yaml"), "levit-explore new mine.yaml --from levit256 --set stages.1.depth=5"),
    ],
)
def test_the_way_back_is_an_edit_too(action, words):
    assert plain(action, edited(FIVE)) == Plain(words)


def test_doing_again_and_flipping_are_edits_too():
    assert plain(Redo(), edited(SetField(DEPTH, "5"), Undo())).command == "--set stages.1.depth=5"
    assert plain(Flip(), edited(Pin(), SetField(DEPTH, "5"))).command == "--set stages.1.depth=4"


@pytest.mark.parametrize("action", [AddStage(0), RemoveStage(0), RemoveStage(2)])
def test_more_or_fewer_stages_are_set_whole(action):
    assert plain(action, opened("levit256")).command.startswith("--set 'stages=[{dim: ")


@given(STARTS, EDITS)
def test_the_command_of_an_edit_leads_from_the_spec_to_what_the_edit_makes(start, edit):
    before = opened(start.source)
    after = update(before, edit)
    flags = shlex.split(plain(edit, before).command)
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


def test_a_command_stands_behind_those_that_write_what_it_reads():
    state = edited(Pin(), SetField(DEPTH, "5"))
    (need,) = needed(state)
    assert whole(state, "levit-explore diff b.yaml x.yaml") == f"{need.command} && levit-explore diff b.yaml x.yaml"
    assert whole(state, "levit-explore flops x.yaml") == "levit-explore flops x.yaml"


def test_b_is_never_kept_in_the_file_that_was_opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b.yaml").write_text(TINY)
    command = plain(Pin(), opened("./b.yaml")).command
    assert command == "levit-explore show ./b.yaml -o b_pinned.yaml"


@pytest.mark.parametrize(
    "edits", [(), (SetField(DEPTH, "5"),), (SetField(DEPTH, "5"), SetField(("name",), "my 'net'"))]
)
def test_the_command_for_saving_writes_the_network_that_the_explorer_saves(edits, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    state = edited(*edits)
    save(state, "ours.yaml")
    carried_out(plain(Saved("theirs.yaml"), state).command)
    ours, theirs = load_spec("ours.yaml"), load_spec("theirs.yaml")
    assert (ours.stages, ours.stem, ours.image_size) == (theirs.stages, theirs.stem, theirs.image_size)
    if len(edits) < 2:  # else the name is the network's own, and not that of the file
        assert (tmp_path / "ours.yaml").read_text().replace("ours", "theirs") == (tmp_path / "theirs.yaml").read_text()
