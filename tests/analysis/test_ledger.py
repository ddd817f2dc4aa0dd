"""The ledger between two counters, against counts made by hand from what the counters printed."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore import CONVENTIONS, LevitError, load_spec, make_spec, plan, reconcile
from levit_explore.plan.tree import Plan
from tests.golden_data import COUNTERS, FIVE
from tests.strategies import specs


@cache
def planned(name: str) -> Plan:
    return plan(load_spec(name))


# What each counter printed for LeViT-256 minus what levit.py's own counter did.
DIFFERENCES = {
    "levit": 0,
    "macs": -766_712,
    "fvcore": 5_388_808,
    "torch": 1_126_490_632,
    "ptflops": -73_732_904,
    "ptflops-aten": -764_712,
    "calflops": -79_890_424,
    "deepspeed": -766_712,
    "thop": -67_579_384,
    "torchinfo": -920_700_776,
}


def test_differences_of_levit256_are_those_of_the_counters():
    assert {ledger.convention.name: ledger.difference for ledger in reconcile(planned("levit256"))} == DIFFERENCES


def ledger_by_hand(counts: dict[str, int]) -> dict[str, list[tuple[str, int, int]]]:
    """The terms of every ledger as (work, count, weight), from the elementary counts of a model."""
    linear, bn1d = counts["lin"] + counts["head"], counts["bn1d"] + counts["bn_head"]
    no_softmax = ("softmax", counts["softmax"], -1)
    products = [("qk", counts["qk"], 1), ("av", counts["av"], 1)]
    no_products = [("qk", counts["qk"], -1), ("av", counts["av"], -1)]
    biases = ("linear_bias", counts["bias_head"], 1)
    linear_params = counts["params_lin"] + counts["params_head"]
    return {
        "levit": [],
        "macs": [no_softmax],
        "fvcore": [no_softmax, ("batchnorm_2d", counts["bn2d"], 2), ("batchnorm_1d", bn1d, 2)],
        "torch": [("conv", counts["conv"], 1), ("linear", linear, 1), *products, no_softmax],
        "ptflops": [
            *no_products,
            no_softmax,
            ("batchnorm_2d", counts["bn2d"], 2),
            ("batchnorm_1d", bn1d, 2),
            biases,
        ],
        "ptflops-aten": [no_softmax, biases],
        "calflops": [*no_products, no_softmax],
        "deepspeed": [no_softmax],
        "thop": [*no_products, no_softmax, ("batchnorm_2d", counts["bn2d"], 4), ("batchnorm_1d", bn1d, 4)],
        "torchinfo": [
            ("linear", linear, -1),
            *no_products,
            no_softmax,
            ("batchnorm_1d", bn1d, 2),
            ("linear_params", linear_params, 1),
            ("batchnorm_2d_params", counts["params_bn2d"], 1),
        ],
    }


@pytest.mark.parametrize("name", FIVE)
def test_terms_are_those_counted_by_hand(name):
    found = {
        ledger.convention.name: [(term.work, term.count, term.weight) for term in ledger.terms]
        for ledger in reconcile(planned(name))
    }
    assert found == ledger_by_hand(COUNTERS["models"][name]["components"])


@given(specs(max_stages=2), st.sampled_from(list(CONVENTIONS)))
def test_terms_add_up_to_the_difference(spec, base):
    origin, *others = reconcile(plan(spec), base)
    assert (origin.convention.name, origin.difference, origin.terms) == (base, 0, ())
    assert {ledger.convention.name for ledger in others} == set(CONVENTIONS) - {base}
    for ledger in others:
        assert sum(term.flops for term in ledger.terms) == ledger.difference == ledger.total - origin.total


@given(specs(max_stages=2))
def test_no_term_counts_nothing(spec):
    assert all(term.count for ledger in reconcile(plan(spec)) for term in ledger.terms)


def test_a_network_without_blocks_has_no_terms_of_attention():
    stages = [{"dim": 16, "depth": 0, "heads": 1, "key_dim": 8}]
    found = {ledger.convention.name: ledger.terms for ledger in reconcile(plan(make_spec({"stages": stages})))}
    assert found["deepspeed"] == ()


def test_what_counters_said_is_held_against_their_totals():
    found = reconcile(planned("levit256"), measured={"fvcore": 1_133_412_864, "torch": 2_254_514_700})
    assert {ledger.convention.name: (ledger.measured, ledger.residual) for ledger in found} == dict.fromkeys(
        CONVENTIONS, (None, None)
    ) | {"fvcore": (1_133_412_864, 0), "torch": (2_254_514_700, 12)}


def test_an_unknown_base_is_explained():
    with pytest.raises(LevitError) as error:
        reconcile(planned("levit128s"), "mac")
    assert str(error.value).endswith("; did you mean macs?")
