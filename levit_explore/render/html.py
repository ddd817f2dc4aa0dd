"""HTML: a heading, a table and notes for each sheet, as part of a page; valid as XML too."""

from collections.abc import Sequence
from html import escape

from levit_explore.render.sheet import Sheet, Table, text


def render(sheets: Sequence[Sheet]) -> str:
    """The sheets as sections, a line each for headings, rows and notes."""
    return "".join(_section(sheet) for sheet in sheets)


def element(tag: str, content: str, attributes: str = "") -> str:
    """An element around content that is HTML already.

    >>> element("td", "3x3", ' class="number"')
    '<td class="number">3x3</td>'
    """
    return f"<{tag}{attributes}>{content}</{tag}>"


def lines(value: str) -> str:
    """Text of several lines, in which nothing can be read as markup."""
    return "\n".join(words(line) for line in value.split("\n"))


def words(value: str) -> str:
    """Text in which nothing can be read as markup, on one line."""
    return escape(text(value))


def _section(sheet: Sheet) -> str:
    lines = [
        element("h4", words(sheet.title)),
        *(element("p", words(line)) for line in sheet.intro),
        *(_table(table) for table in sheet.drawn),
        *(element("p", words(note)) for note in sheet.notes),
    ]
    return element("section", "\n" + "\n".join(lines) + "\n") + "\n"


def _table(table: Table) -> str:
    titles = [column.title for column in table.shown]
    rows = [table.cells(row, before) for before, row in zip([None, *table.rows], table.rows, strict=False)]
    parts = [
        element("thead", _row(table, titles, "th", ' scope="col"')),
        element("tbody", "\n".join(_row(table, row) for row in rows)),
    ]
    if table.foot:
        parts.append(element("tfoot", "\n".join(_row(table, table.cells(row), "th") for row in table.foot)))
    return element("table", "\n" + "\n".join(parts) + "\n")


def _row(table: Table, cells: Sequence[str], tag: str = "td", attributes: str = "") -> str:
    """A row whose numbers stand to the right."""
    return element(
        "tr",
        "".join(
            element(tag, words(cell), f'{attributes} style="text-align: {"right" if column.numeric else "left"}"')
            for column, cell in zip(table.shown, cells, strict=True)
        ),
    )
