"""A report on paper is whole: nothing is cut at an edge, folded away, or apart from its heading."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np
import pytest

from levit_explore import load_spec, plan
from levit_explore.analysis.biases import bias_maps
from levit_explore.render.report.page import report
from tests.render.report.pages import ONE, TWO, page

SPECS = {
    "one": ("levit256",),
    "many rows of keys": ("levit384_s8",),
    "several": ("levit128s", "levit256", "levit384", "levit128s_a1", "levit128s_base", "levit512_s8", "levit_digits"),
}


@dataclass(frozen=True)
class Word:
    """A word on a sheet, in points from the left and from above."""

    text: str
    left: float
    right: float
    middle: float


def learned(name):
    """A spec's plan, and bias maps with a value of its own for each offset."""
    planned = plan(load_spec(name))
    random = np.random.default_rng(0)
    tables = {one.path: random.standard_normal((one.heads, one.offsets)) for one in bias_maps(planned)}
    return planned, bias_maps(planned, tables)


@pytest.fixture(scope="module", params=SPECS)
def printed(request, browser, tmp_path_factory):
    """The sheets of a printed report: the width of each and its lines from above."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext reads what was printed")
    names = SPECS[request.param]
    planned, maps = learned(names[0])
    content = report([planned, *(plan(load_spec(name)) for name in names[1:])], maps=maps)
    folder = tmp_path_factory.mktemp("paper")
    (folder / "report.html").write_text(content, encoding="utf-8")
    tab = browser.new_page()
    tab.goto((folder / "report.html").as_uri())
    tab.pdf(path=folder / "report.pdf", format="A4", print_background=True)
    tab.close()
    done = subprocess.run(
        ["pdftotext", "-bbox", folder / "report.pdf", "-"], capture_output=True, check=True, encoding="utf-8"
    )
    pages = [one for one in ElementTree.fromstring(done.stdout).iter() if one.tag.endswith("}page")]
    return maps, [(float(one.attrib["width"]), lines(one)) for one in pages]


def lines(sheet):
    """The words of a sheet in lines, each from the left."""
    found = []
    for word in sorted((read(one) for one in sheet), key=lambda word: word.middle):
        if not found or word.middle - found[-1][0].middle > 3:
            found.append([])
        found[-1].append(word)
    return [sorted(line, key=lambda word: word.left) for line in found]


def read(word):
    left, right, top, bottom = (float(word.attrib[name]) for name in ("xMin", "xMax", "yMin", "yMax"))
    return Word(word.text, left, right, (top + bottom) / 2)


def said(line):
    return " ".join(word.text for word in line)


def test_nothing_is_cut_at_the_right_edge(printed):
    _, sheets = printed
    assert [word for width, found in sheets for line in found for word in line if word.right > width - 20] == []


def test_every_value_of_a_bias_map_is_on_paper(printed):
    maps, sheets = printed
    first = maps[0]
    query = first.query(*(side // 2 for side in first.query_grid))
    number = re.compile(r"-?\d+(\.\d+)?")
    read_back = {
        float(word.text) for _, found in sheets for line in found for word in line if number.fullmatch(word.text)
    }
    expected = {float(f"{value:.4g}") for value in first.values[0, first.index[query]]}
    assert expected - read_back == set()
    assert len(expected) > 40


HEADINGS = [
    "Side by side",
    "What differs in the specs",
    "Where the FLOPs go",
    "All rows",
    "Why counters differ",
    "Balance",
    "Parameters and activations",
    "Graph",
    "Attention biases",
    "Totals",
    "Cost against accuracy",
]
HEADS = [
    "path role output",
    "counter FLOPs",
    "part FLOPs",
    "part parameters",
    "part bytes",
    "spec ",
    "measure ",
    "field ",
    "work count",
    "row 0",
    "part attention",
    "path kind",
    "from to",
    "stage levit",
]


def test_no_heading_and_no_head_of_a_table_ends_a_sheet(printed):
    _, sheets = printed
    last = [said(found[-1]) for _, found in sheets]
    starts = (*HEADINGS, *HEADS, "FLOPs as levit counts", "FLOPs of attention and MLP,", "Area is FLOPs", "Areas are")
    assert [words for words in last if words.startswith(starts)] == []
    every = [said(line) for _, found in sheets for line in found]
    assert {"Where the FLOPs go", "Balance", "Graph"} <= set(every)


def test_a_long_table_has_its_head_on_every_sheet(printed):
    _, sheets = printed
    pages = [[said(line) for line in found] for _, found in sheets]
    rows = re.compile(r"stages\.\S+ (attention|MLP) \d+x\d+ .* %")
    having = [words for words in pages if any(rows.fullmatch(line) for line in words)]
    assert len(having) > 1
    assert [words[0] for words in having if "path role output params FLOPs share" not in words] == []


@pytest.mark.parametrize("names", [ONE, TWO], ids=" ".join)
def test_paper_shows_everything_and_no_controls(visit, names):
    tab = visit(names)
    tab.emulate_media(media="print")
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert tab.locator("details:not([open])").count() == 0
    assert tab.locator(".controls:visible, .contents:visible, .skip:visible").count() == 0
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert tab.locator("details[open]").count() == 0


def test_pictures_are_drawn_for_paper_and_for_the_screen_after(visit):
    tab = visit(ONE, viewport={"width": 360, "height": 740})
    widths = "all => [...new Set(all.map(one => one.viewBox.baseVal.width))]"
    pictures = tab.locator("figure .canvas > .picture")
    (screen,) = pictures.evaluate_all(widths)
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    (paper,) = pictures.evaluate_all(widths)
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert screen < 360 < 650 < paper < 750
    assert pictures.evaluate_all(widths) == [screen]


@pytest.mark.parametrize("media", ["screen", "print"])
@pytest.mark.parametrize("width", [360, 700, 1000])
def test_empty_places_beside_tiles_are_empty(visit, media, width):
    tab = visit(ONE, viewport={"width": width, "height": 740})
    tab.emulate_media(media=media)
    shown = tab.locator(".tiles").first.evaluate(
        "one => [getComputedStyle(one).backgroundColor, getComputedStyle(one).borderStyle]"
    )
    assert shown == ["rgba(0, 0, 0, 0)", "none"]


def test_a_page_is_the_same_before_and_after_it_is_printed(visit_page):
    tab = visit_page(page(*TWO))
    before = tab.locator("main").inner_html()
    for event in ("beforeprint", "afterprint"):
        tab.evaluate(f"window.dispatchEvent(new Event('{event}'))")
    names = r"/(title|desc|choice|filter)-\d+/g"
    same = f"(before) => document.querySelector('main').innerHTML.replace({names}, '') === before.replace({names}, '')"
    assert tab.evaluate(same, before)
