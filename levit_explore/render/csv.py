"""CSV: the rows of every sheet's first table, raw, under one header; a first column tells several specs apart."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from levit_explore.render.sheet import Sheet, rounded, shape, text


def render(sheets: Sequence[Sheet]) -> str:
    """The rows of all sheets; lists are written as shapes, such as 256x14x14."""
    keys = [column.key for column in sheets[0].tables[0].columns]
    several = ["spec"] if len(sheets) > 1 else []
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(several + keys)
    for sheet in sheets:
        first = [_cell(sheet.document["spec"])] if several else []
        writer.writerows(first + [_cell(row.get(key)) for key in keys] for row in sheet.tables[0].rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    match value:
        case list() | tuple():
            return shape(value)
        case bool():
            return str(value).lower()
        case str():
            return text(value)
        case _:
            return rounded(value)
