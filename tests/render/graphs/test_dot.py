"""DOT: every part is in it under its path, with what it is and costs; names cannot break out of it."""

import pytest

from levit_explore import load_spec, plan
from levit_explore.analysis.graph import graph
from levit_explore.analysis.parts import Level
from levit_explore.plan.ops import Op
from levit_explore.plan.tree import walk
from levit_explore.render.graphs.colors import Color
from levit_explore.render.graphs.direction import Direction
from levit_explore.render.graphs.dot import dot, edge_id
from levit_explore.render.graphs.engine import draw
from levit_explore.render.graphs.labels import tooltip
from levit_explore.render.graphs.looks import look
from levit_explore.render.sheet import count, shape
from tests.render.graphs.drawings import groups, parsed, words
from tests.render.graphs.graphs import BUNDLED, HOSTILE, bundled, named

BLOCKS = bundled("levit256", Level.BLOCK)


def drawn(graph, *options):
    return parsed(draw(dot(graph, *options), "svg").content)


@pytest.mark.parametrize(("name", "level"), BUNDLED)
def test_every_part_of_every_bundled_spec_is_drawn(name, level):
    shown = bundled(name, level)
    root = drawn(shown)
    assert groups(root, "node").keys() == {box.path for box in shown.boxes}
    assert groups(root, "cluster").keys() == {cluster.path for cluster in shown.clusters}
    assert groups(root, "edge").keys() == {edge_id(edge) for edge in shown.edges}


def test_with_every_repetition_there_is_a_node_for_the_image_and_for_each_op():
    planned = plan(load_spec("levit_digits"))
    ops = [step.path for step in walk(planned) if isinstance(step.node, Op)]
    assert groups(drawn(graph(planned, Level.OP, expand=True)), "node").keys() == {"image", *ops}


def test_a_box_says_what_it_is_and_costs():
    attention = next(box for box in BLOCKS.boxes if box.path == "stages.0.blocks.0.attn")
    node = groups(drawn(BLOCKS), "node")[attention.path]
    assert words(node) == [
        "stage 0 attention",
        "dim 256, 4 heads, key_dim 32, value_dim 64",
        f"53.4 M FLOPs, 199 k params, x4: {attention.cost.share:.1%}",
    ]


def test_a_tooltip_has_the_exact_counts():
    source = dot(BLOCKS)
    for part in (*BLOCKS.boxes, *BLOCKS.clusters):
        tooltip = f"{part.path}: {part.kind}, "
        (line,) = [line for line in source.splitlines() if f'tooltip="{tooltip}' in line]
        assert f"gives {shape(part.out)}, {count(part.cost.flops)} FLOPs and {count(part.cost.params)} params" in line


def test_repeated_blocks_stand_in_a_cluster_that_says_how_often():
    repeated = [cluster for cluster in BLOCKS.clusters if cluster.times != 1]
    found = groups(drawn(BLOCKS), "cluster")
    assert [words(found[cluster.path])[0] for cluster in repeated] == ["x4", "x4", "x4"]
    titles = {part.path: tooltip(part) for part in repeated}
    assert all("blocks, 4 x what is drawn; " in titles[cluster.path] for cluster in repeated)


def test_a_way_past_a_branch_is_dashed_and_other_edges_are_not():
    edges = groups(drawn(BLOCKS), "edge")
    dashed = {name for name, edge in edges.items() if any(part.get("stroke-dasharray") for part in edge.iter())}
    assert dashed == {edge_id(edge) for edge in BLOCKS.edges if edge.skip}
    assert len(dashed) == sum(box.kind == "add" for box in BLOCKS.boxes)


def test_every_other_edge_tells_the_shape_that_it_passes():
    edges = groups(drawn(BLOCKS), "edge")
    assert all(words(edges[edge_id(edge)]) == [shape(edge.shape)] for edge in BLOCKS.edges if not edge.skip)


def test_residual_adds_are_circles_with_a_plus():
    nodes = groups(drawn(BLOCKS), "node")
    adds = [box.path for box in BLOCKS.boxes if box.kind == "add"]
    assert [words(nodes[path]) for path in adds] == [["+"]] * len(adds)


@pytest.mark.parametrize("convention", ["levit", "fvcore", "torchinfo"])
def test_the_title_has_both_totals_and_whose_count_it_is(convention):
    shown = graph(plan(load_spec("levit128s")), convention=convention)
    lines = words(drawn(shown))
    assert lines[0] == "levit128s at 224x224"
    assert lines[1] == f"{count(shown.flops)} FLOPs ({convention}), {count(shown.params)} params"


def test_the_legend_names_every_role_and_its_fill():
    root = drawn(BLOCKS)
    assert words(root)[3:8] == ["stem", "attention", "MLP", "head", "other"]


@pytest.mark.parametrize(("color", "unit"), [(Color.FLOPS, "FLOPs"), (Color.PARAMS, "params")])
def test_the_legend_of_a_scale_ends_at_the_largest_share(color, unit):
    total = BLOCKS.flops if color is Color.FLOPS else BLOCKS.params
    most = (
        max(box.times * (box.cost.flops if color is Color.FLOPS else box.cost.params) for box in BLOCKS.boxes) / total
    )
    lines = words(drawn(BLOCKS, color))
    assert lines[3] == f"Colour: a box's share of all {unit}, all runs together, from 0 to {most:.1%}"
    assert (lines[4], lines[8]) == ("0.0%", f"{most:.1%}")


def test_a_network_without_cost_has_a_scale_too():
    free = graph(plan(load_spec("levit_digits")), convention="levit")
    nothing = type(free)(free.plan, free.convention, free.boxes[:1], (), ())
    assert "from 0 to 0.0%" in dot(nothing, Color.FLOPS)


def test_left_to_right_is_wider_than_it_is_high():
    sides = [
        float(drawn(BLOCKS, Color.ROLE, way).attrib[side][:-2]) for way in Direction for side in ("width", "height")
    ]
    assert sides[0] > sides[1]
    assert sides[2] < sides[3]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_any_name_comes_back_as_words_on_one_line(name):
    shown = named(name)
    root = drawn(shown)
    assert groups(root, "node").keys() == {box.path for box in shown.boxes}
    assert {part.tag.rpartition("}")[2] for part in root.iter()} <= {
        *("svg", "g", "title", "text", "path", "polygon", "polyline", "ellipse", "a")
    }
    assert words(root)[0].split() == look(shown).title.split()
    assert len(words(root)[0]) < 80


def test_the_same_graph_gives_the_same_source():
    assert dot(bundled("levit256", Level.OP)) == dot(bundled("levit256", Level.OP))
