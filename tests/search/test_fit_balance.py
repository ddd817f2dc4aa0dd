"""What balances a stage, held against all heads and ratios there are to try."""

from fractions import Fraction
from functools import lru_cache

import pytest

from levit_explore import balance, flops, load_spec, make_spec, plan
from levit_explore.analysis.balance import Part, Rule
from levit_explore.search.fit_balance import stages, within
from tests.search.cells import edited

BAND = (Fraction(3, 4), Fraction(4, 3))  # whose middle is 1


def _ratio(spec, edit, stage):
    planned = plan(load_spec(spec, [edit]))
    return _part(planned, stage), flops(planned)


def _part(planned, stage):
    part = next(each for each in balance(planned, Rule.STAGE).parts if each.part == f"stage {stage}")
    return Fraction(part.attention, part.mlp)


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


def test_a_network_of_stages_without_attention_and_mlp_is_not_balanced():
    none = {"image_size": 32, "stages": [{"dim": 16, "depth": 0, "heads": 2, "key_dim": 8}]}
    found = stages(plan(make_spec(none)), *BAND)
    assert (found.parts, found.proposals, found.balanced) == ((), (), False)


@pytest.mark.parametrize(("attention", "mlp", "expected"), [(0, 0, False), (1, 1, True), (1, 0, False), (0, 1, False)])
def test_a_part_without_attention_and_mlp_is_within_no_band(attention, mlp, expected):
    assert within(Part("stage 0", attention, mlp, 0), *BAND) == expected


SMALL = {
    "image_size": 64,
    "stages": [
        {"dim": 16, "depth": 2, "heads": 2, "key_dim": 8},
        {"dim": 24, "depth": 1, "heads": 3, "key_dim": 8, "downsample": {"mlp_ratio": 1}},
    ],
}


@lru_cache(maxsize=1)
def _reachable():
    """Attention over MLP of each stage with hidden dimensions and heads far beyond those looked for here."""
    values = {
        (stage, field): values
        for stage, dim in enumerate((16, 24))
        for field, values in (
            ("mlp_ratio", [(hidden + 0.5) / dim for hidden in range(1, 20 * dim)]),
            ("heads", range(1, 60)),
        )
    }
    return {
        key: [_part(plan(make_spec(edited(SMALL, {f"stages.{key[0]}.{key[1]}": value}))), key[0]) for value in values]
        for key, values in values.items()
    }


@pytest.mark.parametrize("low", ["0.3", "0.7", "1", "1.37", "1.9", "3", "5.5", "7", "20"])
@pytest.mark.parametrize("width", ["0", "0.001", "0.2"])
def test_a_field_has_a_proposal_exactly_where_some_value_balances_its_stage(low, width):
    low, high = Fraction(low), Fraction(low) + Fraction(width)
    found = stages(plan(make_spec(SMALL)), low, high)
    assert all(low <= Fraction(each.part_after.attention, each.part_after.mlp) <= high for each in found.proposals)
    outside = [
        stage for stage, part in enumerate(found.parts) if not low * part.mlp <= part.attention <= high * part.mlp
    ]
    expected = {
        (stage, field)
        for (stage, field), ratios in _reachable().items()
        if stage in outside and any(low <= ratio <= high for ratio in ratios)
    }
    assert {(each.stage, each.path[-1]) for each in found.proposals} == expected


def test_a_ratio_that_is_no_half_has_as_few_digits_as_balance_its_stage():
    low, high = Fraction("1.02"), Fraction("1.03")
    found = {each.path: each.after for each in stages(plan(load_spec("levit256")), low, high).proposals}
    assert found["stages", 0, "mlp_ratio"] == round(found["stages", 0, "mlp_ratio"], 2)
    assert not any(
        low <= _ratio("levit256", f"stages.0.mlp_ratio={tenths / 10}", 0)[0] <= high for tenths in range(10, 40)
    )
