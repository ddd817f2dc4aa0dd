"""SVG: a document that can stand in a page, is named for those who cannot see it, and reads in light and dark."""

import re

import pytest
from hypothesis import given, settings

from levit_explore.analysis.parts import Level
from levit_explore.render.graphs.colors import DARK_PAPER, PAPER, Color, contrast
from levit_explore.render.graphs.direction import Direction
from levit_explore.render.graphs.dot import edge_id
from levit_explore.render.graphs.looks import look
from levit_explore.render.graphs.svg import svg
from levit_explore.spec.load import bundled_names
from tests.render.graphs.drawings import SVG, groups, parsed, title, words
from tests.render.graphs.graphs import HOSTILE, bundled, named, random_graphs

BLOCKS = bundled("levit256", Level.BLOCK)
ELEMENTS = {"svg", "title", "desc", "style", "g", "path", "polygon", "polyline", "ellipse", "text", "rect"}
AA = 4.5
PAGES = {"light": PAPER, "dark": DARK_PAPER}


@given(random_graphs())
@settings(max_examples=20)
def test_every_part_is_there_with_a_title_that_begins_with_its_path(graph):
    root = parsed(svg(graph))
    parts = [box.path for box in graph.boxes], [cluster.path for cluster in graph.clusters]
    for kind, paths in zip(("node", "cluster"), parts, strict=True):
        found = groups(root, kind)
        assert found.keys() == set(paths)
        assert all(title(found[path]).startswith(f"{path}: ") for path in paths)
    edges = groups(root, "edge")
    assert edges.keys() == {edge_id(edge) for edge in graph.edges}
    assert all(title(edges[edge_id(edge)]).startswith(f"{edge.source} -> {edge.target}: ") for edge in graph.edges)


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_names_add_nothing_but_text(name):
    shown = named(name)
    root = parsed(svg(shown))
    assert {part.tag.removeprefix(SVG) for part in root.iter()} <= ELEMENTS
    assert not [key for part in root.iter() for key in part.attrib if key.startswith("on") or "href" in key]
    assert root.findtext(f"{SVG}title") == look(shown).title


def test_it_begins_with_the_document_and_names_no_tool():
    made = svg(BLOCKS)
    assert made.startswith("<svg ")
    assert made.endswith("</svg>\n")
    assert "<!--" not in made
    assert "graphviz" not in made.lower()


def test_it_is_an_image_with_a_name_and_a_description():
    root = parsed(svg(BLOCKS))
    labels = root.attrib["aria-labelledby"].split()
    texts = {part.attrib["id"]: part.text for part in root if "id" in part.attrib}
    assert root.attrib["role"] == "img"
    assert [texts[label] for label in labels] == [
        "levit256 at 224x224",
        "1,128,024,056 FLOPs (levit), 18,893,876 params. In boxes: what one run costs, and the share of all FLOPs, "
        f"all runs together. {len(BLOCKS.boxes)} boxes, {len(BLOCKS.edges)} edges.",
    ]


def test_the_labels_of_two_graphs_in_a_page_differ():
    labels = [parsed(svg(bundled("levit256", level))).attrib["aria-labelledby"] for level in Level]
    assert len(set(labels)) == len(labels)


def test_the_same_graph_gives_the_same_bytes():
    assert svg(BLOCKS) == svg(BLOCKS)


@pytest.mark.parametrize("name", bundled_names())
def test_at_block_level_it_fits_a_screen_in_width(name):
    root = parsed(svg(bundled(name, Level.BLOCK)))
    assert float(root.attrib["width"]) <= 1200


@pytest.mark.parametrize("direction", Direction)
def test_no_text_is_smaller_than_eleven_pixels(direction):
    root = parsed(svg(BLOCKS, direction=direction))
    pixels = float(root.attrib["width"]) / float(root.attrib["viewBox"].split()[2])
    assert min(float(text.attrib["font-size"]) for text in root.iter(f"{SVG}text")) * pixels >= 11


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("color", Color)
def test_text_in_every_box_is_read_on_its_fill(color, level):
    root = parsed(svg(bundled("levit128s", level), color))
    for node in groups(root, "node").values():
        (fill,) = {part.attrib["fill"] for part in node if part.tag in (f"{SVG}path", f"{SVG}ellipse")}
        assert all(contrast(text.attrib["fill"], fill) >= AA for text in node.iter(f"{SVG}text"))


@pytest.mark.parametrize("page", PAGES)
def test_text_and_lines_on_the_background_are_read_in_light_and_dark(page):
    root = parsed(svg(BLOCKS))
    dark = dict(re.findall(r'text\[fill="(#\w+)"\]\{fill:(#\w+)\}', root.findtext(f"{SVG}style")))
    lines = dict(re.findall(r'\[stroke="(#\w+)"\]\{stroke:(#\w+)\}', root.findtext(f"{SVG}style")))
    outside = [*groups(root, "cluster").values(), *groups(root, "edge").values()]
    texts = {text.attrib["fill"] for part in outside for text in part.iter(f"{SVG}text")}
    strokes = {path.attrib["stroke"] for part in outside for path in part.iter(f"{SVG}path")}
    assert texts
    assert strokes
    assert all(contrast(dark[color] if page == "dark" else color, PAGES[page]) >= AA for color in texts)
    assert all(contrast(lines[color] if page == "dark" else color, PAGES[page]) >= 3 for color in strokes)


def test_text_on_a_fill_stays_dark_in_the_dark():
    root = parsed(svg(BLOCKS))
    style = root.findtext(f"{SVG}style")
    inside = {text.attrib["fill"] for node in groups(root, "node").values() for text in node.iter(f"{SVG}text")}
    assert not [color for color in inside if color in style]


def test_all_of_it_stands_on_a_background_of_its_own():
    root = parsed(svg(BLOCKS))
    paper, drawing = (part for part in root if part.tag in (f"{SVG}rect", f"{SVG}g"))
    assert [paper.attrib[side] for side in ("x", "y", "width", "height")] == ["-1%", "-1%", "102%", "102%"]
    assert paper.attrib["fill"] == PAPER
    assert f".{paper.attrib['class']}{{fill:{DARK_PAPER}}}" in root.findtext(f"{SVG}style")
    assert root.attrib["viewBox"].startswith("0.00 0.00 ")
    assert drawing.attrib["class"] == "graph"


def test_both_heads_are_there_and_told_apart():
    nodes = groups(parsed(svg(BLOCKS)), "node")
    assert [words(nodes[path])[0] for path in ("head", "head_dist")] == ["head", "head"]
    assert "head_dist" in words(nodes["head_dist"])
