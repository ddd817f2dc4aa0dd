"""A file that an editor saves while it is explored: followed, taken or refused."""

from dataclasses import replace

import pytest

from levit_explore import load_spec
from levit_explore.explorer.app import asks
from levit_explore.explorer.app.following import Followed
from levit_explore.explorer.app.screen import Explorer
from levit_explore.explorer.state import opened
from tests.explorer.app.screens import YAML, explored, lines, options, press

pytestmark = pytest.mark.usefixtures("mine")


def _saved(mine, depth):
    mine.write_text(YAML.replace("depth: 2", f"depth: {depth}") + "# another size\n")


def test_a_followed_file_is_taken_as_a_step_that_can_be_undone(mine):
    async def script(app, pilot):
        _saved(mine, 7)
        asks.look(app)
        await pilot.pause()
        taken = app.state
        await press(pilot, "u")
        return taken, app.state

    taken, before = explored(Explorer(opened("mine.yaml"), followed=Followed("mine.yaml")), script)
    assert (taken.spec.stages[0].depth, taken.unsaved) == (7, False)
    assert before.spec.stages[0].depth == 2


@pytest.mark.parametrize(("answer", "depth"), [("down enter", 7), ("down enter u", 3), ("enter", 3), ("escape", 3)])
def test_own_edits_are_not_lost_when_the_file_is_saved(mine, answer, depth):
    async def script(app, pilot):
        await press(pilot, "down 3 enter")
        _saved(mine, 7)
        asks.look(app)
        await pilot.pause()
        assert options(app) == ["keep", "take"]
        await press(pilot, answer)
        return app.state.spec.stages[0].depth

    assert explored(Explorer(opened("mine.yaml"), followed=Followed("mine.yaml")), script) == depth


def test_a_followed_file_that_is_not_sound_is_said_and_the_last_results_stay(mine):
    async def script(app, pilot):
        mine.write_text("stages: [{dim: 64, depth: -1, heads: 2, key_dim: 16}]")
        asks.look(app)
        await pilot.pause()
        return app.state.spec.stages[0].depth, " ".join(lines(app))

    depth, shown = explored(Explorer(opened("mine.yaml"), followed=Followed("mine.yaml")), script)
    assert depth == 2
    assert "stages[0].depth is -1" in shown


def test_a_file_that_is_away_for_a_moment_is_no_change(mine):
    followed = Followed("mine.yaml")
    mine.unlink()
    assert not followed.changed()
    mine.write_text(YAML + "\n")
    assert followed.changed()
    assert not followed.changed()


def test_a_saved_file_is_followed_under_its_new_name(tmp_path):
    async def script(app, pilot):
        await press(pilot, "down 5 enter s enter")
        return app.followed.path

    app = Explorer(replace(opened("levit256")), followed=Followed("levit256"))
    assert explored(app, script) == "my_levit256.yaml"


def test_a_file_that_spoils_while_it_is_asked_about_spoils_nothing(mine):
    async def script(app, pilot):
        await press(pilot, "down 3 enter")
        mine.write_text(YAML.replace("depth: 2", "depth: 7") + "# saved")
        asks.look(app)
        await pilot.pause()
        mine.write_text("stages: [")
        asks.look(app)
        await press(pilot, "down enter")
        return app.state.spec.stages[0].depth

    assert explored(Explorer(opened("mine.yaml"), followed=Followed("mine.yaml")), script) == 7


def test_a_followed_file_waits_while_a_field_is_edited(mine):
    async def script(app, pilot):
        await press(pilot, "down 3 enter down 4")
        mine.write_text(YAML.replace("depth: 2", "depth: 7") + "# saved")
        asks.look(app)
        before = len(app.screen_stack)
        await press(pilot, "enter")
        asks.look(app)
        await pilot.pause()
        return before, options(app), app.state.spec.stages[0].heads

    assert explored(Explorer(opened("mine.yaml"), followed=Followed("mine.yaml")), script) == (1, ["keep", "take"], 4)


def test_what_was_refused_is_not_asked_about_again_until_it_is_another(mine):
    async def script(app, pilot):
        await press(pilot, "down 3 enter")
        _saved(mine, 7)
        asks.look(app)
        await press(pilot, "enter 4 enter")
        mine.write_text(mine.read_text() + "# the same fields\n")
        asks.look(app)
        await press(pilot, "s")
        asked = len(app.screen_stack) > 1
        await press(pilot, "5 enter")
        _saved(mine, 8)
        await press(pilot, "s")
        return asked, options(app)

    assert explored(Explorer(opened("mine.yaml"), followed=Followed("mine.yaml")), script) == (False, ["take", "write"])
    assert load_spec("mine.yaml").stages[0].depth == 8


def test_what_was_saved_before_the_first_look_is_seen(mine):
    state = opened("mine.yaml")
    _saved(mine, 7)

    async def script(app, pilot):
        asks.look(app)
        return app.state.spec.stages[0].depth

    assert explored(Explorer(state, followed=Followed("mine.yaml")), script) == 7


@pytest.mark.parametrize("keys", ["", "down 3 enter"])
def test_comments_alone_are_no_step_and_no_question(mine, keys):
    async def script(app, pilot):
        await press(pilot, keys)
        before = app.state
        mine.write_text(YAML + "# more\n")
        asks.look(app)
        await pilot.pause()
        return app.state == before, len(app.screen_stack)

    assert explored(Explorer(opened("mine.yaml"), followed=Followed("mine.yaml")), script) == (True, 1)


def test_the_changes_that_an_editor_saved_too_are_saved(mine):
    async def script(app, pilot):
        await press(pilot, "down 3 enter")
        _saved(mine, 3)
        asks.look(app)
        await pilot.pause()
        return app.state.unsaved, len(app.state.past), len(app.screen_stack)

    assert explored(Explorer(opened("mine.yaml"), followed=Followed("mine.yaml")), script) == (False, 1, 1)
