"""Running the explorer without a terminal, and reading what it shows."""

import asyncio
import html
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import DataTable, OptionList, Static

from levit_explore.explorer.app.biases import Tables
from levit_explore.explorer.app.screen import Explorer
from levit_explore.explorer.state import State

Script = Callable[[Explorer, Pilot[None]], Awaitable[Any]]
DIGITS = str(Path(__file__).parents[3] / "docs" / "examples" / "digits.safetensors")
NARROW, WIDE = (80, 24), (160, 50)
_CELL = 12.2  # of an exported picture: how wide a column is
YAML = """# of mine
name: mine
source: a trial
stages:
  - {dim: 64, depth: 2, heads: 2, key_dim: 16}  # first
"""


def explored(app: Explorer, script: Script, size: tuple[int, int] = NARROW) -> Any:
    """What a script gives that is run against the explorer on a screen of this size."""

    async def run() -> Any:
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.pause()
            return await script(app, pilot)

    return asyncio.run(run())


def pressed(app: Explorer, keys: str, size: tuple[int, int] = NARROW) -> Explorer:
    """The explorer after some keys, separated by blanks."""

    async def script(app: Explorer, pilot: Pilot[None]) -> None:
        await press(pilot, keys)

    explored(app, script, size)
    return app


async def press(pilot: Pilot[None], keys: str) -> None:
    """Presses keys one after the other, and waits until all that follows is shown."""
    for key in keys.split():
        await pilot.press(key)
        await pilot.pause()


def learned() -> tuple[State, Tables]:
    """The state and the learned biases of a small checkpoint."""
    from levit_explore.cli.explore import _opened

    state, tables = _opened(DIGITS, [], None)
    assert tables is not None
    return state, tables


def typing(text: str) -> str:
    """The keys that type a text."""
    names = {".": "full_stop", "/": "slash", "_": "underscore", "-": "minus", " ": "space"}
    return " ".join(names.get(letter, letter) for letter in text)


def lines(app: Explorer) -> list[str]:
    """What stands on the screen, line by line."""
    rows: dict[float, dict[int, str]] = {}
    for x, y, words in re.findall(
        r'<text[^>]*? x="([\d.]+)" y="([\d.]+)"[^>]*clip-path[^>]*>(.*?)</text>', app.export_screenshot()
    ):
        rows.setdefault(float(y), {})[round(float(x) / _CELL)] = html.unescape(words).replace("\xa0", " ")
    drawn = []
    for row in (rows[y] for y in sorted(rows)):
        line = ""
        for column in sorted(row):
            line = line.ljust(column) + row[column]
        drawn.append(line.rstrip())
    return drawn


def words(app: Explorer, widget: str) -> str:
    """What a widget of text shows."""
    return str(app.screen_stack[0].query_one(widget, Static).content)


def cells(app: Explorer, table: str) -> list[list[str]]:
    """The cells of a table, row by row."""
    found = app.screen_stack[0].query_one(table, DataTable)
    return [[str(cell) for cell in found.get_row_at(row)] for row in range(found.row_count)]


def options(app: Explorer) -> list[str | None]:
    """The names of the choices in the box over the screen."""
    return [option.id for option in app.screen.query_one(OptionList).options]
