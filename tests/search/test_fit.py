"""The variants nearest to a spec within budgets, held against a loop over plain specs."""

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import pytest

from levit_explore import LevitError, activation_memory, balance, flops, make_spec, params, plan
from levit_explore.search import fit_nearest
from levit_explore.search.fit import Fit, Variant, fit
from levit_explore.search.fit_around import around
from levit_explore.search.fit_kinds import KINDS, kinds, weights
from levit_explore.spec.document import Document
from levit_explore.spec.fields import Spec
from levit_explore.spec.parse import parse
from levit_explore.spec.write import fields as written
from tests.search.cells import edited

TWO = {
    "image_size": 32,
    "num_classes": 10,
    "stages": [
        {"dim": 32, "depth": 2, "heads": 2, "key_dim": 8},
        {"dim": 48, "depth": 2, "heads": 3, "key_dim": 8, "attn_ratio": 1},
    ],
}
WRITTEN = TWO | {
    "stem": {"kind": "convs", "dims": [4, 8, 16, 32]},
    "stages": [TWO["stages"][0], TWO["stages"][1] | {"downsample": {"heads": 4, "key_dim": 8}}],
}
FIVE = TWO | {
    "stages": [
        {"dim": 16, "depth": 5, "heads": 5, "key_dim": 8},
        {"dim": 16, "depth": 6, "heads": 6, "key_dim": 8},
    ]
}
OWN = plan(make_spec(TWO))


def search(
    fields: Mapping[str, Any],
    bounds: Sequence[str],
    vary: str | None = None,
    keep: Sequence[str] = (),
    weight: Sequence[str] = (),
    top: int = 7,
) -> Fit:
    document, varied = Document(dict(fields), {}), kinds(vary)
    return fit(around(document, parse(document, "small"), varied, keep, bounds), weights(weight, varied), top)


def brute(
    fields: Mapping[str, Any], axes: Mapping[str, Sequence[Any]], bounds: str, weight: Mapping[str, float]
) -> Any:
    """Every variant's rank and what it chose, by its own spec and plan; heads follow dims as levit.py rounds them.

    Distances are compared as 1024 to their power, a fraction: they are equal exactly where these are.
    """
    names = sorted(axes, key=lambda name: (name.split(".")[1], _FIELDS.index(name.rpartition(".")[2])))
    old = {name: _at(fields, name) for name in names}
    own, budget = flops(plan(make_spec(dict(fields)))), re.search(r"flops <= (\d+)", bounds)
    aim = int(budget[1]) * 1000 if budget else own
    for values in itertools.product(*(axes[name] for name in names)):
        chosen = dict(zip(names, values, strict=True))
        model = plan(make_spec(edited(dict(fields), chosen | _following(fields, chosen))))
        ratio = balance(model).whole
        costs = {"flops": flops(model), "params": params(model), "activation_memory": activation_memory(model)}
        if eval(bounds, {"balance": Fraction(ratio.attention, ratio.mlp), "M": 10**6, "k": 1000} | costs):
            steps = [_power(old[name], chosen[name], weight[name.rpartition(".")[2]]) for name in names]
            changed = sum(chosen[name] != old[name] for name in names)
            yield (math.prod(steps), changed, abs(costs["flops"] - aim), values), chosen, costs


_FIELDS = ("dim", "depth", "heads")


def _power(old: int, new: int, weight: float) -> Fraction:
    """1024 to the power of a field's distance."""
    return Fraction(max(old, new), min(old, new)) ** round(10 * weight)


def _millionths(power: Fraction) -> int:
    return round((math.log2(power.numerator) - math.log2(power.denominator)) / 10 * 10**6)


