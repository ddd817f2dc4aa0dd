"""What pictures draw is what the numbers are: areas, lengths, colours and places are held against the data."""

import re
from itertools import pairwise

import numpy as np
import pytest

from levit_explore import CONVENTIONS
from levit_explore.render.report.biases import biases
from tests.render.report.measures import lines, rects
from tests.render.report.pages import LEARNED, ONE, TWO, digits, embedded, page

UNIT = 10  # of a key in a bias map
PHONE = {"width": 360, "height": 740}


def specs(names):
    return embedded(page(*names))["specs"]


@pytest.mark.parametrize("convention", ["levit", "fvcore", "torchinfo"])
@pytest.mark.parametrize("viewport", [None, PHONE])
def test_areas_of_parts_are_their_flops(visit, convention, viewport):
    tab = visit(ONE, **({"viewport": viewport} if viewport else {}))
    tab.get_by_label("FLOPs counted as").select_option(label=convention)
    at = list(CONVENTIONS).index(convention)
    expected = [
        (half["role"], half["flops"][at])
        for part in specs(ONE)[0]["area"]
        for half in part["halves"]
        if part["flops"][at]
    ]
    drawn = rects(tab.locator("#spec0-area .piece .fill"))
    assert [one["class"].split()[1] for one in drawn] == [role for role, _ in expected]
    areas = np.array([one["width"] * one["height"] for one in drawn])
    flops = np.array([float(flops) for _, flops in expected])
    assert areas / areas.sum() == pytest.approx(flops / flops.sum(), abs=2e-4)
    assert flops.max() > 2 * np.median(flops)  # so that equal areas would not do


def test_parts_and_halves_stand_side_by_side_without_gaps(visit):
    tab = visit(ONE)
    groups = tab.locator("#spec0-area .piece")
    parts = [rects(group.locator(".fill")) for group in groups.all()]
    for before, after in pairwise(parts):
        assert before[0]["x"] + before[0]["width"] == pytest.approx(after[0]["x"], abs=0.01)
    for halves in parts:
        assert len({half["width"] for half in halves}) == 1
        for above, below in pairwise(halves):
            assert above["y"] + above["height"] == pytest.approx(below["y"], abs=0.01)


def test_opened_parts_are_as_wide_as_the_flops_of_their_blocks(visit):
    tab = visit(ONE)
    tab.locator("#spec0-area .piece[data-path='stages.1.downsample'] rect").first.click()
    found = rects(tab.locator("#spec0-area .piece .fill"))
    rows = specs(ONE)[0]["rows"]["block"]
    flops = [row["flops"][0] for row in rows if row["path"].startswith("stages.1.downsample.")]
    assert found[0]["width"] / found[1]["width"] == pytest.approx(flops[0] / flops[1], rel=1e-3)


@pytest.mark.parametrize(
    ("place", "values"),
    [
        ("ledger", lambda spec: spec["totals"]),
        ("balance", lambda spec: [part[side] for part in spec["balance"]["net"][0]["parts"] for side in SIDES]),
        ("memory figure:first-child", lambda spec: [part["params"] for part in spec["memory"]["parts"]]),
        ("memory figure:last-child", lambda spec: [part["activations"] for part in spec["memory"]["parts"]]),
    ],
)
@pytest.mark.parametrize("viewport", [None, PHONE])
def test_bars_are_as_long_as_their_values(visit, place, values, viewport):
    tab = visit(ONE, **({"viewport": viewport} if viewport else {}))
    drawn = rects(tab.locator(f"#spec0-{place} .canvas .fill"))
    expected = np.array(values(specs(ONE)[0]), dtype=float)
    lengths = np.array([one["width"] for one in drawn])
    assert lengths / lengths.max() == pytest.approx(expected / expected.max(), abs=1e-4)
    assert len(set(lengths)) > 3
    assert len({one["x"] for one in drawn}) == 1


SIDES = ("attention", "mlp")


