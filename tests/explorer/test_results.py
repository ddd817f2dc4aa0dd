"""What follows from a state is what the commands print."""

import pytest
from hypothesis import given, settings

from levit_explore import activation_memory, balance, flops, load_spec, params, peak_memory, plan, reconcile, rows
from levit_explore.analysis.balance import Rule
from levit_explore.analysis.counts import By
from levit_explore.analysis.findings import findings
from levit_explore.explorer.actions import Apply, ChooseConvention, SetField
from levit_explore.explorer.results import Quantity, change, change_between, results, results_of
from levit_explore.explorer.state import opened, started
from levit_explore.explorer.update import update
from levit_explore.spec.write import fields
from tests.strategies import specs


@settings(max_examples=30)
@given(specs())
def test_results_are_those_of_the_analyses(spec):
    found, planned = results(started("x", spec.name, fields(spec))), plan(spec)
    assert found.spec == spec
    assert (found.flops, found.params) == (flops(planned), params(planned))
    assert (found.activation_memory, found.peak_memory) == (activation_memory(planned), peak_memory(planned))
    assert (found.balance, found.stage_balance) == (balance(planned), balance(planned, Rule.STAGE))
    assert found.ledgers == reconcile(planned)
    assert [found.rows_by(by) for by in By] == [rows(planned, by) for by in By]


@pytest.mark.parametrize("convention", ["levit", "fvcore", "thop"])
def test_counts_are_under_the_chosen_convention(convention):
    found, planned = results(update(opened("levit256"), ChooseConvention(convention))), plan(load_spec("levit256"))
    assert found.flops == flops(planned, convention)
    assert found.balance == balance(planned, convention=convention)
    assert found.rows_by().convention == convention


def test_the_same_fields_are_counted_once():
    state = opened("levit256")
    edited = update(state, SetField(("stages", 1, "depth"), "5"))
    assert results(edited) is results(update(state, SetField(("stages", 1, "depth"), "5")))


def test_a_change_is_against_the_base():
    state = update(opened("levit256"), SetField(("stages", 1, "depth"), "5"))
    before, after = plan(load_spec("levit256")), plan(load_spec("levit256", ["stages.1.depth=5"]))
    found = change(state)
    assert (found.flops.before, found.flops.after) == (flops(before), flops(after))
    assert found.params.gained == params(after) - params(before)
    assert found.peak_memory.relative == 0
    assert found.ratio == Quantity(balance(before).whole.ratio, balance(after).whole.ratio)


def test_without_edits_nothing_changes():
    found = change(opened("levit384"))
    amounts = (found.flops, found.params, found.activation_memory, found.peak_memory, found.ratio)
    assert [(one.gained, one.relative) for one in amounts] == [(0, 0)] * 5


def test_a_ratio_that_there_is_not_has_no_change():
    stage = {"dim": 64, "depth": 1, "heads": 2, "key_dim": 16}
    with_mlp, without = (results_of({"stages": [stage | {"mlp_ratio": ratio}]}, "x") for ratio in (2, 0))
    found = change_between(with_mlp, without).ratio
    assert (found.after, found.gained, found.relative) == (None, None, None)


@pytest.mark.parametrize(("before", "after", "relative"), [(4, 5, 0.25), (4, 4, 0), (0, 4, None), (None, 4, None)])
def test_a_relative_change_is_a_part_of_what_there_was(before, after, relative):
    assert Quantity(before, after).relative == relative


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ([], "set stages[0].dim to 768"),
        (
            ["stages.1.downsample.heads=120"],  # as by default: 3840 // 32
            "set stages[0].dim to 768; leave stages[1].downsample.heads to its default",
        ),
    ],
)
def test_a_mend_speaks_only_of_fields_that_are_written(written, words):
    state = opened("levit384", ["stages.0.dim=3840", *written])
    mend, whole = (
        next(one for one in found if one.path == ("stages", 0, "dim"))
        for found in (results(state).findings, findings(plan(state.spec)))
    )
    assert mend.fix_words == words
    assert update(state, Apply(mend.fix)) == update(state, Apply(whole.fix))
