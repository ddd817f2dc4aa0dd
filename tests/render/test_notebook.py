"""Specs, plans and results show themselves in notebooks: what the commands print, and pictures, both valid."""

import copy
import pickle
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from levit_explore import LevitError, balance, diff, graph, load_spec, make_spec, plan, reconcile, rows
from levit_explore.analysis.balance import Rule
from levit_explore.analysis.biases import BiasMaps, bias_maps
from levit_explore.analysis.counts import By, Rows
from levit_explore.analysis.parts import Level
from levit_explore.render import figures
from levit_explore.render.graphs import svg as graphs
from levit_explore.render.graphs.ascii import ascii_boxes
from levit_explore.render.results import balance_sheet, diff_sheet, flops_sheet, ledger_sheet
from levit_explore.render.results.biases import biases_sheet
from levit_explore.render.sheet import Sheet
from levit_explore.spec.write import fields, to_yaml
from tests.bias_tables import network
from tests.render.graphs.graphs import HOSTILE

SVG = "{http://www.w3.org/2000/svg}"
DIGITS = plan(load_spec("levit_digits"))
DEEPER = plan(load_spec("levit_digits", ["stages.0.depth=5", "stages.1.heads=8"]))
LEARNED = BiasMaps(network("levit_digits"))
RESULTS = {
    "plan": (DIGITS, flops_sheet(DIGITS, By.BLOCK, "levit")),
    "balance": (balance(DIGITS), balance_sheet(DIGITS, balance(DIGITS))),
    "balance by stage": (balance(DIGITS, Rule.STAGE), balance_sheet(DIGITS, balance(DIGITS, Rule.STAGE))),
    "ledgers": (reconcile(DIGITS), ledger_sheet(DIGITS, reconcile(DIGITS))),
    "maps": (LEARNED, biases_sheet("digits", LEARNED)),
    "untrained maps": (bias_maps(DIGITS), biases_sheet("digits", bias_maps(DIGITS))),
    "map": (LEARNED[0], biases_sheet("digits", LEARNED[:1])),
    "diff": (diff(DIGITS, DEEPER), diff_sheet(DIGITS, DEEPER, diff(DIGITS, DEEPER), "levit")),
    "diff of nothing": (diff(DIGITS, DIGITS), diff_sheet(DIGITS, DIGITS, diff(DIGITS, DIGITS), "levit")),
} | {f"rows by {by}": (rows(DIGITS, by, "fvcore"), flops_sheet(DIGITS, by, "fvcore")) for by in By}
ALL = {"spec": DIGITS.spec, "graph": graph(DIGITS, Level.STAGE)} | {name: value for name, (value, _) in RESULTS.items()}


def page(value) -> ElementTree.Element:
    """What a notebook shows, as a tree."""
    return ElementTree.fromstring(f"<body>{value._repr_html_()}</body>")


def tags(value) -> list[str]:
    return [one.tag for one in page(value).iter()]


def shown(table: ElementTree.Element) -> list[list[str]]:
    return [[cell.text or "" for cell in row] for row in table.iter("tr")]


def cells(sheet: Sheet) -> list[list[list[str]]]:
    """The cells of every table that a sheet draws, a value that repeats shown once."""
    return [
        [
            [column.title for column in table.shown],
            *(table.cells(row, before) for before, row in zip([None, *table.rows], table.rows, strict=False)),
            *(table.cells(row) for row in table.foot),
        ]
        for table in sheet.drawn
    ]


@pytest.mark.parametrize("name", RESULTS)
def test_a_notebook_shows_the_numbers_of_the_sheet(name):
    value, sheet = RESULTS[name]
    tables = [shown(table) for table in page(value).iter("table")]
    assert tables == (cells(sheet)[:1] if isinstance(value, Rows) else cells(sheet))


@pytest.mark.parametrize("name", [name for name in RESULTS if not name.startswith("rows")])
def test_a_notebook_shows_what_the_sheet_says_around_its_tables(name):
    value, sheet = RESULTS[name]
    assert [words.text for words in page(value).iter("p")] == [*sheet.intro, *sheet.notes]


def test_a_spec_shows_its_yaml():
    assert page(DIGITS.spec).find("pre").text == to_yaml(fields(DIGITS.spec))


@pytest.mark.parametrize("name", ALL)
def test_the_picture_is_a_document_and_stands_in_the_html_too(name):
    value = ALL[name]
    document = value._repr_svg_()
    assert ElementTree.fromstring(document).tag == f"{SVG}svg"
    assert value._repr_html_().endswith(document)


@pytest.mark.parametrize(("value", "paths"), [(DIGITS.spec, ["stages.0.blocks"]), (DIGITS, ["stages.0.blocks.0.attn"])])
def test_a_spec_is_drawn_by_stage_and_a_plan_by_block(value, paths):
    ids = {part.get("id") for part in ElementTree.fromstring(value._repr_svg_()).iter()}
    assert ids >= {*paths, "stem", "pool", "head", "head_dist", "average"}
    assert "stem.conv1" not in ids


