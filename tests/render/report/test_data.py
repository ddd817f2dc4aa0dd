"""What a report shows is what the other commands print, under every convention."""

from dataclasses import replace

import numpy as np
import pytest

from levit_explore import (
    CONVENTIONS,
    LevitError,
    balance,
    diff,
    flops,
    load_spec,
    make_spec,
    params,
    plan,
    reconcile,
    rows,
)
from levit_explore.analysis.balance import Rule
from levit_explore.analysis.biases import BiasMap
from levit_explore.analysis.counts import By
from levit_explore.analysis.memory import activation_memory, peak_memory
from levit_explore.render.report.biases import SHADES, biases, colors
from levit_explore.render.report.comparison import ticks
from levit_explore.render.report.data import report_data
from tests.render.report.pages import digits

SPECS = ["levit128s", "levit256", "levit128s_a3", "levit_digits"]
EVERY = list(enumerate(CONVENTIONS))


@pytest.fixture(scope="module", params=SPECS)
def shown(request):
    planned = plan(load_spec(request.param))
    return planned, report_data([planned])["specs"][0]


@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize(("at", "name"), EVERY)
def test_rows_are_those_of_flops(shown, by, at, name):
    planned, spec = shown
    found = [
        (row["path"], row["role"], row["stage"], row["downsample"], tuple(row["out"]), row["params"], row["flops"][at])
        for row in spec["rows"][by]
    ]
    assert found == [
        (row.path, row.role, row.stage, row.downsample, row.out, row.params, row.flops)
        for row in rows(planned, by, name)
    ]
    assert [row["share"][at] for row in spec["rows"][by]] == [round(row.share, 4) for row in rows(planned, by, name)]


@pytest.mark.parametrize(("at", "name"), EVERY)
def test_parts_of_the_picture_add_up_to_the_total(shown, at, name):
    planned, spec = shown
    assert spec["totals"][at] == flops(planned, name) == sum(part["flops"][at] for part in spec["area"])
    for part in spec["area"]:
        assert sum(half["flops"][at] for half in part["halves"]) == part["flops"][at]
        assert sum(half["of_part"][at] for half in part["halves"]) == pytest.approx(
            int(part["flops"][at] > 0), abs=1e-3
        )


def test_every_block_with_work_is_in_one_part_of_the_picture(shown):
    _, spec = shown
    blocks = [path for part in spec["area"] for path in part["blocks"]]
    assert blocks == [row["path"] for row in spec["rows"]["block"] if any(row["flops"])]


@pytest.mark.parametrize("base", list(CONVENTIONS))
def test_terms_of_a_ledger_lead_from_any_total_to_any_other(shown, base):
    planned, spec = shown
    start = list(CONVENTIONS).index(base)
    for ledger in reconcile(planned, base):
        end = list(CONVENTIONS).index(ledger.convention.name)
        terms = spec["ledgers"][start][end]
        assert [term["flops"] for term in terms] == [term.flops for term in ledger.terms]
        assert spec["totals"][start] + sum(term["flops"] for term in terms) == spec["totals"][end]


@pytest.mark.parametrize("rule", Rule)
@pytest.mark.parametrize(("at", "name"), EVERY)
def test_balance_is_that_of_balance(shown, rule, at, name):
    planned, spec = shown
    found, expected = spec["balance"][rule][at], balance(planned, rule, convention=name)
    assert found["balanced"] == expected.balanced
    assert [(part["part"], part["attention"], part["mlp"]) for part in [*found["parts"], found["whole"]]] == [
        (part.part, part.attention, part.mlp) for part in [*expected.parts, expected.whole]
    ]


def test_parameters_and_activations_of_the_parts_add_up(shown):
    planned, spec = shown
    memory = spec["memory"]
    assert memory["params"] == params(planned) == sum(part["params"] for part in memory["parts"])
    assert memory["activations"] == activation_memory(planned) == sum(part["activations"] for part in memory["parts"])
    assert memory["peak"] == peak_memory(planned) <= memory["activations"]


