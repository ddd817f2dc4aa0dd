"""Axes hold their values in equal steps and label them apart, however large they are and however nearly they agree."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from levit_explore.render.report.axes import axis, labels, ticks

NEAR = [1128024056, 1128023032]


@pytest.mark.parametrize(
    "values",
    [[5], [0], [0.1, 0.30000001], [76.6, 82.6], [3e8, 2.3e9], [1, 1, 1.5], [10**15], NEAR, [2**60, 2**60 + 1]],
    ids=str,
)
def test_ticks_hold_all_values_in_equal_steps(values):
    found = ticks(values)
    assert found[0] <= Fraction(str(min(values)))
    assert found[-1] >= Fraction(str(max(values)))
    assert 2 <= len(found) <= 7
    assert len({after - before for before, after in pairwise(found)}) == 1
    assert len(set(labels(found))) == len(found)
    places = axis(values)["places"]
    assert all(0 <= place <= 1 for place in places)
    assert np.argsort(values, kind="stable").tolist() == np.argsort(places, kind="stable").tolist()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([3e8, 2.3e9], ["0.0 G", "0.5 G", "1.0 G", "1.5 G", "2.0 G", "2.5 G"]),
        ([76.6, 82.6], ["76", "78", "80", "82", "84"]),
        ([10**27, 10**28], ["0 Y", "5000 Y", "10000 Y"]),
    ],
)
def test_labels_of_an_axis_are_in_one_unit(given, expected):
    assert labels(ticks(given)) == expected
