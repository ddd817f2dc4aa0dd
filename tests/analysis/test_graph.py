"""The graph of a network: what its boxes, clusters and edges cost and how they hang together, at every level."""

from collections import Counter
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore import CONVENTIONS, LevitError, flops, fuse, load_spec, params, plan, rows, walk
from levit_explore.analysis.counts import By
from levit_explore.analysis.graph import Graph, graph
from levit_explore.analysis.parts import Box, Cluster, Level
from levit_explore.plan.flow import IMAGE
from levit_explore.plan.ops import Op
from levit_explore.plan.tree import Role, join
from levit_explore.spec.load import bundled_names
from tests.model.models import small
from tests.strategies import specs


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Graphs of random specs, folded or not, at any level or with a focus on any part, under any convention."""
    model = plan(draw(specs()))
    planned = fuse(model) if draw(st.booleans()) else model
    focus = draw(st.none() | st.sampled_from([step.path for step in walk(planned) if step.path]))
    convention = draw(st.sampled_from(list(CONVENTIONS)))
    return graph(planned, draw(st.sampled_from(Level)), focus, draw(st.booleans()), convention)


def around(found: Graph, part: Box | Cluster) -> list[Cluster]:
    """The clusters around a box or a cluster, innermost first."""
    clusters = {cluster.path: cluster for cluster in found.clusters}
    if part.cluster == "":
        return []
    outer = clusters[part.cluster]
    return [outer, *around(found, outer)]


# Costs


@given(graphs())
def test_boxes_add_up_to_the_network(found):
    assert found.flops == flops(found.plan, found.convention)
    assert found.params == params(found.plan)
    assert sum(box.cost.share for box in found.boxes) == pytest.approx(1)


@pytest.mark.parametrize("expand", [False, True])
@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("name", bundled_names())
def test_boxes_of_bundled_specs_add_up_to_the_network(name, level, expand):
    model = plan(load_spec(name))
    for convention in CONVENTIONS:
        found = graph(model, level, expand=expand, convention=convention)
        assert (found.flops, found.params) == (flops(model, convention), params(model))


@given(graphs())
def test_a_cluster_costs_what_its_boxes_do(found):
    for cluster in found.clusters:
        inner = [box for box in found.boxes if cluster in around(found, box)]
        runs = prod(outer.times for outer in around(found, cluster))
        assert runs * cluster.cost.flops == sum(box.times * box.cost.flops for box in inner)
        assert runs * cluster.cost.params == sum(box.times * box.cost.params for box in inner)
        assert cluster.cost.share == pytest.approx(sum(box.cost.share for box in inner))


@given(graphs())
def test_a_box_stands_for_as_many_as_its_clusters_repeat(found):
    assert [box.times for box in found.boxes] == [prod(one.times for one in around(found, box)) for box in found.boxes]


@given(specs(), st.sampled_from(Level))
def test_expanded_nothing_is_repeated(spec, level):
    found = graph(plan(spec), level, expand=True)
    assert {part.times for part in (*found.boxes, *found.clusters)} == {1}


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("name", bundled_names())
def test_expanded_blocks_are_the_rows_by_block_with_their_adds_apart(name, convention):
    model = plan(load_spec(name))
    _image, *boxes = graph(model, Level.BLOCK, expand=True, convention=convention).boxes
    cost = Counter[str]()
    for box in boxes:
        cost[box.path.removesuffix(".add")] += box.cost.flops
    blocks = [box for box in boxes if box.kind != "add"]
    found = [(box.path, box.role, box.out, box.cost.params, cost[box.path]) for box in blocks]
    assert found == [(row.path, row.role, row.out, row.params, row.flops) for row in rows(model, By.BLOCK, convention)]


@given(specs(), st.sampled_from(list(CONVENTIONS)))
def test_expanded_ops_are_the_rows_by_op(spec, convention):
    model = plan(spec)
    _image, *boxes = graph(model, Level.OP, expand=True, convention=convention).boxes
    found = [(box.path, box.role, box.out, box.cost.params, box.cost.flops, box.cost.share) for box in boxes]
    assert found == [
        (row.path, row.role, row.out, row.params, row.flops, row.share) for row in rows(model, By.OP, convention)
    ]


# Clusters and edges


@given(graphs())
def test_clusters_are_nested_and_an_outer_one_comes_first(found):
    paths = [""]
    for cluster in found.clusters:
        assert cluster.cluster in paths
        assert cluster.path.startswith(f"{cluster.cluster}." if cluster.cluster else "")
        paths.append(cluster.path)
    assert len(paths) == len(set(paths))


@given(graphs())
def test_every_box_stands_in_the_innermost_cluster_that_leads_to_it(found):
    for box in found.boxes:
        leading = [cluster.path for cluster in found.clusters if f"{box.path}.".startswith(f"{cluster.path}.")]
        assert box.cluster == max(leading, key=len, default="")


@given(graphs())
def test_every_cluster_holds_a_box(found):
    assert {cluster.path for box in found.boxes for cluster in around(found, box)} == {
        cluster.path for cluster in found.clusters
    }


@given(graphs())
def test_edges_lead_from_the_image_through_every_box_to_the_last_and_never_back(found):
    paths = [box.path for box in found.boxes]
    assert len(paths) == len(set(paths))
    assert all(paths.index(edge.source) < paths.index(edge.target) for edge in found.edges)
    assert {edge.target for edge in found.edges} == set(paths[1:])
    assert {edge.source for edge in found.edges} == set(paths[:-1])
    assert paths[0] == IMAGE


@given(graphs())
def test_an_edge_carries_what_its_source_gives_of_the_stem_as_tokens(found):
    boxes = {box.path: box for box in found.boxes}
    for edge in found.edges:
        source, target = boxes[edge.source], boxes[edge.target]
        channels, *grid = source.out
        leaves = source.role is Role.STEM and target.role is not Role.STEM
        assert edge.shape == ((prod(grid), channels) if leaves else source.out)


@given(graphs())
def test_an_add_takes_one_shape_twice_and_gives_it(found):
    for box in found.boxes:
        if box.kind == "add":
            assert {edge.shape for edge in found.edges if edge.target == box.path} == {box.out}


@given(specs(), st.sampled_from(Level))
def test_expanded_boxes_hold_every_op_once_and_a_cluster_those_of_its_boxes(spec, level):
    found = graph(plan(spec), level, expand=True)
    held = [(join(box.path, rest), op) for box in found.boxes for rest, op in box.ops.items()]
    ops = {step.path: step.node for step in walk(found.plan) if isinstance(step.node, Op)}
    assert (len(held), dict(held)) == (len(ops), ops)
    for cluster in found.clusters:
        inner = {path: op for path, op in ops.items() if path.startswith(f"{cluster.path}.")}
        assert {join(cluster.path, rest): op for rest, op in cluster.ops.items()} == inner


@given(graphs())
def test_an_add_takes_a_branch_and_the_way_past_it_and_nothing_else_has_such_a_way(found):
    adds = [box.path for box in found.boxes if box.kind == "add"]
    assert [edge.target for edge in found.edges if edge.skip] == adds
    assert sorted(edge.target for edge in found.edges if not edge.skip and edge.target in adds) == sorted(adds)


# Levels


def test_by_stage_levit256_is_its_stem_stages_downsamples_and_heads():
    assert [(box.path, box.kind, box.out) for box in graph(plan(load_spec("levit256")), Level.STAGE).boxes] == [
        ("image", "image", (3, 224, 224)),
        ("stem", "stem", (256, 14, 14)),
        ("stages.0.blocks", "blocks", (196, 256)),
        ("stages.1.downsample", "downsample", (49, 384)),
        ("stages.1.blocks", "blocks", (49, 384)),
        ("stages.2.downsample", "downsample", (16, 512)),
        ("stages.2.blocks", "blocks", (16, 512)),
        ("pool", "pool", (512,)),
        ("head", "head", (1000,)),
        ("head_dist", "head", (1000,)),
        ("average", "average", (1000,)),
    ]


def test_by_block_a_repeated_body_is_drawn_once_with_how_often_it_runs():
    found = graph(small())
    assert [(box.path, box.times) for box in found.boxes] == [
        ("image", 1),
        ("stem", 1),
        ("stages.0.blocks.0.attn", 2),
        ("stages.0.blocks.0.attn.add", 2),
        ("stages.0.blocks.0.mlp", 2),
        ("stages.0.blocks.0.mlp.add", 2),
        ("stages.1.downsample.attn_downsample", 1),
        ("stages.1.downsample.mlp", 1),
        ("stages.1.downsample.mlp.add", 1),
        ("stages.1.blocks.0.attn", 1),
        ("stages.1.blocks.0.attn.add", 1),
        ("stages.1.blocks.0.mlp", 1),
        ("stages.1.blocks.0.mlp.add", 1),
        ("pool", 1),
        ("head", 1),
        ("head_dist", 1),
        ("average", 1),
    ]
    assert [(cluster.path, cluster.kind, cluster.cluster, cluster.times) for cluster in found.clusters] == [
        ("stages.0", "stage", "", 1),
        ("stages.0.blocks", "blocks", "stages.0", 2),
        ("stages.1", "stage", "", 1),
        ("stages.1.downsample", "downsample", "stages.1", 1),
        ("stages.1.blocks", "blocks", "stages.1", 1),
    ]


def test_by_block_the_edges_of_a_body_are_its_branches_and_the_ways_past_them():
    first, before = "stages.0.blocks.0", "stem"
    edges = [edge for edge in graph(small()).edges if edge.target.startswith(first)]
    assert [(edge.source, edge.target, edge.skip) for edge in edges] == [
        (before, f"{first}.attn", False),
        (f"{first}.attn", f"{first}.attn.add", False),
        (before, f"{first}.attn.add", True),
        (f"{first}.attn.add", f"{first}.mlp", False),
        (f"{first}.mlp", f"{first}.mlp.add", False),
        (f"{first}.attn.add", f"{first}.mlp.add", True),
    ]


@pytest.mark.parametrize("level", Level)
def test_a_stage_of_depth_0_is_not_drawn_and_what_follows_takes_what_came_before(level):
    stages = [{"dim": 16, "depth": 0, "heads": 2, "key_dim": 4}, {"dim": 24, "depth": 1, "heads": 3, "key_dim": 4}]
    found = graph(small(stages=stages), level)
    assert [part.path for part in (*found.boxes, *found.clusters) if part.path.startswith("stages.0")] == []
    before = "stem.conv3.bn" if level is Level.OP else "stem"
    assert {edge.target.split(".")[1] for edge in found.edges if edge.source == before} == {"1"}


# Focus


def test_a_focus_is_drawn_by_op_and_all_else_by_stage():
    focus = "stages.1.downsample.mlp"
    found = graph(small(), focus=focus)
    assert [box.path for box in found.boxes] == [
        "image",
        "stem",
        "stages.0.blocks",
        "stages.1.downsample.attn_downsample",
        *(f"{focus}.{name}" for name in ("ln1.linear", "ln1.bn", "act", "ln2.linear", "ln2.bn", "add")),
        "stages.1.blocks",
        "pool",
        "head",
        "head_dist",
        "average",
    ]


@given(graphs(), st.data())
def test_a_focus_has_the_boxes_that_it_has_by_op(found, data):
    path = data.draw(st.sampled_from([box.path for box in found.boxes[1:]]))
    focused, by_op = (
        [box for box in graph(found.plan, *options, expand=True).boxes if f"{box.path}.".startswith(f"{path}.")]
        for options in ((Level.STAGE, path), (Level.OP,))
    )
    assert focused == by_op


def test_a_focus_on_one_repetition_draws_that_one():
    focus = "stages.0.blocks.1.mlp"
    found = graph(small(), focus=focus)
    inner = [box for box in found.boxes if box.path.startswith("stages.0.")]
    assert [box.path for box in inner] == [
        "stages.0.blocks.1.attn",
        *(f"{focus}.{name}" for name in ("ln1.linear", "ln1.bn", "act", "ln2.linear", "ln2.bn", "add")),
    ]
    assert {box.times for box in inner} == {2}


@pytest.mark.parametrize("focus", ["stages.0.blocks.1", "stages.0.blocks"])
def test_a_focus_may_be_a_body_or_all_of_them(focus):
    paths = [box.path for box in graph(small(), focus=focus).boxes]
    assert f"{'stages.0.blocks.1' if focus[-1] == '1' else 'stages.0.blocks.0'}.attn.qkv.linear" in paths


@pytest.mark.parametrize("expand", [False, True])
@pytest.mark.parametrize(
    ("focus", "fix"),
    [
        ("nope", ", such as stages.0.blocks.0.attn"),
        ("", ", such as stages.0.blocks.0.attn"),
        ("stages.0.blocks.2", "; did you mean stages.0.blocks?"),
        ("stages.0.blocks.0.atn", "; did you mean stages.0.blocks.0.attn?"),
        ("stem.", "; did you mean stem?"),
        ("image", ", such as stages.0.blocks.0.attn"),
    ],
)
def test_a_focus_on_no_part_is_refused_with_the_nearest(focus, fix, expand):
    with pytest.raises(LevitError) as error:
        graph(small(), focus=focus, expand=expand)
    assert str(error.value) == f"--focus '{focus}': no part of that path{fix}"


def test_an_unknown_convention_is_refused():
    with pytest.raises(LevitError, match=r"^convention 'fvcor' is not known; choose levit, .*; did you mean fvcore\?$"):
        graph(small(), convention="fvcor")
