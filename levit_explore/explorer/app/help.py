"""The help: every key with what it does and the plain command that does the same, which Enter copies."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Static

from levit_explore.explorer.app.asking import Box
from levit_explore.explorer.app.lines import Line
from levit_explore.render.sheet import text

_ABOUT = {True: "Options, for the first command above and its like. ", False: ""}


class Help(Box[None]):
    """A table of keys over the screen; gives back nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "dismiss", "Close"),
        Binding("y", "copy", "Copy command"),
    ]

    CSS = """
    .help { height: 90%; }
    .help #keys { height: 1fr; max-height: 100%; }
    .help #command { max-height: 50%; }
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        super().__init__()
        self._lines = lines

    def compose(self) -> ComposeResult:
        """The table, and how to leave it."""
        with Vertical(classes="box wide help"):
            yield Static("Keys, and the plain commands that do the same", classes="title")
            yield DataTable[Text](cursor_type="row", id="keys")
            yield Static(id="command", classes="about")

    def on_mount(self) -> None:
        """Fills the table."""
        table = self.query_one("#keys", DataTable)
        table.add_columns("key", "does", "plain command")
        for line in self._lines:
            command = (
                Text(text(line.plain.command), "italic") if line.plain.command else Text(text(line.plain.why), "dim")
            )
            table.add_row(Text(line.keys, "bold"), Text(line.about), command)
        table.focus()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Shows the command of a line whole, for the table may be too narrow for it."""
        found = self._lines[event.cursor_row].plain
        words = f"{text(found.command)}\n{_ABOUT[found.command.startswith('--')]}Enter copies it, Escape closes."
        words = words if found.command else f"No plain command: {text(found.why)}.\nEscape closes."
        self.query_one("#command", Static).update(Text(words))

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Copies the command of a line."""
        event.stop()
        self.action_copy()

    def action_copy(self) -> None:
        """Copies the command under the cursor to the clipboard, as far as the terminal has one."""
        line = self._lines[self.query_one("#keys", DataTable).cursor_row]
        if line.plain.command:
            self.app.copy_to_clipboard(line.plain.command)
            self.app.notify(f"copied: {text(line.plain.command)}", markup=False)
        else:
            self.app.notify(f"{line.about}: {text(line.plain.why)}", markup=False, severity="warning")
