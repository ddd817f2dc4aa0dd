"""That the edits of a finding mend it, bring no other, and do not lead in circles."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from levit_explore import load_spec, plan, rows
from levit_explore.analysis.counts import By
from levit_explore.analysis.finding import edited
from levit_explore.analysis.findings import findings
from levit_explore.explorer.actions import Apply
from levit_explore.explorer.state import opened, started
from levit_explore.explorer.update import update
from levit_explore.spec.load import bundled_names
from levit_explore.spec.write import fields
from tests.strategies import spec_fields

SPECS = spec_fields(max_dim=256, max_side=100)


def found(*source):
    return findings(plan(load_spec(*source)))


def about(findings):
    return {finding.about for finding in findings}


def without_print(spec):
    return dataclasses.replace(spec, published=None, name="x")


def assert_mends_end(state, choose):
    """Every mend is accepted, takes its finding away and leaves only some of the rest; so they come to an end."""
    seen, left = [state.value], findings(plan(state.spec))
    while mendable := [finding for finding in left if finding.fix]:
        chosen = choose(mendable)
        state = update(state, Apply(chosen.fix))
        assert state.problem is None, (chosen, state.problem)
        assert state.value not in seen, chosen
        before, left = left, findings(plan(state.spec))
        assert about(left) <= about(before) - {chosen.about}, chosen
        seen.append(state.value)


@pytest.mark.parametrize("choose", [lambda mendable: mendable[0], lambda mendable: mendable[-1]], ids=["first", "last"])
@pytest.mark.parametrize("name", bundled_names())
def test_mends_of_a_bundled_spec_end(name, choose):
    assert_mends_end(opened(name), choose)


@settings(max_examples=15)
@given(SPECS)
def test_mends_of_any_spec_end_where_the_first_is_applied(spec):
    assert_mends_end(started("x", "spec", spec), lambda mendable: mendable[0])


@settings(max_examples=15)
@given(SPECS, st.data())
def test_mends_of_any_spec_end_in_whichever_order(spec, data):
    assert_mends_end(started("x", "spec", spec), lambda mendable: data.draw(st.sampled_from(mendable)))


@settings(max_examples=15)
@given(SPECS)
def test_a_mend_comes_to_one_network_whether_defaults_are_written_or_not(values):
    sparse = started("x", "spec", values)
    full = started("x", "spec", fields(sparse.spec))
    for finding in findings(plan(sparse.spec)):
        mended = without_print(edited(sparse.spec, finding.fix))
        for state in (sparse, full):
            assert without_print(update(state, Apply(finding.fix)).spec) == mended, finding


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        (
            ["stages.1.key_dim=64"],
            "set stages[1].key_dim to 32; "
            "leave stages[1].downsample.key_dim and stages[1].downsample.heads to their defaults",
        ),
        (["stages.0.key_dim=64"], "set stages[0].key_dim to 32"),
        (["stages.1.downsample.heads=3"], "leave stages[1].downsample.heads to its default"),
        (["image_size=[250, 223]"], "set image_size to [256, 224]"),
        (["stages.1.mlp_ratio=0"], "set stages[1].mlp_ratio to 2"),
        (["stages.2.downsample.stride=3"], "leave stages[2].downsample.stride to its default"),
        (["stages.1.mlp_ratio=9"], "set stages[1].mlp_ratio to 2"),
    ],
)
def test_a_mend_is_said_in_words(edits, words):
    assert words in [finding.fix_words for finding in found("levit256", edits)]


def test_a_stem_of_its_own_still_ends_with_the_dim_of_a_mended_first_stage():
    dims = ["stem={kind: convs, dims: [32, 64, 96]}", "stages.0.dim=96", "stages.0.heads=2"]
    mend = next(one for one in found("levit256", dims) if one.path == ("stages", 0, "dim"))
    mended = update(opened("levit256", dims), Apply(mend.fix)).spec
    assert mended.stem.dims == (32, 64, mended.stages[0].dim)
    assert mended.stages[0].dim > 96


@pytest.mark.parametrize("stage", [0, 1, 2])  # one without a downsample, and two with one
def test_the_most_blocks_that_keep_a_stage_below_a_half_are_offered(stage):
    mend = next(one.fix for one in found("levit256", [f"stages.{stage}.depth=40"]) if one.kind == "largest stage")
    ((path, depth),) = mend
    assert path == ("stages", stage, "depth")
    share = {
        count: next(
            row.share
            for row in rows(plan(load_spec("levit256", [f"stages.{stage}.depth={count}"])), By.STAGE)
            if row.stage == stage
        )
        for count in (depth, depth + 1)
    }
    assert share[depth] <= 0.5 < share[depth + 1]


def test_a_key_dim_that_no_default_allows_is_not_offered():
    # 8 // 16 heads would be none, so that the parser refuses key_dim 16 and above while the heads follow
    edits = ["stem={kind: convs, dims: [8]}", "image_size=32", "stages.0.dim=8", "stages.1.key_dim=4"]
    assert update(opened("levit256", edits), Apply(((("stages", 1, "key_dim"), 16),))).problem is not None
    (finding,) = [one for one in found("levit256", edits) if one.path == ("stages", 1, "key_dim")]
    assert finding.fix == ()
    assert finding.fix_words == "no edit that was tried mends it without bringing another finding"


def test_mends_in_a_network_of_many_stages_are_looked_for_from_the_top():
    odd = [{"dim": 40 + index, "depth": 1, "heads": 1, "key_dim": 7} for index in range(64)]
    left = findings(plan(started("x", "spec", {"stages": odd}).spec))
    sought = [finding.sought for finding in left]
    assert sought == sorted(sought, reverse=True)
    assert {True, False} == set(sought)
    assert left[-1].fix == ()
    assert left[-1].fix_words == "what would mend it is looked for when fewer findings stand before it"
