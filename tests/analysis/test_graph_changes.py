"""Two graphs as one: every part has a fate, which follows from both."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from levit_explore import load_spec, plan
from levit_explore.analysis.graph import graph
from levit_explore.analysis.graph_changes import Status, merged
from levit_explore.analysis.parts import Level
from tests.strategies import specs


def changed(*edits, level=Level.BLOCK, before=()):
    old, new = (graph(plan(load_spec("levit256", list(given))), level) for given in (before, edits))
    return merged(old, new)


def fates(both, status):
    return {path for path, fate in both.parts.items() if fate.status is status}


def differing(fate):
    return {change.field: (change.before, change.after) for change in fate.changes}


@pytest.mark.parametrize("level", Level)
def test_a_graph_has_not_changed_from_itself(level):
    both = changed(level=level)
    assert {fate.status for fate in (*both.parts.values(), *both.edges.values())} == {Status.SAME}
    assert (both.union.boxes, both.union.clusters, both.union.edges) == (
        *(both.after.boxes, both.after.clusters, both.after.edges),
    )


def test_other_heads_change_their_attention_alone():
    both = changed("stages.1.heads=8")
    path = "stages.1.blocks.0.attn"
    assert fates(both, Status.CHANGED) == {path, "stages.1.blocks", "stages.1"}
    found = differing(both.parts[path])
    assert found["heads"] == (6, 8)
    assert found.keys() == {"heads", "flops", "params"}
    before, after = (next(box for box in one.boxes if box.path == path) for one in (both.before, both.after))
    assert found["flops"] == (before.cost.flops, after.cost.flops)


def test_another_depth_changes_how_often_a_block_is_there():
    both = changed("stages.0.depth=5")
    assert differing(both.parts["stages.0.blocks"])["times"] == (4, 5)
    assert differing(both.parts["stages.0.blocks.0.mlp"]) == {"times": (4, 5)}
    assert both.parts["stages.1"].status is Status.SAME


def test_without_its_mlp_a_stage_has_lost_box_add_and_edges():
    both = changed("stages.2.mlp_ratio=0")
    mlp, add = "stages.2.blocks.0.mlp", "stages.2.blocks.0.mlp.add"
    assert fates(both, Status.GONE) == {mlp, add}
    gone = {(edge.source, edge.target) for edge, fate in both.edges.items() if fate.status is Status.GONE}
    before = "stages.2.blocks.0.attn.add"
    assert gone == {(before, mlp), (mlp, add), (before, add), (add, "pool")}
    new = {(edge.source, edge.target) for edge, fate in both.edges.items() if fate.status is Status.NEW}
    assert new == {(before, "pool")}


def test_what_is_gone_stands_where_it_was():
    paths = [box.path for box in changed("stages.2.mlp_ratio=0").union.boxes]
    assert paths == [box.path for box in changed().union.boxes]


def test_an_edge_that_passes_another_shape_has_changed():
    both = changed("image_size=256")
    (edge,) = [edge for edge in both.edges if edge.source == "image"]
    assert differing(both.edges[edge]) == {"out": ((3, 224, 224), (3, 256, 256))}


def test_another_activation_is_another_kind_of_op():
    both = changed("activation=silu", level=Level.OP)
    assert differing(both.parts["stem.act1"]) == {"kind": ("hardswish", "silu")}


@pytest.mark.parametrize(
    ("edit", "level", "path", "found"),
    [
        ("activation=silu", Level.STAGE, "stem", {"op": ("hardswish", "silu")}),
        ("activation=silu", Level.BLOCK, "stages.0.blocks.0.mlp", {"op": ("hardswish", "silu")}),
        ("attention_activation=none", Level.BLOCK, "stages.0.blocks.0.attn", {"op": ("hardswish", None)}),
        ("attention_activation=none", Level.OP, "stages.1", {"op": ("2 x hardswish", None)}),
        ("norm=layernorm", Level.STAGE, "head", {"op": (None, "layernorm")}),
        ("drop_path=0.1", Level.STAGE, "stages.0.blocks", {"drop_path": (0.0, 0.1)}),
        ("drop_path=0.1", Level.BLOCK, "stages.0.blocks.0.attn.add", {"drop_path": (0.0, 0.1)}),
        ("image_size=[448, 112]", Level.BLOCK, "stages.0.blocks.0.attn", {"grid": ((14, 14), (28, 7))}),
    ],
)
def test_what_costs_the_same_has_changed_where_its_ops_have(edit, level, path, found):
    fate = changed(edit, level=level).parts[path]
    assert fate.status is Status.CHANGED
    assert differing(fate) == found


def test_another_activation_changes_all_that_has_one():
    both = changed("activation=silu")
    boxes = {box.path: both.parts[box.path].status for box in both.union.boxes}
    plain = {path for path, status in boxes.items() if status is Status.SAME}
    assert plain == {"image", "pool", "head", "head_dist", "average"} | {path for path in boxes if path.endswith("add")}


def test_without_attention_biases_an_attention_has_lost_them_and_their_params():
    fate = changed("position=none").parts["stages.1.blocks.0.attn"]
    assert differing(fate) == {"params": (444_672 + 6 * 49, 444_672), "op": ("attention bias", None)}


@given(specs(), specs(), st.sampled_from(Level))
@settings(max_examples=50)
def test_boxes_are_the_same_exactly_where_they_hold_the_same_as_often(old_spec, new_spec, level):
    before, after = graph(plan(old_spec), level), graph(plan(new_spec), level)
    both = merged(before, after)
    old, new = ({box.path: box for box in one.boxes[1:]} for one in (before, after))
    for path in old.keys() & new.keys():
        same = (old[path].ops, old[path].times) == (new[path].ops, new[path].times)
        depth = [one[path].traits.get("depth") for one in (old, new)]
        assert (both.parts[path].status is Status.SAME) == (same and depth[0] == depth[1])


def test_backwards_new_is_gone():
    there, back = changed("stages.2.mlp_ratio=0"), changed(before=["stages.2.mlp_ratio=0"])
    assert fates(there, Status.GONE) == fates(back, Status.NEW)
    assert fates(there, Status.CHANGED) == fates(back, Status.CHANGED)


@given(specs(), specs(), st.sampled_from(Level))
@settings(max_examples=50)
def test_the_union_has_the_parts_of_both_and_each_its_fate(old_spec, new_spec, level):
    before, after = graph(plan(old_spec), level), graph(plan(new_spec), level)
    both = merged(before, after)
    old, new = ({part.path for part in (*one.boxes, *one.clusters)} for one in (before, after))
    assert both.parts.keys() == old | new
    assert fates(both, Status.GONE) == old - new
    assert fates(both, Status.NEW) == new - old
    places = {box.path: place for place, box in enumerate(both.union.boxes)}
    kept = [places[box.path] for box in after.boxes]
    assert all(one < other for one, other in pairwise(kept))
    assert all(edge.source in places and edge.target in places for edge in both.union.edges)
    clusters = {"", *(cluster.path for cluster in both.union.clusters)}
    assert all(part.cluster in clusters for part in (*both.union.boxes, *both.union.clusters))
