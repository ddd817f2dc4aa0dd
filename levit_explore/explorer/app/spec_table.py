"""The spec as tables that are edited in place: stages by fields, and the fields of the whole network.

Changed values are bold with a star, those that are derived are in italics; a refused edit is underlined in red.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.console import JustifyMethod
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.coordinate import Coordinate
from textual.geometry import Region
from textual.widgets import DataTable

from levit_explore.explorer.edits import OWN
from levit_explore.explorer.fields import Entry, Table
from levit_explore.explorer.state import State
from levit_explore.render.sheet import text
from levit_explore.spec.rules import Path

# what begins a value as it is typed, by the names of keys; letters do other things
_BEGINS = {digit: digit for digit in "0123456789"} | {
    "full_stop": ".",
    "left_square_bracket": "[",
    "left_curly_bracket": "{",
    "quotation_mark": '"',
}
_WIDEST = 28  # cells of a value


class FieldTable(DataTable[Text]):
    """Fields in rows; every column but the first, which names them, stands for a part of the spec."""

    # The explorer's own actions, carried out as keys come in: a message to it could be overtaken by the next key.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "app.press('set')", "Edit"),
        Binding("plus,equals_sign", "app.press('up')", "Step", key_display="+/-"),
        Binding("minus", "app.press('down')", "Step down", show=False),
        Binding("backspace", "app.press('reset')", "Reset"),
        *(Binding(key, f"app.begin({sign!r})", show=False) for key, sign in _BEGINS.items()),
    ]

    justified: ClassVar[JustifyMethod] = "right"

    def __init__(self, id: str) -> None:  # noqa: A002
        super().__init__(id=id, cursor_type="cell", fixed_columns=1, cell_padding=0)
        self._fields: Mapping[Path, Entry] = {}
        self._names: Sequence[str] = ()
        self._parts: Sequence[Path] = ()

    @property
    def path(self) -> Path | None:
        """The path of the field under the cursor; None where there is no field."""
        row, column = self.cursor_coordinate
        path = self._path(row, column)
        return path if path in self._fields else None

    @property
    def entry(self) -> Entry | None:
        """The field under the cursor."""
        return None if self.path is None else self._fields[self.path]

    def lay(self, fields: Sequence[Entry], parts: Mapping[Path, str], problem: Path | None) -> None:
        """Shows fields under the titles of the parts that they belong to; `problem` is the one whose edit was refused.

        Cells are written anew only where they differ, and the table is made anew only where its rows or columns do.
        """
        self._fields = {field.path: field for field in fields}
        names = list(dict.fromkeys(_name(field.path, parts) for field in fields))
        if (names, list(parts)) != (self._names, self._parts):
            self._rebuild(names, parts)
        for row in range(len(names)):
            for column in range(1, len(parts) + 1):
                field = self._fields.get(self._path(row, column))
                cell = Text() if field is None else self._cell(field, field.path == problem)
                at = Coordinate(row, column)
                if self.get_cell_at(at) != cell or self.get_cell_at(at).style != cell.style:
                    self.update_cell_at(at, cell, update_width=True)

    def _rebuild(self, names: Sequence[str], parts: Mapping[Path, str]) -> None:
        at, names = self.cursor_coordinate, list(names)
        self._names, self._parts = names, list(parts)
        self.clear(columns=True)
        self.add_column("")
        for title in parts.values():
            self.add_column(Text(f" {title}", justify=self.justified))
        for name in names:
            self.add_row(Text(name), *(Text() for _ in parts))
        self.move_cursor(row=min(at.row, len(names) - 1), column=min(max(at.column, 1), len(parts)))

    def _path(self, row: int, column: int) -> Path:
        if not (0 <= row < len(self._names) and 1 <= column <= len(self._parts)):
            return ()
        return (*self._parts[column - 1], *self._names[row].split("."))

    def go(self, path: Path) -> None:
        """Moves the cursor to the field at `path`, or to the first of that part."""
        for row in range(len(self._names)):
            for column in range(1, len(self._parts) + 1):
                found = self._path(row, column)
                if found in self._fields and found[: len(path)] == path:
                    self.move_cursor(row=row, column=column)
                    return

    def on_data_table_cell_highlighted(self, event: DataTable.CellHighlighted) -> None:
        """Keeps the cursor off the names."""
        if event.coordinate.column == 0 and self._parts:
            self.move_cursor(column=1)

    async def on_data_table_cell_selected(self, event: DataTable.CellSelected) -> None:
        """A click on the cell under the cursor edits it."""
        event.stop()
        await self.run_action("app.press('set')")

    def _cell(self, field: Entry, refused: bool) -> Text:
        style = "bold" if field.changed else "italic dim" if field.derived else ""
        shown = words(field.value)
        mark = "*" if field.changed else " "
        cell = f"{shown}{mark}" if self.justified == "right" else f"{mark}{shown}"
        cut = cell if len(cell) <= _WIDEST else f"{cell[: _WIDEST - 1]}…"
        return Text(cut, "red underline" if refused else style, justify=self.justified)

    @property
    def place(self) -> Region:
        """Where on the screen the cell under the cursor is."""
        row, column = self.cursor_coordinate
        widths = [one.get_render_width(self) for one in self.ordered_columns]
        x = sum(widths[:column]) - self.scroll_offset.x
        y = self.header_height + row - self.scroll_offset.y
        return Region(x, y, widths[column], 1).translate(self.content_region.offset)


class StagesTable(FieldTable):
    """Stages and the downsamples between them, a column each."""

    def show(self, state: State, table: Table) -> None:
        """Shows the stages of a state, each behind the downsample into it."""
        parts: dict[Path, str] = {}
        for index in range(len(table.stages)):
            if index:
                parts["stages", index, "downsample"] = f"down {index}"
            parts["stages", index] = f"stage {index}"
        fields = [field for column in (*table.stages, *table.downsamples) for field in column]
        self.lay(fields, parts, state.problem.path if state.problem else None)

    @property
    def stage(self) -> int:
        """The index of the stage that the cursor's column belongs to."""
        column = self.cursor_column
        return int(self._parts[column - 1][1]) if 1 <= column <= len(self._parts) else 0


class NetworkTable(FieldTable):
    """The fields of the whole network, what says nothing of its shape last."""

    justified: ClassVar[JustifyMethod] = "left"

    def show(self, state: State, table: Table) -> None:
        """Shows the fields of a state that belong to no stage."""
        top = sorted(table.top, key=lambda field: field.path[0] in OWN)
        self.lay(top, {(): "network"}, state.problem.path if state.problem else None)


def _name(path: Path, parts: Mapping[Path, str]) -> str:
    """A field's path as it reads on from its part's."""
    part = max((one for one in parts if path[: len(one)] == one), key=len, default=())
    return ".".join(str(key) for key in path[len(part) :])


def words(value: object) -> str:
    """A value as cells show it, on one line."""
    match value:
        case bool():
            return str(value).lower()
        case list() | tuple():
            return f"[{', '.join(words(item) for item in value)}]"
        case float():
            return f"{value:g}"
        case _:
            return text(value)
