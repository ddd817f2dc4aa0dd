"""What a sweep found, no wider than a terminal: long lines go on below, and columns that have no room in a table."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from textwrap import wrap

from levit_explore.render.sheet import Column, Sheet, Table, text

WIDTH = 80


def narrowed(sheets: Iterable[Sheet], width: int = WIDTH) -> list[Sheet]:
    """The sheets with lines of at most `width` characters; tables that share a first column stand below each other."""
    return [
        replace(
            sheet,
            title=_titled(text(sheet.title), width),
            tables=tuple(part for table in sheet.tables for part in _parts(table, width)),
            intro=_lines(sheet.intro, width),
            notes=_lines(sheet.notes, width),
        )
        for sheet in sheets
    ]


def _titled(title: str, width: int) -> str:
    """A title with its beginning, a name, cut so that the size behind it is seen whole."""
    name, colon, size = title.rpartition(": ")
    room = width - len(colon) - len(size)
    return title if len(name) <= room else f"{name[: room - 3]}...{colon}{size}"


def _lines(given: Sequence[str], width: int) -> list[str]:
    return [part for line in given for part in wrap(text(line), width, break_on_hyphens=False)]


def _parts(table: Table, width: int) -> list[Table]:
    """The columns shared out in their order, the first in every part."""
    first, *others = table.columns
    room = width - _width(table, first) - 1
    parts: list[list[Column]] = [[]]
    for column in others:
        if parts[-1] and sum(min(room, _width(table, one)) + 1 for one in (*parts[-1], column)) > room + 1:
            parts.append([])
        parts[-1].append(column)
    return [_of(table, (first, *part), room) for part in parts]


def _of(table: Table, columns: tuple[Column, ...], room: int) -> Table:
    """A table of some columns, with texts that have no room by themselves cut."""
    titled = tuple(replace(column, title=_cut(column.title, room)) for column in columns)
    rows = [
        {key: _cut(value, room) if isinstance(value, str) else value for key, value in row.items()}
        for row in table.rows
    ]
    return Table(titled, rows)


def _cut(words: str, room: int) -> str:
    return words if len(words) <= room else f"{words[: room - 3]}..."


def _width(table: Table, column: Column) -> int:
    return max(
        len(column.title), *(len(text(column.show(row[column.key]))) for row in table.rows if column.key in row), 0
    )
