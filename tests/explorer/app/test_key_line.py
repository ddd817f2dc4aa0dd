"""The keys at the bottom: there with the rest, those of the part that has the focus, and clicked as pressed."""

import pytest

from levit_explore.explorer.app.screen import Explorer
from levit_explore.explorer.state import opened
from tests.explorer.app.screens import NARROW, WIDE, explored, lines, press


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


class _Watched(Explorer):
    """An explorer that remembers the first pictures that it shows."""

    def post_display_hook(self) -> None:
        self.__dict__.setdefault("pictures", []).append(lines(self))


@pytest.mark.parametrize("size", [NARROW, WIDE])
def test_the_keys_are_in_the_first_picture_that_has_the_totals(size):
    async def script(app, pilot):
        return next(picture for picture in app.pictures if any("act. bytes" in line for line in picture))

    assert "q Quit" in explored(_Watched(opened("levit384")), script, size)[-1]


@pytest.mark.parametrize(
    ("keys", "part", "named"),
    [
        ("", "#stages", "⏎ Edit +/- Step ⌫ Reset u Undo s Save ? Help q Quit"),
        ("enter", "#editor", "⏎ Take esc Cancel ^z Undo  "),
        ("", "#attentions", "← Head ⏎ Move query u Undo s Save ? Help q Quit"),
        ("", "#bias-view", "↑ Query esc Attentions u Undo s Save ? Help q Quit"),
    ],
)
def test_the_keys_are_those_of_the_part_that_has_the_focus(keys, part, named):
    async def script(app, pilot):
        app.body.query_one("#tabs").active = "tab-biases"
        await pilot.pause()
        if not keys:
            app.screen.query_one(part).focus()
            await pilot.pause()
        await press(pilot, keys)
        return app.focused.id, lines(app)[-1]

    focused, line = explored(Explorer(opened("levit384")), script)
    assert f"#{focused}" == part
    assert line.startswith(named)
    assert line.endswith("▏^p palette")


async def _clicked(app, pilot, word):
    await pilot.click("KeyLine", offset=(lines(app)[-1].index(word), 0))
    await pilot.pause()


@pytest.mark.parametrize(
    ("word", "seen"),
    [
        ("Edit", lambda app: app.focused.id == "editor"),
        ("+/-", lambda app: app.state.changed == {("stages", 0, "dim")}),
        ("Help", lambda app: type(app.screen).__name__ == "Help"),
        ("palette", lambda app: type(app.screen).__name__ == "CommandPalette"),
        ("Step ⌫", lambda app: bool(app.state.changed)),
    ],
)
@pytest.mark.parametrize("size", [NARROW, WIDE])
def test_a_click_on_a_key_does_what_the_key_does(word, seen, size):
    async def script(app, pilot):
        before = seen(app)
        await _clicked(app, pilot, word)
        return before, seen(app)

    assert explored(Explorer(opened("levit384")), script, size) == (False, True)


def test_a_click_between_the_keys_does_nothing():
    async def script(app, pilot):
        await pilot.click("KeyLine", offset=(60, 0))
        await pilot.pause()
        return app.focused.id, len(app.screen_stack), app.state.value

    state = opened("levit384")
    assert explored(Explorer(state), script) == ("stages", 1, state.value)


def test_the_key_under_the_mouse_is_seen():
    async def script(app, pilot):
        line = app.screen.query_one("KeyLine")

        def backgrounds():
            return {segment.style.bgcolor for segment in line.render_line(0) if "Undo" in segment.text}

        before = backgrounds()
        await pilot.hover("KeyLine", offset=(lines(app)[-1].index("Undo"), 0))
        during = backgrounds()
        await pilot.hover("#stages")
        return before, during, backgrounds()

    before, during, after = explored(Explorer(opened("levit384")), script)
    assert before == after != during
