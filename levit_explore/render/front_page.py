"""A front as one page: its picture, and a table of its variants; it has no script and asks nothing of any network."""

import base64
import hashlib
import html
from collections.abc import Sequence

from levit_explore.render.front_points import Published, shown
from levit_explore.render.results.sweep import sweep_sheets
from levit_explore.render.sheet import Sheet, Table, text
from levit_explore.search.sweep_found import Sweep
from levit_explore.search.sweep_measures import Objective

_MOST = 1000  # variants of the front in the table
_STYLE = """
:root { --paper: #ffffff; --line: #d5d5d0; --ink: #1a1a1a; }
@media screen and (prefers-color-scheme: dark) {
  :root { --paper: #16181c; --line: #3a3e46; --ink: #ececea; }
}
html { color-scheme: light dark; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; }
body { color: var(--ink); background: var(--paper); }
img { width: 100%; height: auto; background: #fff; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; } h2 { font-size: 1.05rem; margin-top: 2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .7rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
.number { text-align: right; }
"""


def page(found: Sweep, picture: bytes) -> str:
    """The whole page around a picture that is an SVG; the same bytes for the same sweep."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    title = html.escape(text(found.space.name))
    source = base64.b64encode(picture).decode()
    sections = "\n".join(_section(sheet) for sheet in sweep_sheets(found, _MOST))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="color-scheme" content="light dark">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title} - levit-explore</title>
<link rel="icon" href="data:,">
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p><img alt="{html.escape(_described(found))}" src="data:image/svg+xml;base64,{source}"></p>
{sections}
{_published(found)}
</main>
<footer><p>Made by levit-explore. Accuracies are those that were published; none is estimated.</p></footer>
</body>
</html>
"""


def _described(found: Sweep) -> str:
    x, y = shown(found).labels
    return f"{y} against {x} of the variants that fit, of the front and of published models; the tables below list them"


def _section(sheet: Sheet) -> str:
    above, below = (
        "".join(f"<p>{html.escape(text(line))}</p>\n" for line in lines) for lines in (sheet.intro, sheet.notes)
    )
    return f"<h2>{html.escape(text(sheet.title))}</h2>\n{above}{''.join(map(_table, sheet.drawn))}{below}"


def _published(found: Sweep) -> str:
    """The published models, with what is printed of them."""
    points = shown(found)
    titles = ("model", *points.labels, "attention / MLP", "top-1, published")
    rows = [
        (one.name, *map(_cost, points.axes, (one.x, one.y)), f"{one.balance:.3f}", _accuracy(one))
        for one in points.published
    ]
    return "<h2>published models, at their own image size</h2>\n" + _rows(titles, rows, (False, True, True, True, True))


def _cost(objective: Objective, value: float) -> str:
    return f"{value:.3f}" if objective.name == "balance" else f"{value:,.0f}"


def _accuracy(model: Published) -> str:
    return "" if model.top1 is None else f"{model.top1:.1f} %"


def _table(table: Table) -> str:
    numeric = [column.numeric or column.key not in ("number", "quantity") for column in table.shown]
    return _rows([column.title for column in table.shown], [table.cells(row) for row in table.rows], numeric)


def _rows(titles: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> str:
    kinds = [' class="number"' if right else "" for right in numeric]
    head = "".join(f'<th scope="col"{kind}>{html.escape(text(t))}</th>' for t, kind in zip(titles, kinds, strict=True))
    body = "".join(f"<tr>{_cells(row, kinds)}</tr>\n" for row in rows)
    return f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table></div>\n'


def _cells(row: Sequence[str], kinds: Sequence[str]) -> str:
    return "".join(f"<td{kind}>{html.escape(cell.strip())}</td>" for cell, kind in zip(row, kinds, strict=True))
