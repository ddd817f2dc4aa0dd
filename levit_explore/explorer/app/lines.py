"""The lines of the help: every key with what it does, and the plain command that does the same."""

from dataclasses import dataclass

from levit_explore.explorer.actions import Saved
from levit_explore.explorer.app.keys import KEYS, ON_A_FIELD, Key, action
from levit_explore.explorer.command import Plain, command_line, needed, plain
from levit_explore.explorer.exporting import usual
from levit_explore.explorer.fields import Entry
from levit_explore.explorer.shown import TABS, Shown, tab_line
from levit_explore.explorer.sources import saved_path


@dataclass(frozen=True)
class Line:
    """A key, or none, what it does, and the plain command for that."""

    keys: str
    about: str
    plain: Plain


def lines(shown: Shown, field: Entry | None, stage: int) -> tuple[Line, ...]:
    """What is seen, every key for the field and the stage under the cursor, and every tab.

    What commands read that nobody has written yet comes ahead of them.
    """
    first = Line("", "what is seen here", Plain(command_line(shown.state, "flops")))
    needs = [Line("", need.about, Plain(need.command)) for need in needed(shown.state)]
    tabs = [Line("", _what_is_in(tab, shown), Plain(tab_line(tab, shown))) for tab in TABS]
    keys = [Line(key.shown_keys, key.about, _plain(key, shown, field, stage)) for key in (*ON_A_FIELD, *KEYS)]
    return (first, *needs, *keys, *tabs)


def _what_is_in(tab: str, shown: Shown) -> str:
    """What the command of a tab prints."""
    without = ", without what was learned" if tab == "biases" and shown.edited_since else ""
    return f"what the tab of {tab} shows{without}"


def _plain(key: Key, shown: Shown, field: Entry | None, stage: int) -> Plain:
    match key.name:
        case "save" | "save_as":
            return plain(Saved(saved_path(shown.state)), shown.state)
        case "export":
            kind = usual(shown)
            return Plain(kind.line(shown, kind.path(shown)))
        case "next_tab":
            return Plain(why="each tab has its command, at the end of this list")
        case "help":
            return Plain("levit-explore --help")
    done = action(key.name, shown.state, field, stage)
    return Plain(why="of the screen alone") if done is None else plain(done, shown.state)
