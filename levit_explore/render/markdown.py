"""Markdown: a heading, a table and notes for each sheet."""

import re
from collections.abc import Sequence

from levit_explore.render.sheet import Sheet, Table, text


def render(sheets: Sequence[Sheet]) -> str:
    """The sheets as sections, separated by blank lines."""
    return "\n".join(_section(sheet) for sheet in sheets)


def _section(sheet: Sheet) -> str:
    lines = [f"### {_escape(text(sheet.title))}", ""]
    lines += [f"- {_escape(text(line))}" for line in sheet.intro] + [""] * bool(sheet.intro)
    for table in sheet.drawn:
        lines += _table(table)
    lines += [f"{_escape(text(note))}\n" for note in sheet.notes]
    return "\n".join(lines).rstrip() + "\n"


def _table(table: Table) -> list[str]:
    return [
        _row([column.title for column in table.shown]),
        _row(["---:" if column.numeric else "---" for column in table.shown]),
        *(_row([_escape(cell) for cell in table.cells(row)]) for row in table.rows),
        *(_row([f"**{_escape(cell)}**" if cell else "" for cell in table.cells(row)]) for row in table.foot),
        "",
    ]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _escape(cell: str) -> str:
    """Text that cannot end its cell or be read as markup."""
    return re.sub(r"[\\|*_`\[\]<>&]", lambda match: f"\\{match[0]}", cell)
