"""The help: every key with what it does and the plain command that does the same, which Enter copies."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import DataTable, Static

Line = tuple[str, str, str]  # a key, what it does, and the plain command for that or ""


class Help(ModalScreen[None]):
    """A table of keys over the screen; gives back nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "dismiss", "Close"),
        Binding("y", "copy", "Copy command"),
    ]

    def __init__(self, lines: Sequence[Line]) -> None:
        super().__init__()
        self._lines = lines

    def compose(self) -> ComposeResult:
        """The table, and how to leave it."""
        with Vertical(classes="box wide"):
            yield Static("Keys, and the plain commands that do the same", classes="title")
            yield DataTable[Text](cursor_type="row", id="keys")
            yield Static(id="command", classes="about")

    def on_mount(self) -> None:
        """Fills the table."""
        table = self.query_one("#keys", DataTable)
        table.add_columns("key", "does", "plain command")
        for key, does, command in self._lines:
            table.add_row(Text(key, "bold"), Text(does), Text(command, "italic"))
        table.focus()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Shows the command of a line whole, for the table may be too narrow for it."""
        _, _, command = self._lines[event.cursor_row]
        words = f"{command}\nEnter copies it, Escape closes." if command else "No plain command.\nEscape closes."
        self.query_one("#command", Static).update(Text(words))

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Copies the command of a line."""
        event.stop()
        self.action_copy()

    def action_copy(self) -> None:
        """Copies the command under the cursor to the clipboard, as far as the terminal has one."""
        _, does, command = self._lines[self.query_one("#keys", DataTable).cursor_row]
        if command:
            self.app.copy_to_clipboard(command)
            self.app.notify(f"copied: {command}", markup=False)
        else:
            self.app.notify(f"{does}: has no plain command", markup=False, severity="warning")