def test_a_comparison_says_what_diff_says():
    a, b = (plan(load_spec(name)) for name in ("levit128s", "levit256"))
    found = report_data([a, b])["comparison"]
    fields = {change.field: (change.before, change.after) for change in diff(a, b).fields}
    assert {one["field"]: tuple(one["values"]) for one in found["fields"]} == {
        name: tuple(str(value) for value in values) for name, values in fields.items()
    }
    changed = {row.path: row.flops for row in diff(a, b, By.STAGE, "fvcore").rows}
    shown = {row["path"]: row["values"][list(CONVENTIONS).index("fvcore")][1] for row in found["stages"]}
    assert {path: one["gained"] for path, one in shown.items() if one["gained"]} == {
        path: change.gained for path, change in changed.items() if change.gained
    }
    assert {path: shown[path]["relative"] for path in changed} == {
        path: round(change.relative, 4) for path, change in changed.items()
    }


def test_a_stage_that_only_some_networks_have_is_nothing_in_the_others():
    found = report_data([plan(load_spec(name)) for name in ("levit128s_a1", "levit128s_base")])["comparison"]
    row = next(row for row in found["stages"] if row["path"] == "stages.2")
    first, other = row["values"][0]
    assert (first["value"], other["relative"], other["gained"]) == (None, None, other["value"])


@pytest.mark.parametrize(
    ("names", "points"),
    [
        (["levit128s", "levit256"], [("levit128s", 76.6), ("levit256", 81.6)]),
        (["levit128s", "levit256", "levit512"], [("levit128s", 76.6), ("levit256", 81.6)]),
        (["levit128s", "levit512"], None),
    ],
)
def test_cost_is_held_against_accuracy_where_there_is_one(names, points):
    scatter = report_data([plan(load_spec(name)) for name in names])["comparison"]["scatter"]
    assert (scatter and [(point["name"], point["top1"]) for point in scatter["points"]]) == points


@pytest.mark.parametrize("values", [[5], [0], [0.1, 0.30000001], [76.6, 82.6], [3e8, 2.3e9], [1, 1, 1.5], [10**15]])
def test_ticks_hold_all_values_in_equal_steps(values):
    found = ticks(values)
    assert found[0] <= min(values)
    assert found[-1] >= max(values)
    assert 2 <= len(found) <= 7
    assert np.allclose(np.diff(found), found[1] - found[0])


def test_networks_of_one_name_are_told_apart():
    planned = plan(load_spec("levit128s"))
    assert [spec["name"] for spec in report_data([planned] * 3)["specs"]] == [
        "levit128s",
        "levit128s (2)",
        "levit128s (3)",
    ]


def test_the_convention_asked_for_is_shown_first():
    data = report_data([plan(load_spec("levit_digits"))], "fvcore")
    assert data["conventions"][data["convention"]]["name"] == "fvcore"


def test_an_unknown_convention_is_refused():
    with pytest.raises(LevitError, match=r"convention 'fvcor' is not known; .*did you mean fvcore"):
        report_data([plan(load_spec("levit_digits"))], "fvcor")


def test_counts_that_a_browser_would_round_are_text():
    stage = {"dim": 65536, "depth": 1, "heads": 1024, "key_dim": 65536}
    planned = plan(make_spec({"image_size": 2048, "stages": [stage]}, "huge"))
    (spec,) = report_data([planned])["specs"]
    assert flops(planned) > 2**53
    assert spec["totals"][0] == str(flops(planned))


def test_bias_values_keep_four_digits_and_shades_follow_the_shifted_values():
    found = biases(digits())
    for shown, one in zip(found["maps"], digits(), strict=True):
        assert np.allclose(shown["values"], one.values, rtol=1e-3)
        for shades, shifted in zip(shown["shades"], one.shifted, strict=True):
            assert min(shades) >= 0
            assert shades[shifted.argmax()] == SHADES - 1
            order = np.argsort(shifted)
            assert (np.diff(np.array(shades)[order]) >= 0).all()


def test_colours_rise_from_dark_to_light():
    light = [
        sum(int(color[at : at + 2], 16) * weight for at, weight in ((1, 2), (3, 7), (5, 1))) for color in colors(SHADES)
    ]
    assert (np.diff(light) > 0).all()


def test_untrained_maps_are_named_and_not_shown():
    first, *others = digits()
    found = biases([replace(first, table=np.zeros_like(first.values)), *others])
    assert found["unlearned"] == [first.path]
    assert biases([BiasMap("stages.0.blocks.0.attn", 1, (2, 2), 1)]) is None
