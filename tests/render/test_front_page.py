"""The page of a front can be read in the dark too, in the colours of the report."""

import re
from importlib import resources

import pytest

from levit_explore.render.front import encoded
from levit_explore.render.front_page import page
from tests.render.fronts import found

ROOT = re.compile(r":root \{(.*?)\}")
COLOURS = re.compile(r"--(\w+): (#\w+);")


@pytest.fixture(scope="module")
def text():
    sweep = found("deep", "flops,params")
    return page(sweep, encoded(sweep, ".svg"))


def test_page_has_the_colours_of_the_report(text):
    report = resources.files("levit_explore.render.report").joinpath("report.css").read_text(encoding="utf-8")
    for own, other in zip(ROOT.findall(text), ROOT.findall(report)[:2], strict=True):  # light, then dark
        colours = dict(COLOURS.findall(own))
        assert set(colours) == {"paper", "line", "ink"}
        assert colours.items() <= dict(COLOURS.findall(other)).items()


@pytest.mark.parametrize(("scheme", "ground"), [("light", (255, 255, 255)), ("dark", (22, 24, 28))])
def test_page_is_dark_where_dark_is_preferred(browser, text, scheme, ground, tmp_path):
    (tmp_path / "front.html").write_text(text, encoding="utf-8")
    with browser.new_context(color_scheme=scheme, offline=True) as context:
        tab = context.new_page()
        tab.goto((tmp_path / "front.html").as_uri())
        shade = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        assert tuple(map(int, re.findall(r"\d+", shade))) == ground
        assert tab.evaluate("document.querySelector('img').naturalWidth") > 0


def test_distances_of_published_models_keep_their_decimals():
    sweep = found("deep", "balance,-depth")
    text = page(sweep, encoded(sweep, ".svg"))
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr><td>levit\w+</td>.*?</tr>", text)]
    assert len(cells) == 5
    for _, distance, depth, ratio, _ in cells:
        assert float(distance) == pytest.approx(max(float(ratio), 1 / float(ratio)) - 1, abs=1e-3)
        assert depth == str(int(depth))
