"""Pictures are read wherever they stand: alone, in an <img> or in a page, light or dark, as Chromium draws them."""

import base64
from collections import Counter
from io import BytesIO
from xml.etree import ElementTree

import pytest

from levit_explore import load_spec, plan, rows
from levit_explore.analysis.counts import By
from levit_explore.analysis.graph import graph
from levit_explore.analysis.graph_changes import merged
from levit_explore.analysis.parts import Level
from levit_explore.render.graphs.changes import changes_look
from levit_explore.render.graphs.colors import DARK_PAPER, PAPER, contrast
from levit_explore.render.graphs.svg import painted, svg

image = pytest.importorskip("PIL.Image", reason="Pillow reads what the browser draws")

BEFORE, AFTER = (plan(load_spec("levit_digits", edits)) for edits in ([], ["stages.0.heads=8", "position=none"]))
BOTH = merged(*(graph(one, Level.STAGE) for one in (BEFORE, AFTER)))
PICTURES = {
    "graph": svg(graph(BEFORE, Level.STAGE)),
    "changes": painted(BOTH.union, changes_look(BOTH, ["position: bias -> none"])).content.decode(),
    "bars": rows(BEFORE, By.STAGE)._repr_svg_(),
}
ZOOM = 3  # so that letters have pixels of their whole colour
AA = 4.5


def page(document: str, way: str) -> str:
    """A white page with a picture in it, as the address of an image or as elements."""
    encoded = base64.b64encode(document.encode()).decode()
    inner = document if way == "inline" else f'<img src="data:image/svg+xml;base64,{encoded}">'
    return f"<!doctype html><style>body{{margin:0;background:#fff}}svg,img{{display:block}}</style>{inner}"


@pytest.fixture
def seen(browser, tmp_path):
    """What a browser draws of a picture that stands alone, in an <img>, or inline in a white page."""

    def screenshot(document, way, scheme):
        path = tmp_path / ("picture.svg" if way == "alone" else "page.html")
        path.write_text(document if way == "alone" else page(document, way), encoding="utf-8")
        context = browser.new_context(offline=True, color_scheme=scheme, device_scale_factor=ZOOM)
        tab = context.new_page()
        width, height = (int(ElementTree.fromstring(document).get(side)) for side in ("width", "height"))
        tab.set_viewport_size({"width": width, "height": height})
        tab.goto(path.as_uri())
        shot = image.open(BytesIO(tab.screenshot())).convert("RGB")
        context.close()
        return shot

    return screenshot


@pytest.fixture
def places(browser, tmp_path):
    """Where the words of a picture stand, in pixels of a page."""

    def boxes(document):
        context = browser.new_context(offline=True)
        tab = context.new_page()
        tab.set_content(page(document, "inline"))
        found = tab.locator("svg text").evaluate_all(
            "all => all.map(one => one.getBoundingClientRect()).map(box => [box.left, box.top, box.right, box.bottom])"
        )
        context.close()
        return [box for box in found if box[2] - box[0] > 4]

    return boxes


def colors(shot, box):
    """How often each colour stands in a box."""
    pixels = shot.crop([round(side * ZOOM) for side in box])
    return Counter({"#{:02x}{:02x}{:02x}".format(*color): times for times, color in pixels.getcolors(1 << 24)})


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("way", ["alone", "img", "inline"])
@pytest.mark.parametrize("name", PICTURES)
def test_all_words_are_read_on_what_they_stand_on(name, way, scheme, seen, places):
    shot = seen(PICTURES[name], way, scheme)
    boxes = places(PICTURES[name])
    assert len(boxes) > 8
    for box in boxes:
        found = colors(shot, box)
        ((ground, _),) = found.most_common(1)
        assert max(contrast(ground, color) for color in found) >= AA, box


@pytest.mark.parametrize(("scheme", "paper"), [("light", PAPER), ("dark", DARK_PAPER)])
@pytest.mark.parametrize("name", PICTURES)
def test_the_background_is_that_of_the_system_where_a_picture_stands_alone(name, scheme, paper, seen):
    assert colors(seen(PICTURES[name], "alone", scheme), (0, 0, 1, 1)).keys() == {paper}
