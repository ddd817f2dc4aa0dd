"""Opening, saving, following a file, leaving, and what a process that is gone has left."""

import pytest

from levit_explore import load_spec
from levit_explore.explorer.actions import Open, Pin, SetField
from levit_explore.explorer.app.screen import Explorer
from levit_explore.explorer.journal import Journal
from levit_explore.explorer.leftovers import left_over
from levit_explore.explorer.state import opened
from levit_explore.explorer.update import update
from tests.explorer.app.screens import YAML, explored, lines, options, press, typing

DEPTH = ("stages", 0, "depth")


pytestmark = pytest.mark.usefixtures("home")


def test_saving_keeps_comments_and_changes_what_was_changed(mine):
    async def script(app, pilot):
        await press(pilot, "down 3 enter s")
        return app.state.unsaved, "\n".join(lines(app))

    unsaved, shown = explored(Explorer(opened("mine.yaml")), script)
    assert not unsaved
    assert "saved mine.yaml" in shown
    assert mine.read_text() == YAML.replace("depth: 2", "depth: 3")


def test_a_bundled_spec_is_saved_under_a_new_name(tmp_path):
    async def script(app, pilot):
        await press(pilot, "down 5 enter s enter")
        return app.state

    state = explored(Explorer(opened("levit256")), script)
    assert (state.source, state.unsaved) == ("my_levit256.yaml", False)
    assert load_spec("my_levit256.yaml").stages == load_spec("levit256", ["stages.0.depth=5"]).stages


def test_a_spec_is_saved_to_another_file_which_is_then_its_own(mine):
    async def script(app, pilot):
        await press(pilot, f"down 3 enter S ctrl+u {typing('other.yaml')} enter down 4 enter s")
        return app.state

    state = explored(Explorer(opened("mine.yaml")), script)
    assert (state.source, state.unsaved) == ("other.yaml", False)
    assert mine.read_text() == YAML
    assert load_spec("other.yaml") == load_spec("mine.yaml", ["stages.0.depth=3", "stages.0.heads=4"])


@pytest.mark.parametrize(("answer", "kept"), [("enter", True), ("up enter", False), ("escape", True)])
def test_a_file_that_is_there_is_replaced_only_on_demand(tmp_path, answer, kept):
    (tmp_path / "my_levit256.yaml").write_text("precious")

    async def script(app, pilot):
        await press(pilot, f"down 5 enter s enter {answer}")

    explored(Explorer(opened("levit256")), script)
    assert ((tmp_path / "my_levit256.yaml").read_text() == "precious") == kept


def test_another_spec_is_opened():
    async def script(app, pilot):
        await press(pilot, f"o {typing('levit192')} enter")
        return app.state.source, app.body.table.entry.value

    assert explored(Explorer(opened("levit256")), script) == ("levit192", load_spec("levit192").stages[0].dim)


def test_a_spec_that_is_not_there_is_said_and_nothing_is_lost():
    async def script(app, pilot):
        await press(pilot, f"o {typing('nope')} enter")
        return app.state.source, "\n".join(lines(app))

    source, shown = explored(Explorer(opened("levit256")), script)
    assert source == "levit256"
    assert "no such file" in shown


@pytest.mark.parametrize(
    ("keys", "runs", "text"),
    [
        ("q", False, YAML),
        ("down 3 enter q", True, YAML),
        ("down 3 enter q escape", True, YAML),
        ("down 3 enter q down enter", False, YAML),
        ("down 3 enter q enter", False, YAML.replace("depth: 2", "depth: 3")),
        ("down 3 enter ctrl+q down enter", False, YAML),
        ("down 3 enter u q", False, YAML),
    ],
)
def test_leaving_asks_where_anything_is_unsaved(mine, keys, runs, text):
    async def script(app, pilot):
        await press(pilot, keys)
        return app.is_running and app._exit is False

    assert explored(Explorer(opened("mine.yaml")), script) == runs
    assert mine.read_text() == text


def _crashed(source, *actions):
    """What a process leaves that ends in the middle of an edit."""
    journal, state = Journal(), opened(source)
    for action in actions or [SetField(DEPTH, "9")]:
        journal.record(state)
        state = update(state, action)
    journal.record(state)
    journal.close()
    return left_over(opened(state.source))


@pytest.mark.parametrize(
    ("answer", "depth", "left"), [("enter", 9, False), ("down enter", 2, False), ("escape", 2, True)]
)
def test_what_a_process_has_left_is_offered(mine, answer, depth, left):
    state = _crashed("mine.yaml")

    async def script(app, pilot):
        assert options(app) == ["restore", "discard"]
        await press(pilot, answer)
        return app.state.spec.stages[0].depth

    assert explored(Explorer(opened("mine.yaml"), left=state), script) == depth
    assert (left_over(opened("mine.yaml")) is not None) == left


def test_a_b_that_a_process_has_left_is_offered_as_such(mine):
    state = _crashed("levit256", SetField(DEPTH, "9"), Pin(), Open("mine.yaml"))

    async def script(app, pilot):
        offered = " ".join(" ".join(lines(app)).split())
        await press(pilot, "enter f")
        return offered, app.state.spec.stages[0].depth

    offered, depth = explored(Explorer(opened("mine.yaml"), left=state), script)
    assert "A B was left here that nobody saved" in offered
    assert depth == 9


def test_a_restored_history_can_be_undone(mine):
    async def script(app, pilot):
        await press(pilot, "enter u")
        return app.state.spec.stages[0].depth

    assert explored(Explorer(opened("mine.yaml"), left=_crashed("mine.yaml")), script) == 2


def test_edits_are_in_the_journal_until_one_leaves(mine):
    async def script(app, pilot):
        await press(pilot, "down 8 enter")
        files = list((mine.parent / "state").rglob("*.jsonl"))
        await press(pilot, "q down enter")
        return len(files)

    assert explored(Explorer(opened("mine.yaml"), journal=Journal()), script) == 1
    assert list((mine.parent / "state").rglob("*.jsonl")) == []


def test_a_journal_that_cannot_be_written_is_said_once(mine):
    (mine.parent / "state").write_text("in the way")

    async def script(app, pilot):
        await press(pilot, "down 8 enter 9 enter")
        return "\n".join(lines(app))

    shown = explored(Explorer(opened("mine.yaml"), journal=Journal()), script)
    assert shown.count("not kept") + shown.count("history of edits") >= 1
