"""What processes that are gone have left, to be offered or removed."""

import os
import time

import pytest

from levit_explore.explorer.actions import Pin, Saved, SetField, Undo
from levit_explore.explorer.journal import Journal, folder
from levit_explore.explorer.leftovers import forget, left_over, tidy
from levit_explore.explorer.saving import save
from levit_explore.explorer.state import opened
from levit_explore.explorer.update import update

DEPTH = ("stages", 0, "depth")


@pytest.fixture(autouse=True)
def net(tmp_path, monkeypatch):
    """A file of one's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text("extends: base.yaml\nname: net\n")
    (tmp_path / "base.yaml").write_text(
        "stem: {kind: patch, size: 16}\nstages: [{dim: 64, depth: 1, heads: 2, key_dim: 16}]\n"
    )
    return tmp_path / "net.yaml"


def left(source, *actions):
    """The last state of a process that is gone, which wrote what it saved, and its journal."""
    journal, state, before = Journal(), opened(source), set(kept())
    for action in actions:
        if isinstance(action, Saved):
            save(state, action.path)
        state = update(state, action)
        journal.record(state)
    journal.close()
    (file,) = set(kept()) - before
    return state, file


def kept():
    return sorted(folder().iterdir()) if folder().exists() else []


@pytest.mark.parametrize(
    "actions",
    [
        [SetField(DEPTH, "5"), Saved("net.yaml")],
        [SetField(DEPTH, "5"), SetField(DEPTH, "6"), Saved("net.yaml"), Undo()],
        [SetField(DEPTH, "5"), Undo()],
        [SetField(("stem",), "{kind: patch, size: 8}"), SetField(("stem",), ""), Saved("net.yaml")],
    ],
)
def test_the_steps_to_what_was_saved_are_left_while_the_file_is_what_was_saved(actions, net):
    wanted, _ = left("net.yaml", *actions)
    assert left_over(opened("net.yaml")) == wanted
    net.write_text(net.read_text() + "# a comment\n")
    assert left_over(opened("net.yaml")) == wanted
    net.write_text(net.read_text() + "drop_path: 0.5\n")
    assert left_over(opened("net.yaml")) == (wanted if wanted.unsaved else None)


def test_what_is_never_offered_is_removed_and_all_else_stays(net):
    _, stale = left("net.yaml", SetField(DEPTH, "5"), Saved("net.yaml"))
    tidy(opened("net.yaml"))
    assert kept() == [stale]
    _, spoilt = left("levit256", SetField(DEPTH, "5"))
    spoilt.write_bytes(b"{}")
    _, unsaved = left("levit256", SetField(DEPTH, "5"))
    net.write_text(net.read_text() + "drop_path: 0.5\n")
    for source in ("net.yaml", "levit256"):
        tidy(opened(source))
    assert kept() == sorted([spoilt, unsaved])


def test_a_b_that_is_saved_nowhere_is_offered_whatever_the_file_is_now(net):
    wanted, file = left("net.yaml", SetField(DEPTH, "5"), Pin(), Undo())
    net.write_text(net.read_text() + "drop_path: 0.5\n")
    tidy(opened("net.yaml"))
    assert kept() == [file]
    assert left_over(opened("net.yaml")) == wanted


@pytest.mark.parametrize(("days", "runs", "stays"), [(89, False, True), (91, False, False), (91, True, True)])
def test_a_history_waits_for_ninety_days_unless_its_process_runs(days, runs, stays):
    _, file = left("levit256", SetField(DEPTH, "5"))
    journal = Journal()
    if runs:
        file.unlink()
        journal.record(update(opened("levit256"), SetField(DEPTH, "5")))
        (file,) = kept()
    os.utime(file, (time.time() - days * 86_400,) * 2)
    tidy(opened("levit384"))
    assert file.exists() == stays
    journal.close()


def test_a_history_that_was_restored_at_its_beginning_is_kept_anew():
    state, _ = left("levit256", SetField(DEPTH, "5"), Undo())
    forget(state)
    journal = Journal()
    journal.record(state)
    journal.close()
    assert left_over(opened("levit256")) == state


def test_of_two_processes_that_are_gone_both_are_offered_one_after_the_other():
    wanted = [left("levit256", SetField(DEPTH, depth))[0] for depth in "56"]
    offered = []
    for _ in wanted:
        offered.append(left_over(opened("levit256")))
        forget(offered[-1])
    assert sorted(offered, key=lambda state: state.spec.stages[0].depth) == wanted
    assert left_over(opened("levit256")) is None
