"""A picture of a front shows every point, holds its legend, and says what it shows."""

import warnings

import numpy as np
import pytest

from levit_explore.render.front import encoded
from levit_explore.render.front_points import shown
from tests.render.fronts import apart, boxes, drawn, found, labels, named, pixels, written

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
    assert drawn(name, "flops,params").axes[0].get_title("left") == f"{found(name, 'flops,params').space.name}\n{words}"


@pytest.mark.parametrize("name", ["a" * 80, "W" * 80, "word " * 40, "i" * 100, "x" * 5000, "$a$" * 60])
def test_long_names_are_cut_where_the_picture_ends(name):
    made = written(named("none", name))
    title = made.axes[0]._left_title
    shown_name, counts = title.get_text().split("\n")
    box = title.get_window_extent()
    assert counts == "3 variants fit, of 3"
    assert made.bbox.x0 <= box.x0 < box.x1 <= made.bbox.x1
    assert box.y1 <= made.bbox.y1
    assert shown_name == name or (shown_name.endswith("…") and name.startswith(shown_name[:-1]))
    if shown_name != name:  # no more than a letter, its space and the edge are left
        assert box.x1 >= made.bbox.x1 - 40


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_names_without_glyphs_raise_no_warning(suffix):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        encoded(named("none", "探索"), suffix)
    assert [str(one.message) for one in told] == []


@pytest.mark.parametrize("aims", ["attention,mlp", "params,flops"])
def test_colours_end_where_there_is_no_mlp_and_are_grey_where_there_is_neither(aims):
    made, points = drawn("bare", aims), shown(found("bare", aims)).fit
    cloud = made.axes[0].collections[0]
    colours = cloud.get_facecolor()
    end = cloud.get_cmap()(1.0)
    rows = found("bare", aims).some.columns
    assert len(colours) == len(points.x) == 6
    for attention, mlp, colour in zip(rows["attention"], rows["mlp"], colours, strict=True):
        if mlp == 0 and attention > 0:
            assert tuple(colour) == end
        elif mlp == 0:
            assert np.ptp(colour[:3]) == 0
            assert colour[0] < 0.6
        else:
            assert np.ptp(colour[:3]) > 0


@pytest.mark.parametrize(("name", "there"), [("bare", True), ("none", True), ("deep", False), ("one", False)])
def test_legend_names_points_without_a_ratio_where_there_are_some(name, there):
    words = [one.get_text() for one in drawn(name, "params,flops").legends[0].get_texts()]
    assert ("no FLOPs of attention or MLP" in words) == there


def test_points_of_the_cloud_have_a_rim_darker_than_the_ground():
    axes = drawn("deep", "flops,params").axes[0]
    rim = axes.collections[0].get_edgecolor()
    assert len(rim) > 0
    assert rim[:, :3].max() < min(axes.get_facecolor()[:3]) - 0.25


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
