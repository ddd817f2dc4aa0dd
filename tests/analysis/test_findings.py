"""What is found in networks, and in which words."""

import pytest

from levit_explore import load_spec, make_spec, plan, rows
from levit_explore.analysis.counts import By
from levit_explore.analysis.finding import apart
from levit_explore.analysis.findings import findings
from levit_explore.analysis.published import rounding, spans, subsamples, width
from levit_explore.spec.load import bundled_names

FIVE = ("levit128s", "levit128", "levit192", "levit256", "levit384")  # Graham et al. 2021, Table 2
WIDE = {("width", ("stages", index)) for index in range(3)}  # 8 heads of 64 with attn_ratio 2 are twice 512, and so on
D_64 = {("unpublished", ("stages", index, "key_dim")) for index in range(3)}
OUT = {("net balance", ()), ("stage balance", ("stages", 0))}
LARGE = {("largest stage", ("stages", 0))}
LAST = {("unpublished", ("stages", 2, "dim")), ("unpublished", ("stages", 2, "heads"))}  # wider than LeViT-384's
TINY = {("unpublished", ("stages", index, name)) for index in range(2) for name in ("dim", "key_dim")}


def found(*source):
    return findings(plan(load_spec(*source)))


def kinds(*source):
    return {finding.about for finding in found(*source)}


def named(kind, *source):
    return next(finding for finding in found(*source) if finding.kind == kind)


FOUND = [
    *((name, set()) for name in FIVE),  # the paper's own designs
    ("levit128s_a1", {("net balance", ())}),  # no pyramid: all attention is among 196 tokens
    *((f"levit128s_{name}", set()) for name in ("base", "a2", "a3", "a4", "a5", "a7")),  # LeViT-128S's stages
    (
        "levit128s_a6",  # DeiT's blocks: 16 and 24 heads where the paper's models have C // D, 4 and 6
        {("downsample heads", ("stages", index, "downsample", "heads")) for index in (1, 2)},
    ),
    ("levit256d", set()),  # LeViT-256, only deeper
    ("levit384_s8", OUT),  # 28 x 28 tokens at first, and attention grows with their square
    ("levit512", WIDE | D_64 | OUT | LAST),
    ("levit512d", WIDE | D_64 | OUT),  # its last stage is no wider than LeViT-384's
    ("levit512_s8", WIDE | D_64 | OUT | LAST | LARGE),  # 28 x 28 tokens at first
    ("levit_digits", {("width", ("stages", 0))} | OUT | LARGE | TINY),  # 4 heads of 8 with attn_ratio 2 are twice 32
]


@pytest.mark.parametrize(("name", "expected"), FOUND)
def test_what_is_found_in_a_bundled_spec_has_a_reason(name, expected):
    assert kinds(name) == expected


def test_every_bundled_spec_has_its_findings_listed():
    assert sorted(name for name, _ in FOUND) == sorted(bundled_names())


@pytest.mark.parametrize(
    ("edits", "kind", "path"),
    [
        (["stages.0.mlp_ratio=0", "stages.1.mlp_ratio=0", "stages.2.mlp_ratio=0"], "net balance", ()),
        (["stages.0.mlp_ratio=6", "stages.1.mlp_ratio=6"], "net balance", ()),
        (["stages.0.mlp_ratio=0"], "stage balance", ("stages", 0)),
        (["stages.1.mlp_ratio=9"], "stage balance", ("stages", 1)),
        (["stages.1.heads=60"], "stage balance", ("stages", 1)),
        (["stages.0.depth=11"], "largest stage", ("stages", 0)),
        (["stages.1.heads=2"], "width", ("stages", 1)),
        (["stages.2.attn_ratio=4"], "width", ("stages", 2)),
        (["stages.1.heads=12"], "width", ("stages", 1)),  # heads * key_dim is all of dim, and attn_ratio doubles it
        (["stages.2.downsample.heads=18"], "downsample heads", ("stages", 2, "downsample", "heads")),
        (["image_size=250"], "grid", ("image_size",)),
        (["stem={kind: patch, size: 12}"], "grid", ("image_size",)),
        (["image_size=80"], "grid", ("stages", 1, "downsample", "stride")),
        (["image_size=[224, 48]"], "grid", ("stages", 1, "downsample", "stride")),
        (["stages.1.key_dim=64"], "unpublished", ("stages", 1, "key_dim")),
        (["stages.1.downsample.key_dim=8"], "unpublished", ("stages", 1, "downsample", "key_dim")),
        (["stages.2.downsample.stride=3"], "unpublished", ("stages", 2, "downsample", "stride")),
        (["stages.2.dim=1024"], "unpublished", ("stages", 2, "dim")),
        (["stages.2.depth=0"], "unpublished", ("stages", 2, "depth")),
        (["drop_path=0.5"], "unpublished", ("drop_path",)),
    ],
)
def test_an_edit_away_from_the_paper_is_found(edits, kind, path):
    assert (kind, path) in kinds("levit256", edits)


@pytest.mark.parametrize(
    "edits",
    [
        ["image_size=256"],
        ["stages.1.depth=5"],
        ["stages.2.downsample.heads=12"],
        ["num_classes=10"],
        ["activation=silu"],
    ],
)
def test_an_edit_within_the_paper_is_not(edits):
    assert found("levit256", edits) == []


