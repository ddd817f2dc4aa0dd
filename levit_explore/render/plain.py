"""Tables for people off the terminal: plain text, every row whole on its line."""

from collections.abc import Sequence

from levit_explore.render.sheet import Sheet, Table, text


def render(sheets: Sequence[Sheet]) -> str:
    """The sheets one after the other, a blank line between them."""
    return "\n".join(_sheet(sheet) for sheet in sheets)


def _sheet(sheet: Sheet) -> str:
    tables = "\n".join(_table(table) for table in sheet.drawn)
    above = "".join(f"{text(line)}\n" for line in (sheet.title, *sheet.intro))
    return above + tables + "".join(f"{text(note)}\n" for note in sheet.notes)


def _table(table: Table) -> str:
    rows = [table.cells(row, before) for before, row in zip([None, *table.rows], table.rows, strict=False)]
    lines = [[column.title for column in table.shown], *rows, *(table.cells(row) for row in table.foot)]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    return "".join(
        " ".join(
            cell.rjust(width) if column.numeric else cell.ljust(width)
            for column, cell, width in zip(table.shown, line, widths, strict=True)
        ).rstrip()
        + "\n"
        for line in lines
    )
