"""Bars: as long as their values, named, and valid whatever a name holds."""

from xml.etree import ElementTree

import pytest

from levit_explore.plan.tree import Role
from levit_explore.render.bars import Bar, bars
from levit_explore.render.graphs.colors import ROLE_FILLS
from levit_explore.render.sheet import text
from tests.render.graphs.graphs import HOSTILE

SVG = "{http://www.w3.org/2000/svg}"


def read(title: str, *found: Bar) -> ElementTree.Element:
    return ElementTree.fromstring(bars(title, found))


def drawn(found: ElementTree.Element) -> list[ElementTree.Element]:
    """The bars, which the background lies below."""
    paper, *rest = found.iter(f"{SVG}rect")
    assert paper.get("class") == "paper"
    return rest


def test_bars_are_as_long_as_their_values():
    found = read("", Bar("a", 50, ""), Bar("b", 100, ""), Bar("c", 0, ""), Bar("d", 25, ""))
    widths = [float(bar.get("width")) for bar in drawn(found)]
    assert [width / widths[1] for width in widths] == [0.5, 1, 0, 0.25]


def test_a_bar_has_its_name_its_words_and_the_colour_of_its_role():
    found = read("costs", Bar("a", 1, "1 FLOP", Role.MLP), Bar("b", 2, "2 FLOPs"))
    assert found.find(f"{SVG}title").text == "costs"
    assert [words.text for words in found.iter(f"{SVG}text")] == ["a", "1 FLOP", "b", "2 FLOPs"]
    assert [bar.get("fill") for bar in drawn(found)] == [ROLE_FILLS[Role.MLP], ROLE_FILLS[Role.OTHER]]


@pytest.mark.parametrize("values", [[], [0], [0, 0]])
def test_nothing_to_compare_draws_no_length(values):
    found = read("", *(Bar("a", value, "") for value in values))
    assert [float(bar.get("width")) for bar in drawn(found)] == [0] * len(values)


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_a_name_holds_is_text_within_the_picture(name):
    found = read(name, Bar(name, 1, name))
    begin = text(name)[:57]
    assert {one.tag.removeprefix(SVG) for one in found.iter()} == {"svg", "title", "style", "text", "rect"}
    assert all((words.text or "").startswith(begin) for words in found.iter(f"{SVG}text"))
    assert float(found.get("width")) < 1300
