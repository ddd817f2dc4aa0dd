"""The history that outlives a crash."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore.explorer.actions import Flip, Open, Pin, SetField, StepField, Undo, Unpin
from levit_explore.explorer.journal import Journal, folder
from levit_explore.explorer.leftovers import forget, left_over
from levit_explore.explorer.state import opened
from levit_explore.explorer.update import update

DEPTH = ("stages", 1, "depth")
ACTIONS = (SetField(DEPTH, "5"), Pin(), SetField(DEPTH, "6"), Flip(), StepField(("stages", 0, "heads"), 1), Undo())
CRASH = """
import os
from levit_explore.explorer.actions import *
from levit_explore.explorer.journal import Journal
from levit_explore.explorer.state import opened
from levit_explore.explorer.update import update
state, journal = opened({source!r}), Journal()
for action in {actions!r}:
    state = update(state, action)
    journal.record(state)
os._exit(0)
"""


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(sys, "platform", "linux")
    return tmp_path / "state"


def after(source, *actions):
    state = opened(source)
    for action in actions:
        state = update(state, action)
    return state


def recorded(source, *actions):
    """The journal of a process that goes on, with every state of some actions."""
    journal, state = Journal(), opened(source)
    for action in actions:
        state = update(state, action)
        journal.record(state)
    return journal


def kept():
    return sorted(folder().iterdir()) if folder().exists() else []


def test_a_process_that_is_gone_leaves_its_whole_history():
    subprocess.run([sys.executable, "-c", CRASH.format(source="levit256", actions=ACTIONS)], check=True)
    assert left_over(opened("levit256")) == after("levit256", *ACTIONS)


def test_a_process_that_runs_leaves_nothing_yet():
    journal = recorded("levit256", *ACTIONS)
    assert (len(kept()), left_over(opened("levit256"))) == (1, None)
    journal.close()
    assert left_over(opened("levit256")) == after("levit256", *ACTIONS)


def test_what_is_dropped_or_forgotten_is_gone():
    recorded("levit256", *ACTIONS).discard()
    assert left_over(opened("levit256")) is None
    recorded("levit256", *ACTIONS).close()
    recorded("levit384", *ACTIONS).close()
    forget(after("levit256", *ACTIONS))
    assert (left_over(opened("levit256")), left_over(opened("levit384"))) == (None, after("levit384", *ACTIONS))


def test_another_source_has_a_journal_of_its_own():
    recorded("levit256", SetField(DEPTH, "5"), Open("levit384"), SetField(DEPTH, "7")).close()
    assert left_over(opened("levit256")) is None
    assert left_over(opened("levit384")).spec.stages[1].depth == 7


def test_b_is_left_by_a_crash_after_another_spec_was_opened():
    recorded("levit256", SetField(DEPTH, "5"), Pin(), SetField(DEPTH, "6"), Open("levit384")).close()
    left = left_over(opened("levit384"))
    assert left.pinned["stages"][1]["depth"] == 5
    assert (left.unsaved, left.past) == (False, ())


def test_a_b_that_is_what_was_opened_is_no_reason_for_a_journal():
    recorded("levit256", Pin()).close()
    assert kept() == []


def test_a_b_that_was_let_go_is_not_left():
    recorded("levit256", SetField(DEPTH, "5"), Pin(), Open("levit384"), Unpin()).close()
    assert left_over(opened("levit384")) is None


def test_a_file_is_found_again_by_any_way_that_leads_to_it(tmp_path, monkeypatch):
    (tmp_path / "net.yaml").write_text("stages: [{dim: 64, depth: 1, heads: 2, key_dim: 16}]\n")
    monkeypatch.chdir(tmp_path)
    recorded("net.yaml", SetField(("stages", 0, "depth"), "5")).close()
    assert left_over(opened(str(tmp_path / "net.yaml"))).spec.stages[0].depth == 5


@given(st.integers(0, 20_000), st.binary(max_size=40))
def test_a_torn_or_spoilt_journal_gives_an_earlier_state_or_none(tmp_path_factory, cut, noise):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        recorded("levit256", *ACTIONS).close()
        (file,) = kept()
        data = file.read_bytes()
        file.write_bytes(data[: cut % len(data)] + noise)
        states = [after("levit256", *ACTIONS[: count + 1]) for count in range(len(ACTIONS))]
        assert left_over(opened("levit256")) in [None, *states]


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b"[]",
        b"null",
        b'{"now": {}}',
        b'{"now": {"length": -1, "position": 0}}',
        b'{"now": {"length": 99999999999, "position": 0, "name": "x"}}',
        b'{"at": 0, "value": {"stages": []}}\n{"now": {"name": "x", "base": {}, "pinned": null, "convention": "levit", '
        b'"flips": [], "position": 0, "length": 1}}',
        b"[" * 100_000,
        b"\xff\xfe\x00",
    ],
)
def test_lines_that_say_nothing_sound_give_nothing(line):
    recorded("levit256", SetField(DEPTH, "5")).close()
    (file,) = kept()
    file.write_bytes(line)
    assert left_over(opened("levit256")) is None


def test_a_directory_that_cannot_be_written_is_said_once_and_nothing_is_raised(home):
    home.write_text("a file where the directory should be")
    journal = Journal()
    journal.record(after("levit256", SetField(DEPTH, "5")))
    assert journal.problem is not None
    assert "the history of edits is not kept" in journal.problem
    journal.close()
    assert left_over(opened("levit256")) is None
    forget(after("levit256", SetField(DEPTH, "5")))


def test_only_its_owner_may_read_a_journal():
    recorded("levit256", *ACTIONS).close()
    (file,) = kept()
    assert (file.stat().st_mode & 0o777, folder().stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize(
    ("platform", "variable", "value", "place"),
    [
        ("linux", "XDG_STATE_HOME", "/s", "/s/levit-explore"),
        ("linux", "XDG_STATE_HOME", "relative", "/home/me/.local/state/levit-explore"),
        ("linux", "XDG_STATE_HOME", "", "/home/me/.local/state/levit-explore"),
        ("darwin", "XDG_STATE_HOME", "", "/home/me/Library/Application Support/levit-explore"),
        ("win32", "LOCALAPPDATA", "/local", "/local/levit-explore"),
    ],
)
def test_journals_lie_where_the_system_keeps_the_state_of_programs(platform, variable, value, place, monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv(variable, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert os.fspath(folder()) == place
