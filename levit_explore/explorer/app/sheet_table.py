"""A table of rows as commands print it, in a widget that scrolls."""

from collections.abc import Sequence

from rich.text import Text
from textual.widgets import DataTable

from levit_explore.explorer.app.bars import ROLE_COLORS, bar
from levit_explore.plan.tree import Role
from levit_explore.render.sheet import Column, Record, Table

_BAR = 10  # cells


class SheetTable(DataTable[Text]):
    """A table of raw values under columns, its foot below; where a column has bars, they stand in a last one."""

    def __init__(self, id: str) -> None:  # noqa: A002
        super().__init__(id=id, cursor_type="row", zebra_stripes=True)

    def show(self, table: Table) -> None:
        """Shows another table; the cursor stays on its row."""
        row, top = self.cursor_row, self.scroll_y
        barred = next((column.key for column in table.shown if column.bar), None)
        self.clear(columns=True)
        for column in table.shown:
            self.add_column(Text(column.title, justify="right" if column.numeric else "left"))
        if barred:
            self.add_column("")
        shares = [float(one.get(barred) or 0.0) if barred else 0.0 for one in table.rows]
        longest = max(shares, default=0.0) or 1.0
        for before, one, share in zip([None, *table.rows], table.rows, shares, strict=False):
            bars = [Text(bar(share / longest, _BAR), _color(one))] if barred else []
            self.add_row(*_cells(table.shown, table.cells(one, before), _color(one)), *bars)
        for one in table.foot:
            self.add_row(*_cells(table.shown, table.cells(one), "bold"), *([Text()] if barred else []))
        self.move_cursor(row=min(row, max(self.row_count - 1, 0)), scroll=False)
        self.scroll_to(y=top, animate=False)


def _cells(columns: Sequence[Column], cells: Sequence[str], style: str) -> list[Text]:
    return [
        Text(cell, style if place == 0 or style == "bold" else "", justify="right" if column.numeric else "left")
        for place, (column, cell) in enumerate(zip(columns, cells, strict=True))
    ]


def _color(row: Record) -> str:
    """The colour of a row's role, where it has one."""
    return ROLE_COLORS[Role(row["role"])] if row.get("role") in ROLE_COLORS else ""
