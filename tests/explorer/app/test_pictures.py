"""The whole screen at two sizes, word for word; and that it has its place in light, in dark and without colours."""

import html
import re
import runpy
from pathlib import Path

import pytest
from textual.color import Color

from levit_explore.explorer.app.screen import Explorer
from levit_explore.explorer.state import opened
from tests.explorer.app.screens import NARROW, WIDE, explored, lines, press

SCREENS = Path(__file__).parent
DOCS = SCREENS.parents[2] / "docs"


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x50"])
def test_the_screen_is_as_it_was_looked_at(size):
    async def script(app, pilot):
        await press(pilot, "down right right 5 enter")
        return lines(app)

    shown = explored(Explorer(opened("levit384")), script, size)
    wanted = SCREENS / f"screen-{size[0]}x{size[1]}.txt"
    assert "\n".join(shown) + "\n" == wanted.read_text(encoding="utf-8")


def _words(svg):
    return html.unescape(" ".join(re.findall(r"<text[^>]*>(.*?)</text>", svg))).split()


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x50"])
def test_pictures_of_the_documentation_show_the_screen_as_it_is(size):
    made = runpy.run_path(str(DOCS / "make.py"))["explorer_picture"](size)
    shown = (DOCS / f"explore-{size[0]}x{size[1]}.svg").read_text(encoding="utf-8")
    assert _words(shown) == _words(made)
    assert set(re.findall(r"(?:href|src|url)\W*(https?:[^\s\"')]*)", shown)) == set()


@pytest.mark.parametrize("size", [NARROW, WIDE, (60, 20), (20, 8), (240, 70)])
def test_no_line_is_wider_than_the_screen(size):
    async def script(app, pilot):
        await press(pilot, "down plus t t")
        return lines(app)

    shown = explored(Explorer(opened("levit384")), script, size)
    assert len(shown) <= size[1]
    assert max(map(len, shown)) <= size[0]


@pytest.mark.parametrize(("size", "small"), [(NARROW, False), (WIDE, False), ((79, 24), True), ((80, 23), True)])
def test_a_window_that_is_too_small_says_so(size, small):
    async def script(app, pilot):
        return lines(app)[0]

    shown = explored(Explorer(opened("levit384")), script, size)
    assert shown.startswith(" 80 x 24 shows all | levit384" if small else " levit384")


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
def test_a_theme_s_text_can_be_read_on_its_ground(theme):
    async def script(app, pilot):
        app.theme = theme
        await pilot.pause()
        table = app.screen.query_one("#stages")
        return table.styles.background, table.rich_style

    background, style = explored(Explorer(opened("levit384")), script)
    front, back = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
    assert background is not None
    assert abs(front.brightness - back.brightness) > 0.5


def test_without_colours_every_mark_is_still_there(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")

    async def script(app, pilot):
        await press(pilot, "down right right 5 enter")
        return app.no_color, lines(app)

    plain, shown = explored(Explorer(opened("levit384")), script)
    assert plain
    assert "\n".join(shown) + "\n" == (SCREENS / "screen-80x24.txt").read_text(encoding="utf-8")
