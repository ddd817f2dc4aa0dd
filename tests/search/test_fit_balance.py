"""What balances a stage, held against all heads and ratios there are to try."""

from fractions import Fraction

import pytest

from levit_explore import balance, flops, load_spec, plan
from levit_explore.analysis.balance import Rule
from levit_explore.search.fit_balance import stages

BAND = (Fraction(3, 4), Fraction(4, 3))  # whose middle is 1


def _ratio(spec, edit, stage):
    planned = plan(load_spec(spec, [edit]))
    part = next(each for each in balance(planned, Rule.STAGE).parts if each.part == f"stage {stage}")
    return Fraction(part.attention, part.mlp), flops(planned)


@pytest.mark.parametrize("spec", ["levit256", "levit128s", "levit384"])
def test_no_heads_and_no_ratio_come_nearer_to_the_middle_than_those_proposed(spec):
    found = stages(plan(load_spec(spec)), *BAND)
    for each in found.proposals:
        field = each.path[2]
        values = range(1, 60) if field == "heads" else [step / 2 for step in range(1, 25)]
        off = {}
        for value in values:
            ratio, _ = _ratio(spec, f"stages.{each.stage}.{field}={value}", each.stage)
            off[value] = max(ratio, 1 / ratio)
        assert off[each.after] == min(off.values())


@pytest.mark.parametrize("spec", ["levit256", "levit128s", "levit384"])
def test_a_proposal_says_what_its_edit_does(spec):
    found = stages(plan(load_spec(spec)), *BAND)
    assert found.proposals
    for each in found.proposals:
        ratio, cost = _ratio(spec, f"{'.'.join(map(str, each.path))}={each.after}", each.stage)
        assert (Fraction(each.part_after.attention, each.part_after.mlp), each.flops) == (ratio, cost)


def test_only_stages_outside_of_the_band_have_proposals():
    found = stages(plan(load_spec("levit256")), *BAND)
    outside = {
        int(part.part.removeprefix("stage ")) for part in found.parts if not 0.75 <= part.attention / part.mlp <= 4 / 3
    }
    assert {each.stage for each in found.proposals} == outside
    assert not found.balanced
    assert stages(plan(load_spec("levit256")), Fraction(0), Fraction(100)).balanced


@pytest.mark.parametrize(
    ("edit", "fields"), [("stages.1.depth=0", []), ("stages.1.mlp_ratio=0", ["mlp_ratio", "heads"])]
)
def test_a_stage_without_blocks_gets_no_proposal_and_one_without_mlps_gets_both(edit, fields):
    found = stages(plan(load_spec("levit256", [edit])), *BAND)
    assert [each.path[2] for each in found.proposals if each.stage == 1] == fields
