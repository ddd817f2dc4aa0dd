"""The picture for terminals: 80 columns of ASCII in which every box and every edge of the graph is found."""

import re
from dataclasses import replace
from itertools import groupby

import pytest
from hypothesis import given

from levit_explore import load_spec, plan
from levit_explore.analysis.graph import Graph, graph
from levit_explore.analysis.parts import Level
from levit_explore.render.graphs.ascii import ascii_boxes
from levit_explore.render.sheet import percent, si
from tests.render.graphs.graphs import BUNDLED, HOSTILE, bundled, mangled, named, random_graphs

DIGITS = """\
levit_digits at 32x32: 5.89 M FLOPs under levit, 160 k params
xN: runs N times; what it costs is for all of them.

                                            FLOPs   share  params
+----------------------------------------+
| image                                  |
+----------------------------------------+
    | 1x32x32
    v
+----------------------------------------+
| stem                                   |  332 k    5.6%  4.85 k  #
| dims 16, 32                            |
+----------------------------------------+
    | 64x32
    v
+----------------------------------------+
| stages.0.blocks                     x3 | 3.19 M   54.3%  33.0 k  ############
| dim 32, heads 4, key_dim 8,            |
| value_dim 16, hidden 64                |
+----------------------------------------+
    | 64x32
    v
+----------------------------------------+
| stages.1.downsample                    |  905 k   15.4%  31.9 k  ###
| dim 64, heads 4, key_dim 8,            |
| value_dim 32, stride 2, hidden 128     |
+----------------------------------------+
    | 16x64
    v
+----------------------------------------+
| stages.1.blocks                     x3 | 1.45 M   24.7%  88.5 k  #####
| dim 64, heads 4, key_dim 8,            |
| value_dim 16, hidden 128               |
+----------------------------------------+
    | 16x64
    v
+----------------------------------------+
| pool                                   |
+----------------------------------------+
    | 64
    +----------------------------------------+
    v                                        v
+-------------------------------------+  +-------------------------------------+
| head                                |  | head_dist                           |
| classes 10                          |  | classes 10                          |
| 640 FLOPs, <0.1%, 778 params        |  | 640 FLOPs, <0.1%, 778 params        |
+-------------------------------------+  +-------------------------------------+
    | 10                                     | 10
    +----------------------------------------+
    v
+----------------------------------------+
| average                                |
+----------------------------------------+
"""


SIGNS = (("|", set(" |")), ("v", set(" v")))


def parts(picture: str) -> tuple[list[list[str]], list[list[str]]]:
    """The lines of every box or pair of boxes without their borders, and the lines between them."""
    body = picture.split("params\n", 2)[-1].splitlines()  # below the title and the head of the columns
    kinds = groupby(body, key=lambda line: "border" if line.startswith("+-") else line[:1])
    runs = [(kind, list(lines)) for kind, lines in kinds]
    return [lines for kind, lines in runs if kind == "|"], [lines for kind, lines in runs if kind in (" ", "")]


def edges(picture: str) -> int:
    """How many edges are drawn as arrows or named in a box."""
    boxes, between = parts(picture)
    bare = [[re.sub(r"\| \S+", "|", line) for line in lines] for lines in between]  # without shapes
    arrows = [
        max(sum(line.count(sign) for line in lines if set(line) <= only) for sign, only in SIGNS) for lines in bare
    ]
    return sum(arrows) + sum(len(re.findall(r"\| (?:\+|from) ", line)) for box in boxes for line in box)


def test_levit_digits_by_stage():
    assert ascii_boxes(named("levit_digits")) == DIGITS


def check(found: Graph) -> None:
    """Asserts that a picture fits the terminal and has every box and edge."""
    picture = ascii_boxes(found)
    assert picture.isascii()
    assert max(map(len, picture.splitlines())) <= 80
    assert "\n".join(line.rstrip() for line in picture.splitlines()) + "\n" == picture
    boxes, _ = parts(picture)
    assert sum(1 + lines[0].count("|  |") for lines in boxes) == len(found.boxes)
    assert edges(picture) == len(found.edges)


@pytest.mark.parametrize(("name", "level"), BUNDLED)
def test_a_picture_has_every_box_and_edge(name, level):
    check(bundled(name, level))


@given(random_graphs())
def test_a_picture_of_any_network_has_every_box_and_edge(found):
    check(found)


@pytest.mark.parametrize("focus", ["stages.1.downsample", "stages.0.blocks.1.attn", "head"])
def test_a_picture_with_a_focus_has_every_box_and_edge(focus):
    check(graph(plan(load_spec("levit_digits")), focus=focus))


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_widens_a_picture_or_adds_a_line(name):
    picture = ascii_boxes(named(name))
    title, *rest = picture.splitlines()
    assert picture.isascii()
    assert len(title) <= 80
    assert title.endswith(": 5.89 M FLOPs under levit, 160 k params")
    assert rest == DIGITS.splitlines()[1:]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_of_a_part_widens_a_picture(name):
    picture = ascii_boxes(mangled(name))
    assert picture.isascii()
    assert picture.isprintable() or "\n" in picture
    assert max(map(len, picture.splitlines())) <= 80


@pytest.mark.parametrize("level", Level)
def test_a_box_shows_what_all_its_runs_cost(level):
    found = bundled("levit256", level)
    lines = ascii_boxes(found).splitlines()
    for box in found.boxes:
        if box.cost.share > 0.001:
            flops, params = si(box.cost.flops * box.times), si(box.cost.params * box.times)
            costs = f"| {flops:>6}  {percent(box.cost.share):>6}  {params:>6}"
            assert any(costs in line for line in lines)


def test_bars_are_as_long_as_shares():
    found = bundled("levit256", Level.STAGE)
    shares = {box.path: box.cost.share for box in found.boxes}
    bars = {line.split()[1]: line.count("#") for line in ascii_boxes(found).splitlines() if line.endswith("#")}
    longest = max(shares.values())
    assert bars["stages.0.blocks"] == 12
    assert bars == {path: round(12 * share / longest) for path, share in shares.items() if path in bars}


def test_the_way_past_a_branch_is_named_where_it_ends():
    lines = ascii_boxes(bundled("levit_digits", Level.BLOCK)).splitlines()
    place = next(place for place, line in enumerate(lines) if "stages.0.blocks.0.mlp.add" in line)
    assert lines[place + 1].split() == ["|", "+", "stages.0.blocks.0.attn.add,", "64x32", "|"]
    assert "+: the way past a branch." in lines


def test_marks_are_explained_only_where_they_stand():
    assert "the way past" not in ascii_boxes(bundled("levit_digits", Level.STAGE))
    assert "xN" not in ascii_boxes(
        graph(plan(load_spec("levit_digits", ["stages=[{dim: 32, depth: 1, heads: 4, key_dim: 8}]"])))
    )


def test_an_arrow_from_one_of_two_boxes_is_named_rather_than_drawn_as_if_from_both():
    found = bundled("levit_digits", Level.STAGE)
    edges = tuple(edge for edge in found.edges if edge.source != "head_dist")
    lines = ascii_boxes(replace(found, edges=edges)).splitlines()
    place = next(place for place, line in enumerate(lines) if line.startswith("| average"))
    assert lines[place - 2] == ""
    assert lines[place + 1].split() == ["|", "from", "head,", "10", "|"]
