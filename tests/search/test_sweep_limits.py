"""Sweeps at their limits: bounds beyond 64 bits, ratios of many digits, sizes too large, samples that find nothing."""

import re
from fractions import Fraction

import pytest

from levit_explore import plan
from levit_explore.errors import LevitError
from levit_explore.search.factors import QUANTITIES
from levit_explore.search.sweep import sweep
from levit_explore.search.sweep_found import Drew, EmptyError, Number, Wanted
from levit_explore.search.sweep_measures import objectives
from levit_explore.space.load import make_space
from tests.search.cells import counts
from tests.search.swept import bounded

WAYS = ("enumerate", "tables", "sample")


def _wanted(way):
    return Wanted(objectives("flops,params"), way=way, sample=500 if way == "sample" else None)


def _empty(space, way):
    with pytest.raises(EmptyError) as raised:
        sweep(space, _wanted(way))
    return str(raised.value)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", QUANTITIES)
@pytest.mark.parametrize("constraint", ["<= 9300000T", ">= -9300000T"])
def test_bound_beyond_64_bits_that_all_keep_leaves_all(way, name, constraint):
    assert sweep(bounded(f"{name} {constraint}"), _wanted(way)).within.value == 400


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", QUANTITIES)
@pytest.mark.parametrize("constraint", ["<= -9300000T", ">= 9300000T"])
def test_bound_beyond_64_bits_that_none_keeps_is_named(way, name, constraint):
    words = f"{name} {constraint} holds for no variant: {name} is at "
    assert words in _empty(bounded(f"{name} {constraint}"), way)


def _rectangle(constraint):
    """One stage that may be empty, so that there is no least cost of attention."""
    stage = {"dim": {"range": [16, 64], "step": 16}, "depth": {"range": [0, 3]}, "heads": {"range": [1, 8]}}
    stage |= {"key_dim": 8, "mlp_ratio": 1.5}
    return make_space({"image_size": 64, "num_classes": 10, "stages": [stage], "constraints": [constraint]}, "one")


@pytest.mark.parametrize("way", ["enumerate", "tables"])
@pytest.mark.parametrize("ratio", ["1.33333333333", "1.3333333333333333", "0.99999999999999999999"])
def test_ratio_of_many_digits_is_held_exactly(way, ratio):
    space = _rectangle(f"attention <= {ratio} * mlp")
    rows = [counts(plan(space.spec(number))) for number in range(space.size)]
    kept = [row for row in rows if row["attention"] <= Fraction(ratio) * row["mlp"]]
    assert 0 < len(kept) < len(rows)
    assert sweep(space, _wanted(way)).within == Number(len(kept))


@pytest.mark.parametrize("way", ["enumerate", "tables"])
def test_multiple_of_many_digits_is_held_exactly(way):
    space = _rectangle("flops >= 29.333333333333333 * params")
    rows = [counts(plan(space.spec(number))) for number in range(space.size)]
    kept = [row for row in rows if row["flops"] >= Fraction("29.333333333333333") * row["params"]]
    assert 0 < len(kept) < len(rows)
    assert sweep(space, _wanted(way)).within == Number(len(kept))


@pytest.mark.parametrize("way", WAYS)
def test_number_of_too_many_digits_is_refused_where_it_stands(way):
    stage = {"dim": {"choices": [1024, 4096]}, "depth": {"choices": [100, 900]}, "heads": 64, "key_dim": 32}
    fields = {"image_size": 512, "stages": [stage], "constraints": ["depth <= 9000", "balance <= 1.2345678901234567"]}
    with pytest.raises(LevitError) as raised:
        sweep(make_space(fields, "wide"), _wanted(way))
    words = r"spec: balance <= 1\.2345678901234567 cannot be told exactly in 64 bits; "
    assert re.fullmatch(words + r"write its numbers with at most \d digits", str(raised.value))


def test_space_with_variants_too_large_to_count_names_the_choices_that_make_them_so():
    stage = {"dim": {"choices": [64, 65536]}, "depth": {"choices": [1, 1000]}, "mlp_ratio": 64}
    stage |= {"heads": {"choices": [2, 65536]}, "key_dim": {"choices": [16, 65536]}}
    size = {"choices": [64, 65536]}
    with pytest.raises(LevitError) as raised:
        sweep(
            make_space({"image_size": size, "stages": [stage], "constraints": ["flops <= 1G"]}, "vast"), _wanted(None)
        )
    words = "vast: the sizes are too large to count in 64 bits: their largest counts could reach 2**63; "
    assert str(raised.value).startswith(words + "take away the largest of image_size (65536)")
    assert "depth" not in str(raised.value)


@pytest.mark.parametrize(
    ("drawn", "words"),
    [
        (1000, "none of 1,000 variants drawn fits, so that fewer than 3 in 1,000 do, with 95 % confidence"),
        (2, "none of 2 variants drawn fits, which says little"),
    ],
)
def test_sample_in_which_nothing_fits_claims_no_more_than_that(drawn, words):
    with pytest.raises(EmptyError) as raised:
        sweep(bounded("flops <= 800k", "depth >= 7"), Wanted(objectives("flops"), sample=drawn))
    assert str(raised.value) == f"small: {words}; draw more by --sample, or try --way tables"


def test_with_95_per_cent_confidence_fewer_than_3_in_n_fit_where_none_of_n_drawn_does():
    assert all((1 - 3 / drawn) ** drawn < 0.05 for drawn in range(4, 5000))


@pytest.mark.parametrize("fit", [0, 1, 50, 99, 100])
def test_share_and_number_of_a_sample_have_one_error(fit):
    drew = Drew(100, fit)
    assert drew.error > 0
    assert drew.of(10**12).error == pytest.approx(10**12 * drew.error, rel=1e-9)