@pytest.mark.parametrize("names", [ONE, TWO], ids=" ".join)
def test_every_mlp_and_nothing_else_is_hatched(visit, names):
    tab = visit(names)
    found = tab.locator(".fill").evaluate_all(
        """all => all.filter(one => one.getBBox().width).map(one => {
          const next = one.nextElementSibling, mine = one.getBBox();
          const hatched = Boolean(next && next.matches('.hatch'));
          const box = hatched ? next.getBBox() : mine;
          const near = ['x', 'y', 'width', 'height'].every(side => Math.abs(box[side] - mine[side]) <= 8);
          const seen = !hatched || getComputedStyle(next).stroke !== 'none';
          return [one.matches('.mlp'), hatched, near, seen];
        })"""
    )
    assert [mlp for mlp, _, _, _ in found] == [hatched for _, hatched, _, _ in found]
    assert sum(mlp for mlp, _, _, _ in found) > 20
    assert all(near and seen for _, _, near, seen in found)


def test_networks_side_by_side_are_drawn_on_one_scale(visit):
    tab = visit(TWO)
    totals = [spec["totals"][0] for spec in specs(TWO)]
    widths = []
    for network, spec in zip(tab.locator("#comparison .network").all(), specs(TWO), strict=True):
        drawn = rects(network.locator(".fill"))
        areas = np.array([one["width"] * one["height"] for one in drawn])
        flops = np.array([half["flops"][0] for part in spec["area"] for half in part["halves"]], dtype=float)
        assert areas / areas.sum() == pytest.approx(flops / flops.sum(), abs=2e-4)
        widths.append(max(one["x"] + one["width"] for one in drawn))
    assert widths[0] / widths[1] == pytest.approx(totals[0] / totals[1], rel=1e-3)


@pytest.mark.parametrize("place", [0, 1], ids=["full resolution", "shrinking"])
def test_every_key_has_the_colour_of_its_bias(visit, place):
    tab = visit(LEARNED)
    block = [next(one for one in digits() if one.stride == stride) for stride in (1, 2)][place]
    shades, colors = next(
        (one["shades"], biases(digits())["colors"]) for one in biases(digits())["maps"] if one["path"] == block.path
    )
    tab.get_by_label("Attention", exact=True).select_option(block.path)
    tab.get_by_role("application").press("ArrowUp")
    query = [side // 2 for side in block.query_grid]
    query[0] -= 1
    for head, picture in enumerate(tab.locator("#spec0-biases .head svg").all()):
        drawn = {}
        for fill, d in picture.locator("path").evaluate_all(
            "all => all.map(one => [one.getAttribute('fill'), one.getAttribute('d')])"
        ):
            drawn |= {(int(y) // UNIT, int(x) // UNIT): fill for x, y in re.findall(r"M(\d+) (\d+)h", d)}
        offsets = block.index[block.query(*query)].reshape(block.key_grid)
        assert drawn == {key: colors[shades[head][offset]] for key, offset in np.ndenumerate(offsets)}


def test_the_outlined_square_is_the_key_that_the_query_stands_on(visit):
    tab = visit(LEARNED)
    block = next(one for one in digits() if one.stride == 2)
    tab.get_by_label("Attention", exact=True).select_option(block.path)
    maps = tab.get_by_role("application")
    for key in [*["ArrowUp", "ArrowLeft"] * 9, "ArrowDown", "ArrowRight", "ArrowRight"]:
        maps.press(key)
    for square in rects(tab.locator("#spec0-biases .query")):
        assert (square["y"] // UNIT, square["x"] // UNIT) == (1 * block.stride, 2 * block.stride)


def test_no_border_covers_a_part_of_a_small_network_beside_a_large_one(visit_page):
    tab = visit_page(page("levit128s", "levit512_s8"))
    parts = tab.locator("#comparison .network").first.locator(".fill")
    widths = [one["width"] for one in rects(parts)]
    borders = [float(width.removesuffix("px")) for _, _, width, _ in lines(parts)]
    assert 0 < min(widths) < 1 < 5 < sum(widths)
    assert all(border <= width for border, width in zip(borders, widths, strict=True))
