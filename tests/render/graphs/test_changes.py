"""Two graphs in one picture: what is new, gone or changed is told by colour, by line and in words."""

import pytest

from levit_explore import load_spec, plan
from levit_explore.analysis.diff import FieldChange
from levit_explore.analysis.graph import graph
from levit_explore.analysis.graph_changes import Status, merged
from levit_explore.analysis.parts import Level
from levit_explore.render.graphs.changes import FILLS, _change, _cost, changes_look
from levit_explore.render.graphs.colors import contrast
from levit_explore.render.graphs.svg import painted
from levit_explore.render.sheet import si
from tests.render.graphs.drawings import SVG, groups, parsed, title, words
from tests.render.graphs.graphs import HOSTILE, named

EDITS = ["stages.0.depth=5", "stages.1.heads=8", "stages.2.mlp_ratio=0"]
ATTENTION, MLP = "stages.1.blocks.0.attn", "stages.2.blocks.0.mlp"
NO_FIELDS = ["no field differs"]


def changed(*edits, level=Level.BLOCK):
    return merged(*(graph(plan(load_spec("levit256", list(given))), level) for given in ((), edits)))


def drawn(both, fields=NO_FIELDS):
    return parsed(painted(both.union, changes_look(both, fields)).content)


BOTH = changed(*EDITS)
ROOT = drawn(BOTH)
NODES, CLUSTERS, EDGES = (groups(ROOT, kind) for kind in ("node", "cluster", "edge"))


def fill(node):
    return next(part.attrib["fill"] for part in node if part.tag in (f"{SVG}path", f"{SVG}ellipse"))


def dashed(part):
    return any(shape.get("stroke-dasharray") for shape in part.iter())


def test_every_box_has_the_fill_of_its_fate():
    assert {path: fill(node) for path, node in NODES.items()} == {
        box.path: FILLS[BOTH.parts[box.path].status] for box in BOTH.union.boxes
    }


def test_what_changed_in_a_box_is_in_its_words():
    before, after = (next(box for box in one.boxes if box.path == ATTENTION).cost for one in (BOTH.before, BOTH.after))
    gains = [new / old - 1 for old, new in ((before.flops, after.flops), (before.params, after.params))]
    assert words(NODES[ATTENTION])[-3:] == [
        "changed: heads 6 -> 8",
        f"{si(before.flops)} -> {si(after.flops)} FLOPs ({gains[0]:+.1%})",
        f"{si(before.params)} -> {si(after.params)} params ({gains[1]:+.1%})",
    ]


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ("activation=silu", ["changed: hardswish -> silu"]),
        ("position=none", ["changed: attention bias gone", "444,966 -> 444,672 params (-0.1%)"]),
        ("norm=layernorm", ["changed: 2 x batchnorm gone, layernorm new", "444,966 -> 444,582 params (-0.1%)"]),
        ("image_size=[224, 225]", ["changed: out 49x384 -> 56x384"]),
    ],
)
def test_what_changed_inside_a_box_is_told_and_counts_exactly_where_they_would_look_alike(edit, told):
    found = words(groups(drawn(changed(edit)), "node")[ATTENTION])
    assert found[3 : 3 + len(told)] == told


def test_a_change_of_a_bias_alone_is_told_as_new_or_gone():
    assert [_change(FieldChange("bias", *given)) for given in ((False, True), (True, False))] == [
        "bias new",
        "bias gone",
    ]


def test_a_gain_that_rounds_to_nothing_is_left_out():
    assert _cost(FieldChange("params", 10_000_000, 10_000_001)) == "10,000,000 -> 10,000,001 params"


@pytest.mark.parametrize("path", [MLP, f"{MLP}.add"])
def test_what_is_gone_says_so_in_a_dashed_box(path):
    assert words(NODES[path])[-1] == "gone"
    assert dashed(NODES[path])


def test_what_is_new_says_so_in_a_plain_box():
    root = drawn(merged(BOTH.after, BOTH.before))
    node = groups(root, "node")[MLP]
    assert words(node)[-1] == "new"
    assert not dashed(node)


def test_what_is_the_same_says_nothing_more():
    assert words(NODES["stem"])[:2] == ["stem", "dims 32, 64, 128, 256"]
    assert len(words(NODES["stem"])) == 3
    assert not {"changed", "new", "gone"} & set(" ".join(words(NODES["stem"])).split())


def test_edges_that_one_graph_lacks_say_so():
    assert words(EDGES["stages.2.blocks.0.attn.add->pool"]) == ["16x512 new"]
    assert words(EDGES[f"{MLP}.add->pool"]) == ["16x512 gone"]
    assert words(EDGES["pool->head"]) == ["512"]


def test_another_depth_is_told_on_the_cluster_and_in_its_boxes():
    assert words(CLUSTERS["stages.0.blocks"]) == ["x5", "was x4"]
    assert words(NODES["stages.0.blocks.0.attn"])[-1] == "changed: x4 -> x5"


def test_a_cluster_tells_in_its_tooltip_what_changed_inside():
    assert len(words(CLUSTERS["stages.1"])) == 2
    assert "changed: " in title(CLUSTERS["stages.1"])
    assert " FLOPs (+" in title(CLUSTERS["stages.1"])


def test_an_edge_of_another_shape_tells_the_one_before():
    edges = groups(drawn(changed("image_size=256")), "edge")
    assert words(edges["image->stem"]) == ["3x256x256 was 3x224x224"]


def test_the_legend_has_every_fate_in_words():
    found = words(ROOT)
    place = found.index("same")
    assert found[place : place + len(Status)] == list(Status)


def test_the_title_has_the_fields_and_both_totals():
    fields = [f"stages.{place}.depth: 1 -> 2" for place in range(8)]
    found = words(drawn(BOTH, fields))
    assert found[0] == "levit256 at 224x224 -> levit256 at 224x224"
    assert found[1:8] == [*fields[:6], "and 2 more fields"]
    before, after = BOTH.before, BOTH.after
    flops = f"{before.flops:,} -> {after.flops:,} ({after.flops / before.flops - 1:+.1%}) FLOPs under levit"
    params = f"{before.params:,} -> {after.params:,} ({after.params / before.params - 1:+.1%}) params"
    assert found[8] == f"{flops}, {params}"


def test_all_text_is_read_on_its_fill():
    for node in (node for path, node in NODES.items() if not path.endswith(".add")):
        assert all(contrast(text.attrib["fill"], fill(node)) >= 4.5 for text in node.iter(f"{SVG}text"))


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_names_and_fields_add_nothing_but_text(name):
    both = merged(named("plain"), named(name))
    root = drawn(both, [f"name: plain -> {name}"])
    assert groups(root, "node").keys() == {box.path for box in both.union.boxes}
    assert not [part for part in root.iter() if part.tag.removeprefix(SVG) in ("script", "a", "image")]
