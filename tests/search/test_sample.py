"""Samples are uniform among the allowed variants, and follow from their seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore.search import sample as sampling
from levit_explore.search.evaluate import allowed
from levit_explore.search.factors import Factors
from levit_explore.search.sample import sample
from levit_explore.search.tables import Unfit
from tests.search.random_factors import fitting, random_factors

UP = np.arange(6).reshape(6, 1, 1) <= np.arange(5).reshape(1, 5, 1)
OTHER = np.arange(5).reshape(1, 5, 1) != np.arange(4).reshape(1, 1, 4)
TABLES = Factors((6, 5, 4), {}, (UP, OTHER))
ALONE = 100  # draws for each variant


@pytest.fixture(params=["ranks", "rejection"])
def way(request, monkeypatch):
    """Both ways to draw; the second is taken where tables would be too large."""
    if request.param == "rejection":

        def unfit(*_):
            raise Unfit("too large")

        monkeypatch.setattr(sampling, "eliminate", unfit)
    return request.param


def test_every_allowed_variant_is_drawn_about_as_often(way):
    places = fitting(TABLES, [])
    drawn = sample(TABLES, ALONE * len(places), seed=0)
    flat = np.ravel_multi_index(drawn.places.T, TABLES.shape)
    found, often = np.unique(flat, return_counts=True)
    assert found.tolist() == places.tolist()
    spread = ((often - ALONE) ** 2 / ALONE).sum()  # chi squared: mean n - 1, variance 2 (n - 1)
    assert abs(spread - len(places) + 1) < 5 * np.sqrt(2 * len(places))
    assert drawn.acceptance == pytest.approx(1 if way == "ranks" else len(places) / TABLES.size, rel=0.1)


@pytest.mark.usefixtures("way")
def test_a_longer_sample_goes_on_from_a_shorter_one(monkeypatch):
    long = sample(TABLES, 500, seed=7).places
    monkeypatch.setattr(sampling, "BATCH", 64)
    assert sample(TABLES, 200, seed=7).places.tolist() == long[:200].tolist()
    assert sample(TABLES, 200, seed=8).places.tolist() != long[:200].tolist()


@given(random_factors(), st.integers(0, 2**32))
def test_only_allowed_variants_are_drawn(tables, seed):
    if len(fitting(tables, [])):
        assert allowed(tables, sample(tables, 20, seed).places).all()
    else:
        with pytest.raises(Unfit, match="no variant is allowed, so that there is none to draw"):
            sample(tables, 20, seed)


def test_spaces_beyond_64_bits_are_drawn_from():
    ordered = np.arange(10).reshape(10, 1) <= np.arange(10)
    masks = tuple(ordered.reshape([10 if axis in (at, at + 1) else 1 for axis in range(40)]) for at in range(0, 40, 2))
    tables = Factors((10,) * 40, {}, masks)  # 55**20 variants are allowed
    places = sample(tables, 2000, seed=0).places
    assert allowed(tables, places).all()
    firsts = np.bincount(places[:, 0], minlength=10) / len(places)
    assert firsts == pytest.approx(np.arange(10, 0, -1) / 55, abs=0.04)


def test_a_space_of_one_variant_is_drawn_again_and_again():
    assert sample(Factors((1, 1), {}), 3, seed=0).places.tolist() == [[0, 0]] * 3
