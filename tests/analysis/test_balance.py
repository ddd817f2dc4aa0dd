"""Attention against MLP, against the official code's blocks and the ratios made of them."""

from functools import cache
from typing import Any

import pytest

from levit_explore import LevitError, balance, load_spec, make_spec, plan
from levit_explore.analysis.balance import HIGH, LOW, Part, Rule
from levit_explore.plan.tree import Plan
from tests.golden_data import COUNTERS, FIVE, OFFICIAL, PAPER

STAGE = {"dim": 16, "depth": 1, "heads": 1, "key_dim": 8}


@cache
def planned(name: str) -> Plan:
    return plan(load_spec(name))


@pytest.mark.parametrize("name", FIVE)
def test_ratios_of_the_stages_are_the_reference_s(name):
    parts = balance(planned(name), Rule.STAGE).parts
    assert [round(part.ratio, 3) for part in parts] == PAPER["balance"][name]["stages"]


@pytest.mark.parametrize("name", FIVE)
@pytest.mark.parametrize(("rule", "reference"), [(Rule.STAGE, "stages_only"), (Rule.NET, "net")])
def test_ratio_of_the_whole_is_the_reference_s(name, rule, reference):
    assert round(balance(planned(name), rule).whole.ratio, 3) == PAPER["balance"][name][reference]


@pytest.mark.parametrize("name", FIVE)
def test_rule_stage_counts_a_downsample_s_mlp_to_its_stage_and_leaves_its_attention_out(name):
    official = OFFICIAL["models"][name]["stage_balance"]
    assert [(part.part, part.attention, part.mlp) for part in balance(planned(name), Rule.STAGE).parts] == [
        (f"stage {index}", official[str(index)]["attention"], official[str(index)]["mlp"]) for index in range(3)
    ]


@pytest.mark.parametrize(("rule", "whole"), [(Rule.NET, "whole net"), (Rule.STAGE, "all stages")])
def test_the_whole_is_called_what_it_is(rule, whole):
    assert balance(planned("levit256"), rule).whole.part == whole


@pytest.mark.parametrize("name", FIVE)
def test_rule_net_keeps_downsamples_apart(name):
    found = {part.part: (part.attention, part.mlp) for part in balance(planned(name), Rule.NET).parts}
    assert found == official_parts(OFFICIAL["models"][name]["blocks"])


def official_parts(blocks: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """(attention, mlp) by part, from the official blocks in the order they run; an MLP follows its attention."""
    parts: dict[str, tuple[int, int]] = {}
    name = ""
    for block in blocks:
        match block["kind"]:
            case "attention":
                name = f"stage {block['stage']}"
            case "attention_subsample":
                name = f"downsample {block['stage_to']}"
            case "mlp":
                pass
            case _:
                continue
        attention, mlp = parts.get(name, (0, 0))
        parts[name] = (attention, mlp + block["flops"]) if block["kind"] == "mlp" else (attention + block["flops"], mlp)
    return parts


@pytest.mark.parametrize("name", FIVE)
def test_mixing_is_both_products_and_softmax(name):
    counts = COUNTERS["models"][name]["components"]
    assert balance(planned(name)).whole.mixing == counts["qk"] + counts["softmax"] + counts["av"]


@pytest.mark.parametrize("name", FIVE)
@pytest.mark.parametrize(("rule", "balanced"), [(Rule.NET, True), (Rule.STAGE, False)])
def test_published_models_are_balanced_as_nets_and_not_by_stages(name, rule, balanced):
    assert balance(planned(name), rule).balanced is balanced


def test_rule_net_ignores_what_single_parts_do():
    found = balance(planned("levit256"), Rule.NET)
    assert (found.balanced, [part.within(LOW, HIGH) for part in found.parts]) == (
        True,
        [True, False, True, False, True],
    )


@pytest.mark.parametrize(
    ("attention", "mlp", "within"),
    [
        (13333, 10000, True),
        (133334, 100000, False),  # 1.3333 when rounded
        (3, 4, True),
        (74999, 100000, False),  # 0.75 when rounded
        (1, 1, True),
        (1, 0, False),
        (0, 1, False),
        (0, 0, True),
    ],
)
def test_bounds_hold_for_the_exact_ratio(attention, mlp, within):
    assert Part("part", attention, mlp, 0).within(0.75, 1.3333) is within


def test_bounds_are_the_caller_s():
    found = balance(planned("levit256"), low=1.1, high=1.2)
    assert (found.low, found.high, found.balanced) == (1.1, 1.2, True)
    assert not balance(planned("levit256"), low=1.18, high=1.2).balanced


def test_without_an_mlp_there_is_no_ratio():
    found = balance(plan(make_spec({"stages": [STAGE | {"mlp_ratio": 0}]})))
    assert (found.whole.mlp, found.whole.ratio, found.balanced) == (0, None, False)


@pytest.mark.parametrize("rule", Rule)
def test_without_blocks_there_is_nothing_to_balance(rule):
    found = balance(plan(make_spec({"stages": [STAGE | {"depth": 0}]})), rule)
    whole = {Rule.NET: "whole net", Rule.STAGE: "all stages"}[rule]
    assert (found.parts, found.whole, found.balanced) == ((), Part(whole, 0, 0, 0), True)


@pytest.mark.parametrize(
    ("rule", "parts"), [(Rule.NET, ["stage 0", "downsample 1"]), (Rule.STAGE, ["stage 0", "stage 1"])]
)
def test_depth_0_leaves_the_downsample_s_part(rule, parts):
    found = balance(plan(make_spec({"stages": [STAGE, STAGE | {"depth": 0}]})), rule)
    assert [part.part for part in found.parts] == parts


def test_a_convention_weighs_both_sides():
    found = balance(planned("levit256"), convention="calflops").whole
    levit = balance(planned("levit256")).whole
    assert (found.attention, found.mlp, found.mixing) == (levit.attention - levit.mixing, levit.mlp, 0)


def test_an_unknown_convention_is_explained():
    with pytest.raises(LevitError) as error:
        balance(planned("levit128s"), convention="thopp")
    assert str(error.value).endswith("; did you mean thop?")
