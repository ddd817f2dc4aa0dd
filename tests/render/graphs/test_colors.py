"""Colours: contrast as WCAG defines it, and fills that nobody takes for one another."""

from itertools import combinations, pairwise

import pytest

from levit_explore.render.graphs.changes import FILLS
from levit_explore.render.graphs.colors import FAINT, INK, ROLE_FILLS, contrast, scale

PLACES = [step / 100 for step in range(101)]
# Machado, Oliveira & Fernandes 2009, severity 1.0, on linear RGB
SIGHTS = {
    "full": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red cones": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green cones": (
        *((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    ),
    "no blue cones": (
        *((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    ),
}
TO_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
WHITE = (0.9505, 1.0, 1.089)
APART = 10  # CIE76; about 2 is just noticed


def times(matrix, vector):
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def lab(color, sight):
    """CIE L*a*b* (D65) of a colour as it is seen."""
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    seen = [min(max(value, 0), 1) for value in times(SIGHTS[sight], linear)]
    ratios = [value / white for value, white in zip(times(TO_XYZ, seen), WHITE, strict=True)]
    x, y, z = (ratio ** (1 / 3) if ratio > 0.008856 else 7.787 * ratio + 16 / 116 for ratio in ratios)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one, other, sight):
    return sum((a - b) ** 2 for a, b in zip(lab(one, sight), lab(other, sight), strict=True)) ** 0.5


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#777777", "#ffffff", 4.48), ("#767676", "#ffffff", 4.54), ("#0000ff", "#ffffff", 8.59)],  # WebAIM's checker
)
def test_contrast_is_that_of_wcag(one, other, expected):
    assert contrast(one, other) == pytest.approx(expected, abs=0.005)
    assert contrast(one, other) == contrast(other, one)


@pytest.mark.parametrize("fill", [*ROLE_FILLS.values(), *FILLS.values(), *map(scale, PLACES)])
def test_text_is_read_on_every_fill(fill):
    assert min(contrast(INK, fill), contrast(FAINT, fill)) >= 4.5


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("fills", [ROLE_FILLS, FILLS], ids=["roles", "fates"])
def test_fills_are_told_apart_however_colours_are_seen(fills, sight):
    near = {pair: distance(*pair, sight) for pair in combinations(fills.values(), 2)}
    assert min(near.values()) >= APART, near


def test_a_scale_grows_darker():
    lights = [lab(scale(place), "full")[0] for place in PLACES]
    assert all(after < before for before, after in pairwise(lights))
