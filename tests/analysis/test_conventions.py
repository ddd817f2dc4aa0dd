"""Every convention's total, to the unit, is what the counter itself printed."""

from functools import cache

import pytest

from levit_explore import CONVENTIONS, flops, fuse, load_spec, plan, tally
from levit_explore.analysis.conventions import Convention
from levit_explore.plan.tree import Plan
from levit_explore.plan.work import Work
from tests.golden_data import COUNTERS, FIVE, TIMM

PRINTED_BY = {  # the counter in tests/golden/counters.json
    "levit": "official",
    "macs": "deepspeed",  # which counts just those
    "fvcore": "fvcore",
    "torch": "torch_FlopCounterMode",
    "ptflops": "ptflops_pytorch",
    "ptflops-aten": "ptflops_aten",
    "calflops": "calflops",
    "deepspeed": "deepspeed",
    "thop": "thop",
    "torchinfo": "torchinfo",
}
OPERATORS = {
    "conv": (Work.CONV,),
    "linear": (Work.LINEAR,),
    "matmul": (Work.QK, Work.AV),
    "batch_norm": (Work.BATCHNORM_2D, Work.BATCHNORM_1D),
}


@cache
def planned(name: str) -> Plan:
    return plan(load_spec(name))


@pytest.mark.parametrize("name", FIVE)
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_total_is_what_the_counter_printed(convention, name):
    assert flops(planned(name), convention) == COUNTERS["models"][name]["tools"][PRINTED_BY[convention]]["total"]


@pytest.mark.parametrize("name", TIMM)
@pytest.mark.parametrize(
    ("convention", "printed"),
    [("levit", "official_scheme"), ("fvcore", "fvcore"), ("torch", "torch_FlopCounterMode")],
)
def test_total_is_what_the_counter_printed_of_timm_s_model(convention, printed, name):
    assert flops(planned(name), convention) == TIMM[name][printed]


@pytest.mark.parametrize("name", TIMM)
def test_fvcore_charges_every_operator_what_it_printed(name):
    work, weights = tally(planned(name).root), CONVENTIONS["fvcore"].weights
    charged = {
        operator: sum(work[kind] * weights[kind] for kind in kinds if kind in work)
        for operator, kinds in OPERATORS.items()
    }
    assert charged == TIMM[name]["fvcore_by_operator"]


def test_fvcore_of_a_folded_network_is_what_it_printed():
    assert flops(fuse(planned("levit256")), "fvcore") == COUNTERS["levit256_more"]["fvcore_fused_bn"]


@pytest.mark.parametrize("name", FIVE)
def test_what_levit_does_not_count_is_the_rest_of_the_elements(name):
    found = COUNTERS["models"][name]["components"]
    scale_and_bias, average = 2 * found["softmax"], 1000
    kinds = ("bn", "bias_head", "act_stem", "act_attn", "act_mlp", "residual", "mean")
    rest = sum(found[kind] for kind in kinds) + scale_and_bias + average
    assert CONVENTIONS["levit"].uncounted(tally(planned(name).root)) == (0, rest)


@pytest.mark.parametrize("name", FIVE)
@pytest.mark.parametrize("convention", ["ptflops", "calflops", "thop", "torchinfo"])
def test_multiply_adds_of_attention_are_what_module_counters_leave_out(convention, name):
    found = COUNTERS["models"][name]["components"]
    macs, _ = CONVENTIONS[convention].uncounted(tally(planned(name).root))
    assert macs == found["qk"] + found["av"]


@pytest.mark.parametrize("kind", [Work.CONV, Work.LINEAR, Work.QK, Work.AV])
def test_uncounted_multiply_adds_are_no_elements(kind):
    nothing = Convention("nothing", dict.fromkeys(Work, 0), "", "")
    assert nothing.uncounted({kind: 5, Work.SOFTMAX: 3}) == (5, 3)


@pytest.mark.parametrize("name", CONVENTIONS)
def test_parameters_are_no_uncounted_elements(name):
    work = {Work.LINEAR_PARAMS: 5, Work.BATCHNORM_2D_PARAMS: 3, Work.LAYERNORM_PARAMS: 4, Work.POOL: 2}
    assert CONVENTIONS[name].uncounted(work) == (0, 2)


CHARGED_ONCE = {Work.LINEAR: 5, Work.BATCHNORM_2D: 3, Work.LAYERNORM: 2}


def test_what_is_charged_once_per_parameter_is_not_uncounted():
    assert CONVENTIONS["torchinfo"].uncounted(CHARGED_ONCE | {Work.QK: 7, Work.SOFTMAX: 11}) == (7, 11)


def test_norms_that_are_charged_nowhere_are_uncounted():
    assert CONVENTIONS["levit"].uncounted(CHARGED_ONCE) == (0, 3 + 2)


EVERY_KIND = dict.fromkeys(Work, 1)


@pytest.mark.parametrize(
    ("weights", "odd"),
    [
        ({kind: 1 for kind in Work if kind is not Work.SOFTMAX}, "softmax"),
        ({kind: 1 for kind in Work if kind not in (Work.QK, Work.AV)}, "av, qk"),
        (EVERY_KIND | {"dropout": 1}, "dropout"),
        ({kind: 1 for kind in Work if kind is not Work.SOFTMAX} | {"soft_max": 1}, "soft_max, softmax"),
        ({}, ", ".join(sorted(Work))),
    ],
)
def test_a_missing_or_unknown_kind_of_work_is_refused(weights, odd):
    with pytest.raises(ValueError, match="missing or unknown") as error:
        Convention("mine", weights, "", "")
    assert str(error.value) == f"convention mine: missing or unknown kinds of work: {odd}"


@pytest.mark.parametrize("name", CONVENTIONS)
def test_a_convention_says_what_it_counts_and_where_that_is_from(name):
    convention = CONVENTIONS[name]
    assert convention.name == name
    assert "count" in convention.summary
    assert convention.source
