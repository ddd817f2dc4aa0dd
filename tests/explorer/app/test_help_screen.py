"""The help on the screen: there is room for the keys and for the command under the cursor, on any terminal."""

import pytest
from rich.text import Text

from levit_explore.explorer.app.screen import Explorer
from levit_explore.explorer.state import opened
from tests.explorer.app.screens import NARROW, WIDE, explored, press


@pytest.mark.parametrize("size", [NARROW, WIDE])
@pytest.mark.parametrize("row", [0, 3, 8, 20])
def test_the_command_under_the_cursor_stands_whole_below_the_keys(row, size):
    async def script(app, pilot):
        await press(pilot, " ".join(["question_mark", *["down"] * row]))
        box, table, command = (app.screen.query_one(name) for name in (".help", "#keys", "#command"))
        needed_rows = len(Text(str(command.content)).wrap(app.console, command.size.width))
        return box.content_region, table.size.height, command.content_region, needed_rows

    box, rows, command, needed_rows = explored(Explorer(opened("levit256")), script, size)
    assert box.contains_region(command)
    assert command.height >= needed_rows
    assert rows >= 4
