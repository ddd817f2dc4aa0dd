"""What a report shows is what the other commands print, under every convention."""

from dataclasses import replace

import numpy as np
import pytest

from levit_explore import (
    CONVENTIONS,
    LevitError,
    balance,
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
from levit_explore.analysis.graph import graph
from levit_explore.analysis.memory import activation_memory, peak_memory
from levit_explore.analysis.parts import Level
from levit_explore.render.report.biases import SHADES, biases, colors
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


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (["a", "a", "a"], ["a", "a (2)", "a (3)"]),
        (["a", "a (2)", "a"], ["a", "a (2)", "a (3)"]),
        (["a", "a", "a (2)"], ["a", "a (3)", "a (2)"]),
        (["a" * 70, "a" * 71], ["a" * 57 + "...", "a" * 57 + "... (2)"]),
    ],
    ids=range(4),
)
def test_networks_of_one_name_are_told_apart(given, shown):
    spec = load_spec("levit_digits")
    plans = [plan(replace(spec, name=name)) for name in given]
    assert [one["name"] for one in report_data(plans)["specs"]] == shown


@pytest.mark.parametrize("level", [0, 1])
def test_boxes_and_edges_of_a_graph_are_those_of_graph(shown, level):
    planned, spec = shown
    found, expected = spec["graphs"][level], graph(planned, Level(spec["graphs"][level]["level"]))
    assert [(box["path"], box["out"], box["flops"], box["times"]) for box in found["boxes"]] == [
        (box.path, list(box.out), box.cost.flops, box.times) for box in expected.boxes
    ]
    assert sum(box["flops"] * box["times"] for box in found["boxes"]) == spec["totals"][0]
    assert [(edge["source"], edge["target"], edge["shape"], edge["skip"]) for edge in found["edges"]] == [
        (edge.source, edge.target, list(edge.shape), edge.skip) for edge in expected.edges
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
        assert shown["ranges"] == [[min(head), max(head)] for head in shown["values"]]
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
