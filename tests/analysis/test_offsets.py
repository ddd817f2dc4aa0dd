"""Which learned bias each pair of tokens uses, against the official code."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore.analysis.offsets import offsets
from levit_explore.plan.ops import AttentionBias
from tests.golden_data import FIVE, OFFICIAL

ATTENTIONS = [
    pytest.param(block, id=f"{name}-{block['name']}")
    for name in FIVE
    for block in OFFICIAL["models"][name]["blocks"]
    if "bias_idx_shape" in block
]
SIDES = st.integers(1, 9)


def bias(height: int, width: int, stride: int = 1) -> AttentionBias:
    return AttentionBias("attention_biases", heads=1, grid=(height, width), stride=stride)


@pytest.mark.parametrize("block", ATTENTIONS)
def test_official_blocks_use_every_one_of_their_offsets(block):
    side = block["in_res"]
    index = offsets(bias(side, side, stride=2 if block["kind"] == "attention_subsample" else 1))
    assert list(index.shape) == block["bias_idx_shape"]
    assert np.unique(index).tolist() == list(range(block["n_offsets"]))


@pytest.mark.parametrize(
    ("grid", "stride", "index"),
    [
        ((1, 1), 1, [[0]]),
        ((1, 3), 1, [[0, 1, 2], [1, 0, 1], [2, 1, 0]]),
        ((3, 1), 1, [[0, 1, 2], [1, 0, 1], [2, 1, 0]]),
        ((2, 2), 1, [[0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0]]),
        ((2, 3), 2, [[0, 1, 2, 3, 4, 5], [2, 1, 0, 5, 4, 3]]),
        ((3, 2), 2, [[0, 1, 2, 3, 4, 5], [4, 5, 2, 3, 0, 1]]),
        ((2, 2), 3, [[0, 1, 2, 3]]),
    ],
)
def test_offsets_of_small_grids(grid, stride, index):
    assert offsets(bias(*grid, stride)).tolist() == index


@given(SIDES, SIDES, st.integers(1, 4))
def test_offsets_are_numbered_as_the_official_loop_meets_them(height, width, stride):
    assert offsets(bias(height, width, stride)).tolist() == official_loop(height, width, stride)


def official_loop(height: int, width: int, stride: int) -> list[list[int]]:
    """The index of levit.py's Attention and AttentionSubsample: an offset's number is when it is first met."""
    keys = list(itertools.product(range(height), range(width)))
    queries = itertools.product(range(0, height, stride), range(0, width, stride))
    met: dict[tuple[int, int], int] = {}
    return [[met.setdefault((abs(y - b), abs(x - a)), len(met)) for b, a in keys] for y, x in queries]


@given(SIDES, SIDES)
def test_offsets_do_not_tell_query_from_key(height, width):
    index = offsets(bias(height, width))
    assert (index == index.T).all()


@given(SIDES, SIDES, st.integers(1, 4))
def test_the_upper_left_query_counts_up(height, width, stride):
    assert offsets(bias(height, width, stride))[0].tolist() == list(range(height * width))


@given(SIDES, SIDES, st.integers(1, 4))
def test_the_index_has_the_shape_of_the_logits(height, width, stride):
    op = bias(height, width, stride)
    assert (op.heads, *offsets(op).shape) == op.out
