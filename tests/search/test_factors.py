"""Sums of tables are the counts of single plans."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from levit_explore import LevitError, flops, load_spec, make_spec
from levit_explore.search.evaluate import allowed, evaluate
from levit_explore.search.factors import QUANTITIES, Factors, factors
from levit_explore.search.forms import form, limit
from levit_explore.search.tables import Unfit, axes
from levit_explore.space.cells import Cell
from tests.golden_data import FIVE, OFFICIAL
from tests.search.cells import SMALL, Bounded, cell, counts, singles
from tests.search.random_factors import every

CHOICES = {
    "image_size": [32, 48],
    "stages.0.dim": [16, 24],
    "stages.0.depth": [0, 2],
    "stages.0.key_dim": [4, 8],
    "stages.1.mlp_ratio": [1, 2.5],
    "stages.1.downsample.heads": [2, 3],
    "stages.1.downsample.stride": [1, 2],
    "stages.2.heads": [4, 5],
}
PUBLISHED = {
    name: {
        f"stages.{stage}.{field}": getattr(part, field)
        for stage, part in enumerate(load_spec(name).stages)
        for field in ("dim", "depth", "heads", "key_dim")
    }
    for name in FIVE
}


@pytest.mark.parametrize(
    "edits", [{}, {"norm": "layernorm"}, {"position": "embedding", "distillation": False}], ids=str
)
def test_sums_of_tables_are_the_counts_of_single_plans(edits):
    found = factors(cell(SMALL | edits, CHOICES))
    sums = evaluate(found, every(found))
    singly = [counts(model) for model in singles(SMALL | edits, CHOICES)]
    assert {name: sums[name].tolist() for name in QUANTITIES} == {
        name: [one[name] for one in singly] for name in QUANTITIES
    }


@pytest.mark.parametrize("name", FIVE)
def test_published_models_are_found_in_the_space_of_all_their_choices_with_the_official_counts(name):
    choices = {path: sorted({chosen[path] for chosen in PUBLISHED.values()}) for path in PUBLISHED[name]}
    stages = [{"dim": 128, "depth": 1, "heads": 1, "key_dim": 16} for _ in range(3)]
    found = factors(cell({"stages": stages}, choices), ("flops", "params"))
    places = np.array([[choices[path].index(value) for path, value in PUBLISHED[name].items()]])
    sums, official = evaluate(found, places), OFFICIAL["models"][name]
    assert (sums["flops"].item(), sums["params"].item()) == (official["FLOPS"], official["params"])


def test_a_space_of_one_variant_has_no_axes():
    alone = Cell((), make_spec(SMALL), (), (), (), 0)
    found = evaluate(factors(alone), np.zeros((1, 0), np.int64))
    assert {name: sums.item() for name, sums in found.items()} == counts(singles(SMALL, {})[0])


def test_tables_of_stages_far_apart_stay_apart():
    found = factors(cell(SMALL, {f"stages.{stage}.dim": [16, 24, 32] for stage in range(3)}), ("flops",))
    assert sorted(axes(table) for table in found.terms["flops"]) == [(0, 1), (1, 2)]


def test_masks_of_the_same_choices_become_one():
    some, more = np.array([[True], [False]]), np.array([[True, True], [False, True]])
    found = factors(cell(SMALL, {"stages.0.depth": [1, 2], "stages.1.depth": [1, 2]}, [some, True, more]), ("depth",))
    assert [mask.tolist() for mask in found.masks] == [[[True, True], [False, False]]]
    assert allowed(found, every(found)).tolist() == [True, True, False, False]


def test_sums_that_could_leave_64_bits_are_refused():
    found = Factors((2,), {"a": (np.array([1, 2**60]),)})
    with pytest.raises(LevitError, match=r"too large to count in 64 bits"):
        form(found, {"a": 5})
    apart = tuple(np.array([1, 2**60]).reshape([2 if axis == at else 1 for axis in range(4)]) for at in range(4))
    with pytest.raises(Unfit, match=r"sums of a could reach 2\*\*62 and would not be exact"):
        form(Factors((2,) * 4, {"a": apart}), {"a": 1})


def test_a_quantity_that_is_no_sum_is_refused():
    small = cell(SMALL, {"stages.0.depth": [1, 2]})
    with pytest.raises(Unfit) as error:
        factors(small, ("balance",))
    assert str(error.value) == (
        "balance is not a sum over ops; "
        "choose from flops, attention, mlp, params, activation_memory, bytes_moved or depth"
    )
    with pytest.raises(Unfit, match="balance is not among the sums counted here: flops"):
        limit(factors(small, ("flops",)), Bounded({"balance": 1}, 1))


@settings(max_examples=5)
@given(st.sampled_from(["fvcore", "torch", "torchinfo"]))
def test_flops_follow_the_convention(convention):
    choices = {"stages.0.depth": [1, 3], "stages.1.dim": [24, 40]}
    found = factors(cell(SMALL, choices), ("flops",), convention)
    singly = [flops(model, convention) for model in singles(SMALL, choices)]
    assert evaluate(found, every(found))["flops"].tolist() == singly
