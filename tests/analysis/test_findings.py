"""What is found in networks, and that the edits of a finding mend it."""

import pytest
from hypothesis import given, settings

from levit_explore import load_spec, make_spec, plan, rows
from levit_explore.analysis.counts import By
from levit_explore.analysis.findings import findings
from levit_explore.analysis.published import rounding, spans, subsamples, width
from levit_explore.explorer.actions import Apply
from levit_explore.explorer.state import opened, started
from levit_explore.explorer.update import update
from tests.strategies import spec_fields

FIVE = ("levit128s", "levit128", "levit192", "levit256", "levit384")  # Graham et al. 2021, Table 2


def found(*source):
    return findings(plan(load_spec(*source)))


def kinds(*source):
    return {(finding.kind, finding.path) for finding in found(*source)}


@pytest.mark.parametrize("name", FIVE)
def test_nothing_is_found_in_the_five_models_of_the_paper(name):
    assert found(name) == []


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
        (["stages.2.downsample.heads=18"], "downsample heads", ("stages", 2, "downsample", "heads")),
        (["image_size=250"], "grid", ("image_size",)),
        (["image_size=80"], "grid", ("stages", 1, "downsample", "stride")),
        (["image_size=[224, 48]"], "grid", ("stages", 1, "downsample", "stride")),
        (["stages.1.key_dim=64"], "unpublished", ("stages", 1, "key_dim")),
        (["stages.2.downsample.stride=3"], "unpublished", ("stages", 2, "downsample", "stride")),
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


def test_the_heads_that_the_paper_prints_for_levit384_are_not_c_over_d():
    # Table 2 prints 18 where levit.py has 512 // 32
    assert kinds("levit384", ["stages.2.downsample.heads=18"]) == {
        ("downsample heads", ("stages", 2, "downsample", "heads"))
    }


def test_what_follows_from_another_field_is_found_there_alone():
    paths = {path for kind, path in kinds("levit256", ["stages.1.key_dim=64"]) if kind == "unpublished"}
    assert paths == {("stages", 1, "key_dim")}


def test_published_spans_are_those_of_the_papers_tables():
    # Graham et al. 2021: D is 16 or 32 but for two ablations with 19 and 30; N, C and X are in Tables 2 and 4
    found = spans()
    assert (found["key_dim"].low, found["key_dim"].high) == (16, 32)
    assert (found["dim"].high, found["heads"].high) == (768, 12)
    assert (found["downsample.stride"].low, found["downsample.stride"].high) == (2, 2)
    assert found["rounding"].high == 4 * 4 * 2**2 / 7**2  # 7 x 7 tokens become 4 x 4


@pytest.mark.parametrize("name", FIVE)
def test_a_span_holds_every_published_stage(name):
    planned = plan(load_spec(name))
    assert all(width(stage) in spans()["width"] for stage in planned.spec.stages)
    assert all(rounding(op) in spans()["rounding"] for op in subsamples(planned).values())


@pytest.mark.parametrize(("value", "nearest"), [(8, 16), (24, 24), (99, 32)])
def test_the_nearest_published_value_is_within_the_span(value, nearest):
    assert spans()["key_dim"].nearest(value) == nearest


def test_a_stage_without_blocks_or_neighbours_is_not_judged_by_its_share():
    only = {"dim": 256, "depth": 4, "heads": 4, "key_dim": 32}
    assert "largest stage" not in {finding.kind for finding in findings(plan(make_spec({"stages": [only]})))}
    assert not {
        kind for kind, path in kinds("levit256", ["stages.1.depth=0"]) if kind == "stage balance" and path[1] == 1
    }


def test_fewer_blocks_bring_a_stage_below_a_half():
    (finding,) = [one for one in found("levit256", ["stages.0.depth=11"]) if one.kind == "largest stage"]
    ((_, depth),) = finding.fix
    share = {
        count: next(
            row.share
            for row in rows(plan(load_spec("levit256", [f"stages.0.depth={count}"])), By.STAGE)
            if row.stage == 0
        )
        for count in (depth, depth + 1)
    }
    assert share[depth] <= 0.5 < share[depth + 1]


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        (["stages.1.key_dim=64"], "set stages[1].key_dim to 32"),
        (["stages.1.downsample.heads=3"], "leave stages[1].downsample.heads to its default"),
        (["image_size=[250, 223]"], "set image_size to [256, 192]"),
        (["stages.1.mlp_ratio=0"], "set stages[1].mlp_ratio to 2"),
    ],
)
def test_a_mend_is_said_in_words(edits, words):
    assert words in [finding.fix_words for finding in found("levit256", edits)]


def assert_mended(state):
    """A mend is refused only where heads that are derived would be none for a larger key_dim."""
    for finding in findings(plan(state.spec)):
        mended = update(state, Apply(finding.fix))
        refused = mended.problem is not None
        assert not refused or finding.path[-1] == "key_dim", (finding, mended.problem)
        left = {(one.kind, one.path) for one in findings(plan(mended.spec))}
        assert refused or not finding.fix or (finding.kind, finding.path) not in left, finding


@pytest.mark.parametrize("name", ["levit512", "levit512_s8", "levit384_s8", "levit_digits", "levit128s_a6"])
def test_what_is_found_in_a_bundled_spec_is_mended_by_its_edits(name):
    assert_mended(opened(name))


@settings(max_examples=40)
@given(spec_fields(max_dim=256, max_side=100))
def test_what_is_found_anywhere_is_mended_by_its_edits(fields):
    assert_mended(started("x", "spec", fields))
