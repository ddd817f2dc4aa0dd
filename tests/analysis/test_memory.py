"""How many bytes activations take, op by op; tests/model holds the same against torch."""

import numpy as np
import pytest
from hypothesis import given

from levit_explore import fuse, load_spec, make_spec, plan, rows
from levit_explore.analysis.counts import By
from levit_explore.analysis.memory import activation_memory, live, peak_memory
from levit_explore.sizes import elements
from levit_explore.spec.load import bundled_names
from tests.model.models import SMALL, small
from tests.strategies import specs

TOKENS, LOGITS = 25 * 16, 2 * 25 * 25  # elements in the first stage of the small model
ATTENTION, MLP = "stages.0.blocks.0.attn", "stages.0.blocks.0.mlp"


@pytest.mark.parametrize(
    ("path", "out", "alive"),
    [
        ("stem.conv1.linear", 4 * 20 * 20, 4 * 20 * 20),  # the image is not counted
        ("stem.conv1.bn", 4 * 20 * 20, 2 * 4 * 20 * 20),
        (f"{ATTENTION}.qkv.linear", 2 * TOKENS, TOKENS + 2 * TOKENS),
        (f"{ATTENTION}.qk", LOGITS, TOKENS + 2 * TOKENS + LOGITS),  # values are in qkv, and wait
        (f"{ATTENTION}.softmax", LOGITS, TOKENS + 2 * TOKENS + 2 * LOGITS),
        (f"{ATTENTION}.av", TOKENS, TOKENS + 2 * TOKENS + LOGITS + TOKENS),
        (f"{ATTENTION}.proj.act", TOKENS, TOKENS + 2 * TOKENS),
        (f"{ATTENTION}.add", TOKENS, TOKENS + 2 * TOKENS),
        (f"{MLP}.act", 2 * TOKENS, TOKENS + 2 * 2 * TOKENS),  # the residual's input waits
        ("pool", 24, 9 * 24 + 24),
        ("head.linear", 10, 24 + 24 + 10),  # what the second head takes waits
        ("average", 10, 3 * 10),
    ],
)
def test_an_output_is_held_until_the_last_op_that_takes_it_has_run(path, out, alive):
    (moment,) = [moment for moment in live(small()) if moment.path == path]
    assert (moment.out, moment.alive) == (4 * out, 4 * alive)


def test_queries_of_a_downsample_wait_with_its_keys_and_values():
    path, keys, queries = "stages.1.downsample.attn_downsample", 25 * 4 * (4 + 16), 9 * 4 * 4
    (moment,) = [moment for moment in live(small()) if moment.path == f"{path}.qk"]
    assert moment.alive == 4 * (keys + queries + moment.out // 4)


@given(specs())
def test_moments_are_the_ops_in_the_order_they_run_and_their_outputs_add_up(spec):
    model = plan(spec)
    moments = live(model)
    assert [(moment.path, moment.out) for moment in moments] == [
        (row.path, 4 * elements(row.out)) for row in rows(model, By.OP)
    ]
    assert sum(moment.out for moment in moments) == activation_memory(model)
    assert peak_memory(model) == max(moment.alive for moment in moments)


@given(specs())
def test_folding_batchnorm_leaves_out_what_norms_make(spec):
    model = plan(spec)
    norms = [row.out for row in rows(model, By.OP) if row.path.endswith(".bn")]
    assert activation_memory(model) - activation_memory(fuse(model)) == 4 * sum(map(elements, norms))
    assert peak_memory(fuse(model)) <= peak_memory(model)


@pytest.mark.parametrize("name", bundled_names())
def test_half_precision_takes_half(name):
    model = plan(load_spec(name))
    assert (2 * activation_memory(model, 2), 2 * peak_memory(model, 2)) == (
        activation_memory(model),
        peak_memory(model),
    )


def test_blocks_add_up_to_their_stage():
    stage = small().root["stages"]["0"]
    attention, mlp = stage["blocks"].children
    assert activation_memory(stage) == 2 * (activation_memory(attention) + activation_memory(mlp))


@pytest.mark.parametrize("name", ["depth", "heads"])
def test_memory_of_arrays_is_that_of_each_variant(name):
    def model(size):
        return plan(make_spec(SMALL | {"stages": [SMALL["stages"][0] | {name: size}]}))

    assert activation_memory(model(np.array([1, 2, 5]))).tolist() == [activation_memory(model(n)) for n in (1, 2, 5)]


def test_what_a_plan_of_arrays_holds_at_once_is_refused():
    stages = [SMALL["stages"][0] | {"depth": np.array([1, 2])}]
    with pytest.raises(TypeError, match="a plan of array sizes stands for many networks; plan one of them by itself"):
        peak_memory(plan(make_spec(SMALL | {"stages": stages})))