@pytest.mark.parametrize("by", By)
def test_rows_have_a_bar_each(by):
    found = rows(DIGITS, by)
    picture = ElementTree.fromstring(found._repr_svg_())
    widths = [float(bar.get("width")) for bar in picture.iter(f"{SVG}rect") if bar.get("class") != "paper"]
    largest = max(row.flops for row in found)
    assert [width / max(widths) for width in widths] == pytest.approx([row.flops / largest for row in found], abs=0.001)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_of_a_spec_is_shown_as_text(name):
    spec = replace(DIGITS.spec, name=name)
    assert tags(spec) == tags(DIGITS.spec)
    assert tags(replace(DIGITS, spec=spec)) == tags(DIGITS)


PRINTABLE = [name for name in HOSTILE if name.isascii() and name.isprintable()]  # as matplotlib's font asks


@pytest.mark.parametrize("name", PRINTABLE)
def test_a_hostile_path_of_a_map_is_shown_as_text(name):
    value = replace(LEARNED[0], path=name)
    assert set(tags(value)) == set(tags(LEARNED[0]))
    assert set(tags(BiasMaps([value]))) == set(tags(BiasMaps(LEARNED[:1])))


def test_what_stands_for_many_networks_shows_its_repr():
    many = make_spec({"stages": [{"dim": np.array([16, 32]), "depth": 1, "heads": 2, "key_dim": 8}]})
    for value in (many, plan(many)):
        assert value._repr_html_() is None
        assert value._repr_svg_() is None


@pytest.mark.parametrize(
    ("value", "module", "drawing"),
    [(DIGITS, graphs, "svg"), (DIGITS.spec, graphs, "svg"), (LEARNED, figures, "encoded")],
    ids=["plan", "spec", "maps"],
)
def test_without_what_draws_there_are_tables_still(value, module, drawing, monkeypatch):
    def missing(*given):
        raise LevitError("nothing draws this")

    monkeypatch.setattr(module, drawing, missing)
    assert value._repr_svg_() is None
    assert {one.tag for one in page(value)} <= {"section", "pre"}
    assert len(page(value)) == 1


@pytest.mark.parametrize("found", [rows(DIGITS, By.STAGE, "fvcore"), reconcile(DIGITS), bias_maps(DIGITS)], ids=repr)
def test_results_are_lists_that_copy_and_travel(found):
    for other in (copy.copy(found), pickle.loads(pickle.dumps(found))):
        assert type(other) is type(found)
        assert other._repr_html_() == found._repr_html_()


@pytest.mark.parametrize("found", [rows(DIGITS, By.STAGE, "fvcore"), reconcile(DIGITS), LEARNED], ids=len)
@pytest.mark.parametrize("place", [slice(1), slice(1, None), slice(None, None, -1), slice(0)], ids=str)
def test_a_slice_of_a_result_shows_itself_too(found, place):
    some = found[place]
    assert type(some) is type(found)
    assert list(some) == list(found)[place]
    assert vars(some) == vars(found)
    assert len(page(some)) == len(page(found)) or not some
    assert found[0] is next(iter(found))


def test_bars_of_a_diff_are_as_long_as_what_was_gained_or_lost():
    there, back = diff(DIGITS, DEEPER), diff(DEEPER, DIGITS)
    gains = [abs(change.flops.gained) for change in there.rows]
    for found in (there, back):
        bars = ElementTree.fromstring(found._repr_svg_()).findall(f"{SVG}rect")[1:]
        widths = [float(bar.get("width")) for bar in bars]
        assert [width / max(widths) for width in widths] == pytest.approx(
            [gain / gains[0] for gain in gains], abs=0.001
        )


def test_a_graph_is_shown_as_its_picture_and_where_nothing_draws_as_text(monkeypatch):
    shown = ALL["graph"]
    assert shown._repr_html_() == shown._repr_svg_() == graphs.svg(shown)

    def missing(*given):
        raise LevitError("nothing draws this")

    monkeypatch.setattr(graphs, "svg", missing)
    assert shown._repr_svg_() is None
    assert page(shown).findtext("pre") == ascii_boxes(shown)


def test_nothing_is_drawn_before_it_is_looked_at():
    code = (
        "import sys, levit_explore as l; p = l.plan(l.load_spec('levit_digits')); l.rows(p), l.balance(p);"
        "assert not {'levit_explore.render.notebook', 'graphviz', 'matplotlib'} & set(sys.modules);"
        "p._repr_html_(); assert 'levit_explore.render.notebook' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", ALL)
def test_ipython_picks_up_both(name):
    formatters = pytest.importorskip("IPython.core.formatters")
    data, _ = formatters.DisplayFormatter().format(ALL[name])
    assert data["text/html"] == ALL[name]._repr_html_()
    assert data["image/svg+xml"] == ALL[name]._repr_svg_()