def _following(fields: Mapping[str, Any], chosen: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for index, stage in enumerate(fields["stages"]):
        dim = chosen.get(f"stages.{index}.dim", stage["dim"])
        if f"stages.{index}.heads" not in chosen:
            found[f"stages.{index}.heads"] = math.floor(Fraction(stage["heads"] * dim, stage["dim"]) + Fraction(1, 2))
    if "stem" in fields:
        first = chosen.get("stages.0.dim", fields["stages"][0]["dim"])
        found["stem.dims"] = [first // 8, first // 4, first // 2, first]
        found["stages.1.downsample.heads"] = first // 8
    return found


def _at(fields: Any, name: str) -> Any:
    for key in name.split("."):
        fields = fields[int(key)] if key.isdecimal() else fields[key]
    return fields


DIMS = {"stages.0.dim": range(16, 49, 8), "stages.1.dim": range(24, 73, 8)}
DEPTHS = {"stages.0.depth": range(1, 5), "stages.1.depth": range(1, 5)}
HEADS = {"stages.0.heads": (1, 2, 3), "stages.1.heads": (2, 3, 4)}
FIVE_DEPTHS = {"stages.0.depth": range(1, 11), "stages.1.depth": range(1, 13)}
EVEN = {"dim": 1.0, "depth": 1.0, "heads": 1.0}
CASES = {
    "flops": (TWO, None, DIMS | DEPTHS, ["flops <= 150k"], "flops <= 150*k", EVEN, []),
    "params": (TWO, None, DIMS | DEPTHS, ["params <= 30k"], "params <= 30*k", EVEN, []),
    "several": (
        *(TWO, "dims,heads", DIMS | HEADS),
        ["flops <= 170k", "0.8 <= balance <= 1.1"],
        *("flops <= 170*k and 8 <= 10 * balance <= 11", EVEN, []),
    ),
    "weights": (
        *(TWO, None, DIMS | DEPTHS, ["flops <= 150k"], "flops <= 150*k"),
        {"dim": 4.0, "depth": 0.5},
        ["dims=4", "depths=0.5"],
    ),
    "parts": (
        *(TWO, None, DIMS | DEPTHS, ["flops <= 150k"], "flops <= 150*k"),
        {"dim": 0.3, "depth": 0.1},
        ["dims=0.3", "depths=0.1"],
    ),
    # from 5 to 7 is as far as from 5 to 6 and from 6 to 7
    "ties": (FIVE, "depths", FIVE_DEPTHS, ["params <= 10M"], "params <= 10*M", EVEN, []),
    "written": (WRITTEN, None, DIMS | DEPTHS, ["activation_memory <= 40kB"], "activation_memory <= 40*k", EVEN, []),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_found_is_what_a_loop_over_all_variants_finds(case):
    fields, vary, axes, bounds, condition, weight, given = CASES[case]
    expected = sorted(brute(fields, axes, condition, weight), key=lambda each: each[0])
    found = search(fields, bounds, vary, weight=given, top=25)
    assert found.searched == math.prod(map(len, axes.values()))
    assert found.within == len(expected) > 25
    assert [_chosen(each.spec, axes) for each in found.variants] == [chosen for _, chosen, _ in expected[:25]]
    assert [each.distance for each in found.variants] == [_millionths(power) for (power, *_), *_ in expected[:25]]


def _changed(variant: Variant) -> int:
    return sum(not change.follows for change in variant.changes)


def _chosen(spec: Spec, axes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _at(written(spec), name) for name in axes}


@pytest.mark.parametrize("case", CASES)
def test_the_costs_of_a_variant_are_those_of_its_plan(case):
    fields, vary, _, bounds, *_ = CASES[case]
    for variant in search(fields, bounds, vary).variants:
        model = plan(variant.spec)
        costs = variant.costs
        assert (costs.flops, costs.params) == (flops(model), params(model))
        assert (costs.activation_memory, costs.balance) == (activation_memory(model), balance(model).whole.ratio)


@pytest.mark.parametrize("case", CASES)
def test_the_edits_of_a_variant_make_its_spec(case):
    fields, vary, _, bounds, *_ = CASES[case]
    for variant in search(fields, bounds, vary).variants:
        edits = {".".join(map(str, path)): value for path, value in variant.edits}
        assert make_spec(edited(dict(fields), edits), variant.spec.name) == variant.spec


def test_weights_without_a_common_unit_keep_equal_distances_of_one_kind_equal():
    odd = search(FIVE, ["params <= 10M"], "depths,heads", weight=["depths=0.3333333333", "heads=1000"], top=100)
    plain = search(FIVE, ["params <= 10M"], "depths", top=100)
    assert [_chosen(each.spec, HEADS | FIVE_DEPTHS) for each in odd.variants] == [
        _chosen(each.spec, HEADS | FIVE_DEPTHS) for each in plain.variants
    ]


def test_of_equally_near_variants_those_come_first_that_change_less_then_those_nearest_to_the_budget():
    found = search(TWO, ["flops <= 190k"], top=40).variants
    keys = [(each.distance, _changed(each), -each.costs.flops) for each in found]
    assert keys == sorted(keys)
    assert len({key[:2] for key in keys}) < len(keys)


def test_a_spec_within_its_budget_is_the_nearest_to_itself():
    first, *_ = search(TWO, [f"flops <= {flops(OWN)}"]).variants
    assert (first.distance, first.changes, first.edits) == (0, (), ())


@lru_cache(maxsize=1)
def everything() -> list[Any]:
    return list(brute(TWO, DIMS | DEPTHS, "True", EVEN))


@pytest.mark.parametrize("least", ["flops", "params", "activation_memory"])
def test_a_budget_below_the_least_there_is_proves_that_nothing_fits(least):
    lowest = min(costs[least] for _, _, costs in everything())
    assert search(TWO, [f"{least} <= {lowest}"]).within >= 1
    found = search(TWO, [f"{least} <= {lowest - 1}", "params <= 1G"])
    assert (found.within, found.variants) == (0, ())
    assert [bound.text for bound in found.proof.bounds] == [f"{least} <= {lowest - 1}"]
    assert found.proof.least == lowest


def test_bounds_that_contradict_each_other_are_named_and_no_others():
    found = search(TWO, ["flops <= 100k", "params <= 1M", "params >= 80k"])
    assert (found.within, found.variants) == (0, ())
    assert [bound.text for bound in found.proof.bounds] == ["flops <= 100k", "params >= 80k"]
    assert not any(costs["flops"] <= 100_000 and costs["params"] >= 80_000 for _, _, costs in everything())


def test_a_variant_without_attention_and_mlp_keeps_no_bound_on_balance():
    none = {**TWO, "stages": [TWO["stages"][0] | {"depth": 0}]}
    found = search(none, ["balance >= 0"], "depths", top=9).variants
    assert sorted(each.spec.stages[0].depth for each in found) == [1, 2]
    found = search(none, ["1 <= balance", "balance <= 3"], "heads")
    assert (found.variants, {bound.text for bound in found.proof.bounds}) == ((), {"1 <= balance"})
    without = {**TWO, "stages": [none["stages"][0] | {"mlp_ratio": 0}]}
    found = search(without, ["balance <= 3"], "depths")
    assert (found.variants, {bound.text for bound in found.proof.bounds}) == ((), {"balance <= 3"})


@pytest.mark.parametrize(
    ("keep", "varied"),
    [
        (["stages.0"], {"stages[1].dim", "stages[1].depth"}),
        (["stages[0].dim", "stages.1.depth"], {"stages[0].depth", "stages[1].dim"}),
        (["stages.0.dim", "stages.1"], {"stages[0].depth"}),
    ],
)
def test_what_is_kept_does_not_vary(keep, varied):
    found = search(TWO, ["flops <= 1G"], keep=keep)
    assert set(found.centre.free) == varied


def test_kept_heads_stay_while_their_dim_varies():
    keep = ["stages.0.heads", "stages.1.downsample", "stages.0.depth", "stages.1"]
    found = search(TWO, ["params <= 70k"], keep=keep)
    changed = {change.path for each in found.variants for change in each.changes}
    assert changed == {("stages", 0, "dim"), ("stem", "dims")}


def test_a_stem_that_is_kept_keeps_the_first_dim():
    found = search(TWO, ["params <= 70k"], keep=["stem"], top=20)
    assert len(found.variants) == 20
    assert {each.spec.stages[0].dim for each in found.variants} == {32}


def test_downsamples_follow_the_key_dim_of_their_stage():
    found = search(WRITTEN, ["params <= 22k"], "key_dims,dims", top=50)
    for each in found.variants:
        before, stage = each.spec.stages
        assert (stage.downsample.key_dim, stage.downsample.heads) == (stage.key_dim, before.dim // stage.key_dim)


def test_a_depth_of_0_counts_as_one_half():
    deep = {**TWO, "stages": [TWO["stages"][0] | {"depth": 0}, TWO["stages"][1]]}
    found = search(deep, ["flops <= 1G"], "depths", top=12)
    distances = {each.spec.stages[0].depth: each.distance for each in found.variants if len(each.changes) == 1}
    assert (distances[1], distances[2]) == (1_000_000, 2_000_000)


@pytest.mark.parametrize("dims", [[2, 5, 11, 22], [4, 8, 11, 22]])
def test_a_stem_that_is_written_as_its_default_follows_as_the_default_does(dims):
    odd = {**TWO, "stages": [TWO["stages"][0] | {"dim": 22}, TWO["stages"][1]]}
    written_so = odd | {"stem": {"kind": "convs", "dims": dims}}
    assert (written(make_spec(written_so)) == written(make_spec(odd))) == (dims[0] == 2)
    plain, other = (search(fields, ["params <= 25k"], "dims", top=9) for fields in (odd, written_so))
    same = [each.spec for each in plain.variants] == [each.spec for each in other.variants]
    assert same == (dims[0] == 2)


def test_a_field_that_keeps_its_default_is_no_edit():
    found = search(TWO, ["params <= 100k"], "dims,attn_ratios,mlp_ratios", top=5).variants
    assert (found[0].changes, found[0].edits) == ((), ())
    for variant in found:
        assert {path for path, _ in variant.edits} <= {change.path for change in variant.changes}


def test_where_weights_are_0_a_search_that_is_too_much_names_them(monkeypatch):
    monkeypatch.setattr(fit_nearest, "WORK", 3)
    with pytest.raises(LevitError) as raised:
        search(TWO, ["flops <= 1G"], weight=["depths=0"])
    assert str(raised.value) == (
        "small: more than 3 variants would have to be looked at; give depths a weight above 0, or "
        "leave dims out of --vary, or --keep a stage"
    )


@pytest.mark.parametrize("name", KINDS)
def test_values_around_a_field_hold_its_own_and_are_sound(name):
    for fields in (TWO, WRITTEN):
        for stage in make_spec(fields).stages:
            values = KINDS[name].around(stage)
            assert getattr(stage, KINDS[name].field) in values
            assert values == sorted(set(values))
            assert values[0] > 0


@pytest.mark.parametrize(
    ("keep", "message"),
    [
        ("stages.7", "--keep stages.7: stages has no 7; it has 0, 1"),
        ("stages.0.dmi", "--keep stages.0.dmi: stages[0] has no dmi; did you mean dim?"),
        ("satges", "--keep satges: the spec has no satges; did you mean stages?"),
        ("stages", "small: nothing is left to vary; keep less, or give more kinds to --vary"),
    ],
)
def test_a_path_to_keep_must_be_a_field_and_leave_something(keep, message):
    with pytest.raises(LevitError) as raised:
        search(TWO, ["flops <= 1G"], keep=[keep])
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        (31, "small: 62 fields vary; at most 60 can: leave dims out of --vary, or --keep a stage"),
        (
            20,
            f"small: {28**20:.3g} variants; at most 4.61e+18 can be searched: "
            "leave dims out of --vary, or --keep a stage",
        ),
    ],
)
def test_a_space_that_is_too_large_says_what_to_leave_out(stages, message):
    with pytest.raises(LevitError) as raised:
        search({**TWO, "stages": [TWO["stages"][1]] * stages}, ["flops <= 1G"])
    assert str(raised.value) == message
