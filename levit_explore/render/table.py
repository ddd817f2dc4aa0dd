"""Tables for people on a terminal: in colours and with bars where it has them, as wide as it is."""

import re
from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console, OverflowMethod
from rich.table import Table as RichTable
from rich.text import Text

from levit_explore.render.sheet import Record, Sheet, Table, text

_ROLE_STYLES = {"stem": "cyan", "attention": "magenta", "mlp": "green", "head": "yellow"}
_NARROWEST_BAR, _WIDEST_BAR = 4, 20  # narrower says nothing, wider says no more
_NARROWEST_TEXT = 12  # to which paths and sources may be folded or cut
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def draw(sheets: Sequence[Sheet], console: Console) -> None:
    """The sheets on a console, a blank line between them."""
    for index, sheet in enumerate(sheets):
        if index:
            console.print()
        console.print(Text(text(sheet.title), style="bold"))
        for line in sheet.intro:
            console.print(Text(text(line)), soft_wrap=True)  # it may be copied
        for place, table in enumerate(sheet.drawn):
            if place:
                console.print()
            _draw(table, console)
        for note in sheet.notes:
            console.print(Text(text(note), style="dim"))


def _draw(table: Table, console: Console) -> None:
    """A table that gives way in its texts only; where that is not enough, the terminal wraps its lines."""
    lines = [[column.title for column in table.shown], *(table.cells(row) for row in (*table.rows, *table.foot))]
    widths = [max(map(cell_len, cells)) for cells in zip(*lines, strict=True)]
    needed = [
        width if column.numeric else min(width, _NARROWEST_TEXT)
        for column, width in zip(table.shown, widths, strict=True)
    ]
    fits = sum(needed) + len(needed) <= console.width  # a blank behind each column
    width = console.width if fits else sum(widths) + len(widths)
    console.print(_rich(table, console, widths, width), crop=False, soft_wrap=not fits)


def _rich(table: Table, console: Console, widths: Sequence[int], width: int) -> RichTable:
    left = width - sum(widths) - len(widths)
    rich = RichTable(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    cut: OverflowMethod = "crop" if console.options.ascii_only else "ellipsis"
    widest = {column.key: _widest(natural, left) for column, natural in zip(table.shown, widths, strict=True)}
    for column, natural in zip(table.shown, widths, strict=True):
        if column.numeric:
            rich.add_column(column.title, justify="right", no_wrap=True, min_width=natural)
        elif column.clip:
            rich.add_column(column.title, max_width=widest[column.key], no_wrap=True, overflow=cut)
        else:
            rich.add_column(column.title, overflow="fold")
    bar_width = _bar_width(table, console, left)
    if bar_width:
        rich.add_column("", no_wrap=True)
    room = widest[table.shown[0].key]
    longest = max((_bar_value(table, row) for row in table.rows), default=0.0) or 1.0
    for before, row in zip([None, *table.rows], table.rows, strict=False):
        style = _ROLE_STYLES.get(str(row.get("role")), "")
        first, *rest = table.cells(row, before)
        bars = [Text(_bar(_bar_value(table, row) / longest, bar_width), style=style)] if bar_width else []
        rich.add_row(Text(_broken(first, room), style=style), *map(Text, rest), *bars)
    if width > console.width:
        rich.width = width
    for row in table.foot:
        rich.add_row(*map(Text, table.cells(row)), style="bold")
    return rich


def _widest(natural: int, left: int) -> int:
    """How wide a column may be that is `natural` cells wide, if it alone makes up for the cells that are missing."""
    return min(natural, max(natural + left, _NARROWEST_TEXT))


def _broken(path: str, room: int) -> str:
    """A path that is too long in lines that end at a dot.

    >>> _broken("stages.1.downsample.attn_downsample", 20).split()
    ['stages.1.downsample.', 'attn_downsample']
    """
    lines = [""]
    for part in re.findall(r"[^.]*\.?", path):
        if len(lines[-1] + part) > room and lines[-1]:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _bar_width(table: Table, console: Console, left: int) -> int:
    """How many of the cells that are left bars take; 0 where they cannot be drawn, for no column, or for too few."""
    drawable = console.is_terminal and not console.options.ascii_only
    wanted = drawable and any(column.bar for column in table.shown) and left >= _NARROWEST_BAR
    return min(left, _WIDEST_BAR) if wanted else 0


def _bar_value(table: Table, row: Record) -> float:
    return float(next((row[column.key] or 0.0 for column in table.shown if column.bar), 0.0))


def _bar(share: float, width: int) -> str:
    """A bar of `share` of `width` cells, in eighths of a cell."""
    eighths = round(share * width * 8)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
