"""Random keys never end the explorer, and what it shows stays what follows from its spec."""

from contextlib import chdir
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.events import Key

from levit_explore import flops, plan
from levit_explore.explorer.app.keys import KEYS, ON_A_FIELD
from levit_explore.explorer.app.screen import Explorer
from levit_explore.explorer.journal import Journal
from levit_explore.render.sheet import count
from tests.explorer.app.screens import WIDE, explored, words
from tests.explorer.strategies import small

MOVES = ("up", "down", "left", "right", "tab", "shift+tab", "home", "end", "pagedown")
COMMANDS = tuple(key for one in (*KEYS, *ON_A_FIELD) for key in one.keys.split(",") if one.name != "quit")
OTHERS = ("enter", "escape", "0", "1", "2", "6", "full_stop", "left_square_bracket", "space", "ctrl+u", "b", "l", "y")
ASKING = ("ctrl+q", "ctrl+p", "ctrl+c")
AT_ONCE = st.lists(st.sampled_from((*MOVES, *COMMANDS, *OTHERS, *ASKING)), min_size=1, max_size=4)
CHARACTERS = {"enter": "\r", "full_stop": ".", "left_square_bracket": "[", "space": " "}


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def _ended(presses, size):
    """The explorer's state after presses of several keys at once, and the totals that then stand on the screen."""

    async def script(app, pilot):
        for keys in presses:
            for key in keys:
                app.post_message(Key(key, CHARACTERS.get(key, key if len(key) == 1 else None)))
            await pilot.pause()
        return app.state, "" if app._exit else words(app, "#sums Totals")

    journal = Journal()
    with TemporaryDirectory() as folder, chdir(folder):
        try:
            return explored(Explorer(small("levit_digits"), journal=journal), script, size)
        finally:
            journal.close()


@settings(max_examples=15, derandomize=True)
@given(st.lists(AT_ONCE, min_size=4, max_size=12), st.sampled_from(((80, 24), WIDE)))
def test_random_keys_leave_counts_that_are_those_of_the_spec(presses, size):
    state, totals = _ended(presses, size)
    wanted = flops(plan(state.spec), state.convention)
    assert not totals or count(wanted) in totals or wanted >= 10**10
