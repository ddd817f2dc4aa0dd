"""Keys that come at once: boxes over the screen close once, and never stand on each other."""

import pytest
from textual.events import Key

from levit_explore.explorer.app.asking import Choose
from levit_explore.explorer.app.screen import Explorer
from levit_explore.explorer.state import opened
from tests.explorer.app.screens import explored, press

CHARACTERS = {"enter": "\r", "escape": "\x1b"}


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("key", ["enter", "escape"])
@pytest.mark.parametrize("keys", ["c", "o", "s", "S", "e", "down 5 enter q", "question_mark"])
def test_a_key_that_comes_twice_at_once_closes_a_box_once(keys, key):
    async def script(app, pilot):
        await press(pilot, keys)
        box = app.screen
        for _ in range(2):
            app.post_message(Key(key, CHARACTERS[key]))
        await pilot.pause()
        await pilot.pause()
        return box.is_current, isinstance(app.screen_stack[0], type(box))

    stays = (keys, key) == ("question_mark", "enter")  # which copies a command
    assert explored(Explorer(opened("levit256")), script) == (stays, False)


def test_two_answers_at_once_are_one():
    answers = []

    async def script(app, pilot):
        box = Choose("Which?", [("this", ""), ("that", "")])
        app.push_screen(box, answers.append)
        await pilot.pause()
        for answer in ("this", "that"):
            box.dismiss(answer)
        await pilot.pause()

    explored(Explorer(opened("levit256")), script)
    assert answers == ["this"]


@pytest.mark.parametrize("keys", ["down 5 enter ctrl+q", "c", "o", "question_mark"])
def test_leaving_is_not_asked_over_another_question(keys):
    async def script(app, pilot):
        await press(pilot, keys)
        before = list(app.screen_stack)
        await press(pilot, "ctrl+q ctrl+q")
        return before == app.screen_stack and app.is_running and app._exit is False

    assert explored(Explorer(opened("levit256")), script)


def test_what_comes_at_once_and_is_refused_is_said_beside_the_field_too():
    async def script(app, pilot):
        await press(pilot, "down down")
        for key, character in [("0", "0"), ("enter", CHARACTERS["enter"])]:
            app.post_message(Key(key, character))
        await pilot.pause()
        await pilot.pause()
        refusal, editor = app.screen.query_one("#refusal"), app.screen.query_one("#editor")
        return refusal.display, refusal.region.y == editor.region.bottom

    assert explored(Explorer(opened("levit256")), script) == (True, True)
