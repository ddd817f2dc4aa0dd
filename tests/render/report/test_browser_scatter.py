"""Points of cost against accuracy stand where the ticks say, and say which of them were trained alike."""

from dataclasses import replace

import pytest

from levit_explore import load_spec, plan
from levit_explore.render.report.page import report
from tests.render.report.measures import middles
from tests.render.report.pages import TWO, embedded, page


@pytest.fixture
def near():
    """Two networks with a published accuracy that differ by the costs of one class in two heads."""
    spec = load_spec("levit256")
    return report([plan(spec), plan(replace(spec, name="levit256_head", num_classes=999))])


@pytest.mark.parametrize(("place", "key"), [(0, "flops"), (1, "params")])
@pytest.mark.parametrize("content", ["far apart", "nearly alike"])
def test_points_stand_where_the_ticks_say(visit_page, near, content, place, key):
    content = page(*TWO, "levit128s_a1") if content == "far apart" else near
    tab = visit_page(content)
    figure = tab.locator("#comparison figure", has=tab.locator(".point")).nth(place)
    scatter = embedded(content)["comparison"]["scatter"]
    order = sorted(scatter["points"], key=lambda point: -point["top1"])
    costs = [float(point[key][0] if key == "flops" else point[key]) for point in order]
    places = middles(figure.locator(".canvas .point"))
    rules = middles(figure.locator(".rule"))
    labels = figure.locator(".rule + text").all_text_contents()
    count = len(scatter[key][0]["ticks"] if key == "flops" else scatter[key]["ticks"])
    for values, at, spots, words in (
        (costs, 0, rules[:count], labels[:count]),
        ([point["top1"] for point in order], 1, rules[count:], labels[count:]),
    ):
        ticks = [read(word) for word in words]
        assert len(set(ticks)) == len(words) == len(spots) > 1
        seen = [spot[at] for spot in spots]
        assert (seen == sorted(seen)) is (at == 0)  # to the right, and up
        scale = (ticks[-1] - ticks[0]) / (seen[-1] - seen[0])
        found = [ticks[0] + scale * (one[at] - seen[0]) for one in places]
        assert found == pytest.approx(values, abs=abs(scale))  # a pixel
    names = figure.locator(".point + text").all_text_contents()
    assert names == [point["name"] for point in order]


def read(label):
    """The number that a label stands for."""
    digits, *prefix = label.split()
    return float(digits) * 1000 ** ("kMGT".index(prefix[0]) + 1 if prefix else 0)


def test_accuracies_of_different_sources_have_different_marks_and_a_legend(visit_page):
    names = ("levit128s", "levit128s_base", "levit256")
    tab = visit_page(page(*names))
    figure = tab.locator("#comparison figure", has=tab.locator(".point")).first
    marks = figure.locator(".canvas .point").evaluate_all("all => all.map(one => one.getAttribute('d'))")
    drawn = dict(zip(figure.locator(".point + text").all_text_contents(), marks, strict=True))
    assert drawn["levit128s"] == drawn["levit256"] != drawn["levit128s_base"]
    keys = figure.locator(".legend li")
    legend = dict(
        zip(
            keys.all_inner_texts(),
            keys.locator(".point").evaluate_all("all => all.map(one => one.getAttribute('d'))"),
            strict=True,
        )
    )
    assert {words.strip(): mark for words, mark in legend.items()} == {
        load_spec(name).published.source: drawn[name] for name in names
    }
    assert "100 epochs" in load_spec("levit128s_base").published.source
