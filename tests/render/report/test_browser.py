"""A browser that can reach nothing opens reports from disk: on a screen and a phone, by keyboard and by ear."""

from dataclasses import replace

import pytest

from levit_explore import load_spec, plan
from levit_explore.render.graphs.colors import contrast
from levit_explore.render.graphs.labels import clipped
from levit_explore.render.report.page import report
from levit_explore.render.sheet import text
from tests.render.report.measures import faint_words, hexed, lines, page_color
from tests.render.report.pages import HOSTILE, LEARNED, ONE, TWO, focused

KINDS = [ONE, TWO, LEARNED]
PHONE = {"width": 360, "height": 740}
SETTINGS = [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"viewport": PHONE}]


@pytest.mark.parametrize("names", KINDS, ids=" ".join)
def test_a_report_opens_without_a_network_and_without_a_complaint(visit, names):
    tab = visit(names)
    assert tab.locator("h1").inner_text().startswith(names[0])
    assert tab.locator("figure svg.picture").count() > 4


@pytest.mark.parametrize(
    "settings", [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"viewport": PHONE}], ids=str
)
@pytest.mark.parametrize("names", KINDS, ids=" ".join)
def test_axe_finds_no_serious_barrier(visit, names, settings):
    tab = visit(names, **settings)
    tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert barriers(tab) == []


@pytest.mark.parametrize(
    "settings", [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"viewport": PHONE}], ids=str
)
@pytest.mark.parametrize("names", KINDS, ids=" ".join)
def test_axe_finds_no_serious_barrier_in_a_page_that_was_used(visit, names, settings):
    tab = visit(names, **settings)
    tab.get_by_label("FLOPs counted as").select_option(label="fvcore")
    tab.locator("#spec0-area .piece").nth(1).press("Enter")
    tab.locator("#spec0-rows tbody button").nth(1).press("Enter")
    tab.locator("#spec0-graph .choice select").select_option("block")
    tab.locator("#spec0-graph [data-path]").last.press("Enter")
    tab.get_by_role("columnheader", name="FLOPs", exact=True).first.click()
    assert tab.locator("#spec0-area .crumbs").is_visible()
    assert barriers(tab) == []


def barriers(tab):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core looks for barriers")
    found = axe.Axe().run(tab).response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("names", KINDS, ids=" ".join)
def test_words_in_pictures_are_read_and_pieces_are_bordered(visit, names, scheme):
    tab = visit(names, color_scheme=scheme)
    assert faint_words(tab.locator("svg.picture text"), 4.5) == []
    background = page_color(tab)
    drawn = lines(tab.locator(".fill:not(.slim), .border"))
    assert {kind.split()[1] for kind, *_ in drawn if " " in kind} >= {"plain", "stem", "attention", "mlp", "head"}
    assert [one for one in drawn if contrast(hexed(one[1]), background) < 3 or float(one[2][:-2]) < 1] == []
    alone = "all => all.filter(one => !one.closest('svg').querySelector('.border')).length"
    assert tab.locator(".fill.slim").evaluate_all(alone) == 0


@pytest.mark.parametrize("names", KINDS, ids=" ".join)
def test_on_a_phone_the_page_is_as_wide_as_the_screen(visit, names):
    tab = visit(names, viewport=PHONE)
    assert tab.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_tables_and_pictures_have_names_and_every_picture_a_table(visit):
    tab = visit(ONE)
    assert (
        tab.locator("svg.picture").evaluate_all(
            "all => all.filter(one => ['title', 'desc'].some(name => !one.querySelector(name).textContent)).length"
        )
        == 0
    )
    assert (
        tab.locator("figure:has(svg.picture)").count() == tab.locator("figure:has(svg.picture) details table").count()
    )
    assert tab.locator("table").count() == tab.locator("table > caption").count()


def test_the_first_tab_leads_past_the_header(visit):
    tab = visit(ONE)
    tab.keyboard.press("Tab")
    assert focused(tab, "href") == "#content"
    tab.keyboard.press("Enter")
    assert focused(tab, "id") == "content"


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_words_on_a_page_that_fits_a_phone(visit_page, name):
    specs = [replace(load_spec("levit_digits"), name=name, source=name) for _ in range(2)]
    tab = visit_page(report([plan(spec) for spec in specs]), viewport=PHONE)
    assert tab.locator("h1").text_content() == f"{text(name)}, {text(name)}"
    assert tab.locator("#spec0-title").text_content() == clipped(name)
    assert tab.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
