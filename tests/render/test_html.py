"""HTML of sheets: valid as XML, the same cells as in every other format, and never broken by what a name holds."""

from xml.etree import ElementTree

import pytest

from levit_explore import load_spec, plan
from levit_explore.analysis.counts import By
from levit_explore.render import html
from levit_explore.render.results import flops_sheet
from levit_explore.render.sheet import Column, Sheet, Table, count, text
from tests.render.graphs.graphs import HOSTILE
from tests.render.sheets import sheet

TAGS = {"body", "section", "h4", "p", "table", "thead", "tbody", "tfoot", "tr", "th", "td"}
LEFT, RIGHT = ' style="text-align: left"', ' style="text-align: right"'


def read(fragment: str) -> ElementTree.Element:
    """A fragment of a page as a tree."""
    return ElementTree.fromstring(f"<body>{fragment}</body>")


def cells(table: ElementTree.Element, part: str) -> list[list[str]]:
    """What the rows of a head, body or foot show."""
    return [[cell.text or "" for cell in row] for row in table.findall(f"{part}/tr")]


def test_html_of_one_sheet():
    assert html.render([sheet(source="a note")]) == (
        "<section>\n"
        "<h4>tiny: FLOPs</h4>\n"
        "<p>counted by hand</p>\n"
        "<table>\n"
        f'<thead><tr><th scope="col"{LEFT}>path</th><th scope="col"{LEFT}>output</th>'
        f'<th scope="col"{RIGHT}>FLOPs</th><th scope="col"{RIGHT}>share</th></tr></thead>\n'
        f"<tbody><tr><td{LEFT}>stem</td><td{LEFT}>8x2x2</td><td{RIGHT}>1,000</td><td{RIGHT}>25.0%</td></tr>\n"
        f"<tr><td{LEFT}>head</td><td{LEFT}>10</td><td{RIGHT}>3,000</td><td{RIGHT}>75.0%</td></tr></tbody>\n"
        f"<tfoot><tr><th{LEFT}>total</th><th{LEFT}></th><th{RIGHT}>4,000</th><th{RIGHT}>100.0%</th></tr></tfoot>\n"
        "</table>\n"
        "<p>a note</p>\n"
        "</section>\n"
    )


def test_html_of_several_sheets_has_sections():
    one = html.render([sheet()])
    assert html.render([sheet(), sheet("other")]) == one + one.replace("tiny", "other")


@pytest.mark.parametrize("by", By)
def test_html_of_a_network_has_the_cells_of_its_tables(by):
    found = flops_sheet(plan(load_spec("levit256")), by, "levit")
    tables = read(html.render([found])).findall("section/table")
    for shown, table in zip(tables, found.drawn, strict=True):
        assert cells(shown, "thead") == [[column.title for column in table.shown]]
        assert cells(shown, "tbody") == [table.cells(row) for row in table.rows]
        assert cells(shown, "tfoot") == [table.cells(row) for row in table.foot]


@pytest.mark.parametrize("name", HOSTILE)
def test_html_shows_whatever_a_name_holds_as_text(name):
    columns = (Column("name", name), Column("flops", "FLOPs", count))
    row = {"name": name, "flops": 1}
    found = read(html.render([Sheet(name, {}, (Table(columns, [row], foot=[row]),), intro=[name], notes=[name])]))
    (table,) = found.findall("section/table")
    shown = text(name)
    assert {one.tag for one in found.iter()} == TAGS
    assert [one.text or "" for one in found.findall("section/*") if one is not table] == [shown] * 3
    assert [cells(table, part)[0][0] for part in ("thead", "tbody", "tfoot")] == [text(name), shown, shown]


def test_a_value_that_repeats_in_a_group_is_shown_once():
    table = Table((Column("name", "counter", group=True),), [{"name": "a"}, {"name": "a"}, {"name": "b"}])
    shown = read(html.render([Sheet("", {}, (table,))])).find("section/table")
    assert cells(shown, "tbody") == [["a"], [""], ["b"]]


@pytest.mark.parametrize("name", HOSTILE)
def test_lines_keep_their_ends_and_show_the_rest_as_text(name):
    found = read(html.element("pre", html.lines(f"{text(name)}\n{text(name)}")))
    assert found.find("pre").text == f"{text(name)}\n{text(name)}"