@pytest.mark.parametrize(
    ("edits", "what"),
    [
        (["stages.1.heads=2"], "2 heads of key_dim 32 and attn_ratio 2 give 0.33 times dim 384"),  # 128 / 384
        (["stages.1.heads=1"], "1 head of key_dim 32 and attn_ratio 2 give 0.17 times dim 384"),  # 64 / 384
        (["stages.1.downsample.heads=1"], "1 head; C // D, the dim of the stage before over key_dim, is 8"),
        (["image_size=[250, 224]"], "250 x 224 pixels; the stem's stride 16 does not divide 250"),
        (["image_size=[250, 223]"], "250 x 223 pixels; the stem's stride 16 does not divide 250 and 223"),
        (["image_size=250"], "250 x 250 pixels; the stem's stride 16 does not divide 250"),
        (["image_size=80"], "5 x 5 tokens; the stride 2 leaves 9"),  # 3 x 3
        (["image_size=16"], "1 x 1 token; the stride 2 leaves 1"),
        (["stages.2.downsample.stride=3"], "3; all published models have 2"),
        (["stages.1.mlp_ratio=4.001"], "4.001; published models have 2 to 4"),
        (["drop_path=0.5"], "0.5; published models have 0 to 0.1"),
        (["stages.0.mlp_ratio=0"], "there is attention and no MLP; stages of published models have"),
    ],
)
def test_a_finding_says_what_with_its_numbers(edits, what):
    assert any(finding.what.startswith(what) for finding in found("levit256", edits))


@pytest.mark.parametrize(
    ("stem", "why"),
    [
        (
            "{kind: patch, size: 12}",
            "the pixels that are left over at the right or below are not seen",
        ),  # 18 * 12 = 216
        ("{kind: convs, dims: [16, 32, 64, 128, 192, 256]}", "the last tokens of a row or column see padding too"),
    ],
)
def test_what_an_odd_image_comes_to_depends_on_the_stem(stem, why):
    assert named("grid", "levit256", [f"stem={stem}"]).why == why


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((1.8346, 0.75, 1.3333), ("1.83", "0.75", "1.33")),
        ((1.3334, 0.75, 1.3333), ("1.3334", "0.75", "1.3333")),
        ((50.0004, 0, 50), ("50.0004", "0", "50")),
        ((0.0039, 0.75, 1.3333), ("0.004", "0.75", "1.333")),
        ((65536, 114, 768), ("65536", "114", "768")),
    ],
)
def test_a_value_outside_of_bounds_is_outside_in_words_too(given, words):
    assert apart(*given) == words


def test_the_heads_that_the_paper_prints_for_levit384_are_not_c_over_d():
    # Table 2 prints 18 where levit.py has 512 // 32
    assert kinds("levit384", ["stages.2.downsample.heads=18"]) == {
        ("downsample heads", ("stages", 2, "downsample", "heads"))
    }


def test_what_follows_from_another_field_is_found_there_alone():
    paths = {path for kind, path in kinds("levit256", ["stages.1.key_dim=64"]) if kind == "unpublished"}
    assert paths == {("stages", 1, "key_dim")}


def test_many_heads_of_a_downsample_are_held_against_c_over_d_alone():
    assert "unpublished" not in {kind for kind, _ in kinds("levit256", ["stages.1.downsample.heads=60"])}


def test_published_spans_are_those_of_the_papers_tables():
    # Graham et al. 2021: D is 16 or 32 but for two ablations with 19 and 30; N, C and X are in Tables 2 and 4
    found = spans()
    assert (found["key_dim"].low, found["key_dim"].high) == (16, 32)
    assert (found["dim"].high, found["heads"].high) == (768, 12)
    assert (found["downsample.stride"].low, found["downsample.stride"].high) == (2, 2)
    assert found["rounding"].high == 4 * 4 * 2**2 / 7**2  # 7 x 7 tokens become 4 x 4


@pytest.mark.parametrize("name", FIVE)
def test_what_findings_say_of_the_five_models_is_so(name):
    planned = plan(load_spec(name))
    assert all(width(stage) in spans()["width"] for stage in planned.spec.stages)
    assert all(rounding(op) in spans()["rounding"] for op in subsamples(planned).values())
    assert all(row.share < 0.39 for row in rows(planned, By.STAGE) if row.stage is not None)
    for before, stage in zip(planned.spec.stages, planned.spec.stages[1:], strict=False):
        assert stage.downsample.heads * stage.downsample.key_dim == before.dim  # queries as wide as their input


@pytest.mark.parametrize(("value", "nearest"), [(8, 16), (24, 24), (99, 32)])
def test_the_nearest_published_value_is_within_the_span(value, nearest):
    assert spans()["key_dim"].nearest(value) == nearest


def test_a_stage_without_blocks_or_neighbours_is_not_judged_by_what_it_has_not():
    only = {"dim": 256, "depth": 4, "heads": 4, "key_dim": 32}
    assert "largest stage" not in {finding.kind for finding in findings(plan(make_spec({"stages": [only]})))}
    empty = kinds("levit256", ["stages.1.depth=0", "stages.1.heads=60", "stages.1.mlp_ratio=9"])
    assert {path for _, path in empty if path[:2] == ("stages", 1)} == {("stages", 1, "depth")}
