"""Bias maps against loops over all pairs, and facts of heads that are what they are by construction."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore import LevitError, load_spec, make_spec, plan
from levit_explore.analysis.bias_changes import compare, differences
from levit_explore.analysis.biases import BiasMap, bias_maps
from levit_explore.analysis.head_facts import MARKS, head_facts
from tests.bias_tables import KINDS, made, network
from tests.golden_data import FIVE, OFFICIAL

SIDES = st.integers(1, 8)
GRIDS = [((14, 14), 1), ((14, 14), 2), ((7, 7), 1), ((7, 7), 2), ((8, 8), 1), ((14, 16), 1), ((9, 7), 3)]


def numbered(grid: tuple[int, int], stride: int = 1, heads: int = 2) -> BiasMap:
    """A map in which every value is different."""
    keys = grid[0] * grid[1]
    return BiasMap("attn", heads, grid, stride, np.sin(np.arange(float(heads * keys))).reshape(heads, keys))


def pairs(one: BiasMap):
    """(query, key, |dy|, |dx|) of every pair, by a loop."""
    height, width = one.key_grid
    queries = itertools.product(range(0, height, one.stride), range(0, width, one.stride))
    for query, (y, x) in enumerate(queries):
        for key, (b, a) in enumerate(itertools.product(range(height), range(width))):
            yield query, key, abs(y - b), abs(x - a)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize(("grid", "stride"), GRIDS)
def test_the_index_of_some_queries_is_that_part_of_the_whole(grid, stride, signed):
    one = BiasMap("attn", 1, grid, 1 if signed else stride, signed=signed)
    assert (one.index_of(1, 5) == one.index[1:5]).all()
    y, x = (side - 1 for side in one.query_grid)
    assert (one.row(y, x) == one.index[-1]).all()


def test_a_grid_too_large_for_maps_is_explained():
    with pytest.raises(LevitError) as error:
        BiasMap("attn", 1, (2000, 2000), 1)
    assert str(error.value) == "attn: has 4000000 keys; maps are made of at most 16384"


def test_an_index_too_large_to_hold_is_explained():
    one = BiasMap("attn", 1, (128, 128), 1)
    assert one.row(0, 0).tolist() == list(range(16384))
    with pytest.raises(LevitError) as error:
        _ = one.index
    assert str(error.value) == "attn: 16384 x 16384 pairs of query and key are too many to hold"


@given(SIDES, SIDES, st.integers(1, 4))
def test_the_bias_of_a_pair_is_the_value_at_its_offset(height, width, stride):
    one = numbered((height, width), stride)
    bias = one.bias
    assert bias.shape == (2, one.queries, one.keys)
    assert all((bias[:, q, k] == one.values[:, dy * width + dx]).all() for q, k, dy, dx in pairs(one))


@given(SIDES, SIDES, st.integers(1, 4))
def test_support_counts_the_pairs_of_each_offset(height, width, stride):
    one = BiasMap("attn", 1, (height, width), stride)
    counted = np.bincount(one.index.ravel(), minlength=one.keys)
    assert one.support.tolist() == counted.tolist()
    assert one.support.min() >= 1


@pytest.mark.parametrize(("stride", "most", "corner"), [(1, 676, 4), (2, 169, 1)])
def test_support_in_a_grid_of_14_x_14(stride, most, corner):
    support = BiasMap("attn", 1, (14, 14), stride).support
    assert (support.max(), support[-1]) == (most, corner)


def test_rare_offsets_have_fewer_pairs_than_one_for_ten_queries():
    one = BiasMap("attn", 1, (14, 14), 1)
    assert one.support[one.rare].max() < 19.6 <= one.support[~one.rare].min()
    assert (one.rare.sum(), one.rare[0], one.rare[-1]) == (8, False, True)


@given(SIDES, SIDES, st.integers(1, 4))
def test_the_prior_is_shared_out_among_the_keys(height, width, stride):
    prior = numbered((height, width), stride).prior
    assert np.allclose(prior.sum(axis=-1), 1)
    assert (prior > 0).all()


def test_the_prior_does_not_see_a_shift():
    one = numbered((5, 6))
    assert np.allclose(one.prior, replace(one, table=one.shifted).prior, atol=1e-15)


@given(SIDES, SIDES)
def test_the_unfolded_map_is_the_mirrored_table(height, width):
    one = numbered((height, width))
    unfolded = one.unfolded
    assert unfolded.shape == (2, 2 * height - 1, 2 * width - 1)
    assert (unfolded[:, height - 1 :, width - 1 :] == one.quadrants).all()
    assert (unfolded == unfolded[:, ::-1]).all()
    assert (unfolded == unfolded[:, :, ::-1]).all()


@pytest.mark.parametrize("name", FIVE)
def test_maps_of_a_published_model_are_its_attentions(name):
    official = [block for block in OFFICIAL["models"][name]["blocks"] if "bias_idx_shape" in block]
    found = bias_maps(plan(load_spec(name)))
    assert [[one.queries, one.keys] for one in found] == [block["bias_idx_shape"] for block in official]
    assert not any(one.learned for one in found)


def test_maps_stand_in_the_order_they_run_and_are_named_by_their_attention():
    spec = {
        "stages": [{"dim": 16, "depth": 2, "heads": 1, "key_dim": 8}, {"dim": 32, "depth": 1, "heads": 2, "key_dim": 8}]
    }
    assert [(one.path, one.stride) for one in bias_maps(plan(make_spec(spec)))] == [
        ("stages.0.blocks.0.attn", 1),
        ("stages.0.blocks.1.attn", 1),
        ("stages.1.downsample.attn_downsample", 2),
        ("stages.1.blocks.0.attn", 1),
    ]


def test_a_rectangular_image_has_rectangular_maps():
    one = bias_maps(plan(load_spec("levit128s", size="224x256")))[0]
    assert (one.key_grid, one.query_grid, one.keys) == ((14, 16), (14, 16), 224)


def test_tables_go_to_their_attention_and_become_float64():
    path = "stages.0.blocks.1.attn"
    found = {one.path: one for one in bias_maps(plan(load_spec("levit128s")), {path: np.ones((4, 196), np.float16)})}
    assert (found[path].learned, found[path].values.dtype) == (True, np.float64)
    assert [one.path for one in found.values() if one.table is not None] == [path]


def test_a_table_of_another_shape_is_explained():
    with pytest.raises(LevitError) as error:
        bias_maps(plan(load_spec("levit128s")), {"stages.0.blocks.1.attn": np.ones((4, 49))})
    assert str(error.value) == (
        "stages.0.blocks.1.attn: a bias table of shape (4, 49); 4 heads on a key grid of 14 x 14 have (4, 196)"
    )


def test_without_biases_there_are_no_maps():
    assert bias_maps(plan(load_spec("levit128s", ["position=none"]))) == []


def test_a_query_that_is_not_there_is_explained():
    with pytest.raises(LevitError) as error:
        BiasMap("attn", 1, (14, 16), 2).query(7, 0)
    assert str(error.value) == "query 7,0: attn has 7 x 8 queries; Y must be 0 to 6 and X 0 to 7"


def test_zeros_are_not_learned_and_have_no_facts():
    one = BiasMap("attn", 2, (4, 4), 1)
    assert head_facts(one) == head_facts(replace(one, table=np.zeros((2, 16)))) == []


@pytest.mark.parametrize(("grid", "stride"), GRIDS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_head_is_marked_as_what_it_was_made(kind, grid, stride):
    (facts,) = head_facts(made([kind], grid, stride))
    assert facts.marks == (kind,)


@pytest.mark.parametrize("pattern", [(1, 0), (0, 1), (1, 1)])
@pytest.mark.parametrize("sign", [1, -1])
def test_alternation_is_found_along_either_axis_and_both(pattern, sign):
    one = made(["uniform"])
    steps = pattern[0] * one.places[0] + pattern[1] * one.places[1]
    (facts,) = head_facts(replace(one, table=sign * 3 * ((-1.0) ** steps)[None]))
    assert facts.parity == pytest.approx(sign)
    assert facts.marks == ("alternating",)


@pytest.mark.parametrize("grid", [(3, 3), (1, 3), (2, 2), (1, 1)])
def test_an_axis_of_three_is_too_short_to_alternate(grid):
    one = made(["uniform"], grid)
    assert head_facts(replace(one, table=3 * ((-1.0) ** one.places.sum(axis=0))[None]))[0].parity == 0


def test_a_constant_head_is_uniform_and_has_no_direction_or_parity():
    (facts,) = head_facts(replace(made(["local"]), table=np.full((1, 196), 0.1)))
    assert (facts.marks, facts.parity, facts.low, facts.high) == (("uniform",), 0, 0.1, 0.1)
    assert (facts.entropy, facts.direction) == (pytest.approx(1), pytest.approx(0))


@given(SIDES, SIDES, st.integers(1, 3))
def test_span_entropy_and_direction_are_means_over_queries(height, width, stride):
    one = numbered((height, width), stride, heads=1)
    prior = one.prior[0]
    span, dys, dxs = 0.0, 0.0, 0.0
    for q, k, dy, dx in pairs(one):
        share = prior[q, k] / one.queries
        span, dys, dxs = span + share * math.hypot(dy, dx), dys + share * dy, dxs + share * dx
    entropy = -(prior * np.log(prior)).sum() / one.queries / math.log(one.keys) if one.keys > 1 else 1.0
    for facts in head_facts(one):
        assert (facts.span, facts.entropy) == (pytest.approx(span), pytest.approx(entropy))
        assert facts.direction == pytest.approx((dxs - dys) / (dxs + dys) if dxs + dys else 0)


def test_facts_do_not_depend_on_a_shift():
    one = made(list(KINDS))
    for a, b in zip(head_facts(one), head_facts(replace(one, table=one.values - 20)), strict=True):
        found = [(facts.span, facts.entropy, facts.direction, facts.parity) for facts in (a, b)]
        assert found[0] == pytest.approx(found[1], abs=1e-9)
        assert a.marks == b.marks


def test_a_head_on_one_token_that_is_very_negative_elsewhere_has_entropy_0():
    one = made(["local"])
    facts = head_facts(replace(one, table=np.where(np.arange(196) == 0, 0.0, -1e4)[None]))[0]
    assert (facts.entropy, facts.span, facts.marks) == (0, 0, ("local",))


def test_every_mark_states_its_threshold():
    assert [mark.name for mark in MARKS] == ["uniform", "local", "row", "column", "alternating"]
    assert all(any(character.isdecimal() for character in mark.words) for mark in MARKS)


def test_heads_that_changed_most_come_first():
    before = network()
    table = before[1].values.copy()
    table[2, 14 * 3 + 5] -= 4  # dy 3, dx 5
    table[0] += 7  # which softmax does not see
    after = [before[0], replace(before[1], table=table), *before[2:]]
    first, second, *_ = compare(before, after)
    support = before[1].support
    assert (first.path, first.head, first.largest, first.offset) == (before[1].path, 2, pytest.approx(4), (3, 5))
    assert first.mean == pytest.approx(4 * support[14 * 3 + 5] / support.sum())
    assert second.largest == pytest.approx(0)
    assert len(compare(before, after)) == sum(one.heads for one in before)


def test_differences_are_what_was_added_after_the_maximum_is_subtracted():
    before, after = network(), network(scale=2.0)
    for one, a, b in zip(differences(before, after), before, after, strict=True):
        assert np.allclose(one.values, b.shifted - a.shifted)


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (
            network(),
            network()[1:],
            "stages.0.blocks.0.attn: has attention biases in the first network only; nothing to compare them with",
        ),
        (
            network()[1:],
            network(),
            "stages.0.blocks.0.attn: has attention biases in the second network only; nothing to compare them with",
        ),
        (
            network("levit128s")[-1:],
            [made(KINDS, (4, 5), path="stages.2.blocks.3.attn")],
            "stages.2.blocks.3.attn: 8 heads on 4 x 4 keys at stride 1 in the first network and "
            "5 heads on 4 x 5 keys at stride 1 in the second",
        ),
    ],
)
def test_maps_that_do_not_match_are_explained(before, after, problem):
    with pytest.raises(LevitError) as error:
        compare(before, after)
    assert str(error.value) == problem
