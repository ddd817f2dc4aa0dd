"""A picture of a front shows every point, holds its legend, and says what it shows."""

import numpy as np
import pytest

from levit_explore.render.front_points import shown
from tests.render.fronts import apart, boxes, drawn, found, labels, pixels

RANGES = [
    *[("wide", "flops,-params"), ("wide", "attention,mlp"), ("none", "attention,mlp"), ("none", "mlp,-flops")],
    *[("one", "flops,params"), ("deep", "flops,params"), ("deep", "activation_memory,bytes_moved")],
    *[("deep", "balance,-depth"), ("near", "params,flops")],
]
AIMS = ("-activation_memory", "-bytes_moved", "-attention", "-params", "-depth")


@pytest.mark.parametrize("aims", ["attention,mlp", "mlp,attention", "mlp,depth", "depth,-attention"])
def test_points_at_zero_are_in_the_picture(aims):
    points, axes = shown(found("none", aims)), drawn("none", aims).axes[0]
    assert min(points.fit.x.min(), points.fit.y.min()) == 0
    for shown_points in (points.front, points.fit):
        places = pixels(axes, shown_points)
        assert np.isfinite(places).all()
        assert all(axes.bbox.contains(x, y) for x, y in places)


@pytest.mark.parametrize("aims", ["attention,mlp", "mlp,-flops"])
def test_zero_has_a_label_where_there_are_points_at_zero(aims):
    axis = drawn("none", aims).axes[0].xaxis
    assert "0" in [tick.label1.get_text() for tick in axis.get_major_ticks()]


@pytest.mark.parametrize("sample", [None, 500])
@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_legend_is_within_the_picture(count, sample):
    made = drawn("deep", ",".join(AIMS[:count]), sample)
    (legend,) = made.legends
    box = legend.get_window_extent()
    words = boxes(legend.get_texts())
    assert made.bbox.x0 <= min(box.x0, *(one.x0 for one in words))
    assert max(box.x1, *(one.x1 for one in words)) <= made.bbox.x1
    assert made.bbox.y0 <= box.y0
    assert box.y1 <= made.axes[0].xaxis.label.get_window_extent().y0


@pytest.mark.parametrize(("name", "aims"), RANGES)
def test_labels_of_ticks_stand_apart(name, aims):
    made = drawn(name, aims)
    for side, axis in enumerate((made.axes[0].xaxis, made.axes[0].yaxis)):
        places = labels(axis)
        assert len(places) >= 3
        assert apart(places, side) >= (4, 1)[side]


@pytest.mark.parametrize(("name", "words"), [("one", "1 variant fits, of 1"), ("none", "3 variants fit, of 3")])
def test_title_counts_what_fits(name, words):
    assert drawn(name, "flops,params").axes[0].get_title("left").endswith(f": {words}")


def test_legend_says_how_many_of_the_front_have_no_place():
    made = drawn("none", "balance,depth")
    low, high = made.axes[0].get_xlim()
    assert -1 < low < high < 1  # as near to balance as published models are
    assert [one.get_text() for one in made.legends[0].get_texts()][:2] == [
        *("2 of the variants that fit", "front (balance, depth): 2, of which 1 has no balance"),
    ]


@pytest.mark.parametrize("name", ["none", "deep"])
def test_marks_in_the_legend_are_seen_on_white(name):
    for mark in drawn(name, "mlp,-flops").legends[0].legend_handles:
        assert mark.get_facecolor()[0, :3].max() < 0.7
