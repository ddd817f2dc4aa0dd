"""Names of published models stand where they can be read, and hide nothing that is on the front."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from levit_explore.render.front_places import Scene, places
from levit_explore.render.front_points import shown
from tests.render.fronts import boxes, drawn, found, pixels

NEAR = 10  # from a star in points, where a name is taken for that of the star
SPACES = [
    *[("wide", "flops,-params"), ("wide", "flops,params"), ("none", "attention,mlp"), ("one", "flops,params")],
    *[("deep", "flops,params"), ("deep", "flops,-params"), ("deep", "balance,-depth"), ("deep", "depth,balance")],
    *[("near", "flops,params"), ("near", "flops,-params"), ("near", "balance,-depth"), ("near", "depth,-bytes_moved")],
]


@pytest.mark.parametrize(("name", "aims"), SPACES)
def test_names_overlap_neither_each_other_nor_the_edge(name, aims):
    made = drawn(name, aims)
    axes, places = made.axes[0], boxes(made.axes[0].texts)
    assert len(places) == 5
    for one, other in combinations(places, 2):
        assert not one.overlaps(other)
    for one in places:
        assert axes.bbox.x0 <= one.x0 < one.x1 <= axes.bbox.x1
        assert axes.bbox.y0 <= one.y0 < one.y1 <= axes.bbox.y1


@pytest.mark.parametrize(("name", "aims"), SPACES)
def test_names_hide_no_point_of_the_front_and_no_star(name, aims):
    made, points = drawn(name, aims), shown(found(name, aims))
    stars = made.axes[0].transData.transform([(one.x, one.y) for one in points.published])
    for box in boxes(made.axes[0].texts):
        for x, y in np.concatenate([stars, pixels(made.axes[0], points.front)]):
            assert not box.contains(x, y)


def test_names_that_stand_away_have_a_line_to_their_model():
    made = drawn("wide", "flops,-params")
    points = shown(found("wide", "flops,-params"))
    stars = made.axes[0].transData.transform([(one.x, one.y) for one in points.published])
    for name, box, star in zip(made.axes[0].texts, boxes(made.axes[0].texts), stars, strict=True):
        nearest = np.clip(star, box.min, box.max)
        away = float(np.hypot(*(nearest - star))) * 72 / made.dpi
        assert (name.arrow_patch is not None) == (away > 12)


@pytest.mark.parametrize(("name", "aims"), [*SPACES, ("wide", "attention,-mlp")])
def test_names_beside_a_star_are_its_own(name, aims):
    made, points = drawn(name, aims), shown(found(name, aims))
    stars = made.axes[0].transData.transform([(one.x, one.y) for one in points.published])
    for index, box in enumerate(boxes(made.axes[0].texts)):
        far = np.hypot(*(np.clip(stars, box.min, box.max) - stars).T) * 72 / made.dpi
        assert min(far[index], NEAR) <= far.min() + 1e-6


@pytest.mark.parametrize(("name", "aims"), SPACES)
def test_names_stand_beside_the_line_along_the_front(name, aims):
    axes = drawn(name, aims).axes[0]
    line = axes.lines[0].get_transform().transform_path(axes.lines[0].get_path())
    assert len(line.vertices) >= 1
    for box in boxes(axes.texts):
        assert not (len(line.vertices) > 1 and line.intersects_bbox(box, filled=False))


@given(st.lists(st.tuples(st.integers(10, 360), st.integers(10, 270)), min_size=5, max_size=5))
def test_names_find_room_wherever_the_stars_are(corners):
    stars, size = np.array(corners, float), (112.0, 9.0)
    nothing = np.empty((0, 2))
    found = places(Scene((0, 0, 370, 280), stars, nothing, nothing), [size] * 5)
    lows = stars + [(one.x, one.y) for one in found]
    assert (lows >= 0).all()
    assert (lows + size <= (370, 280)).all()
    for one, other in combinations(lows, 2):
        assert (np.abs(one - other) >= size).any()
