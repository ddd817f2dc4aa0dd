"""A page holds everything that it needs, asks nothing of a network, and takes names for what they are: text."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from levit_explore import load_spec, plan
from levit_explore.render.report.page import report
from levit_explore.render.sheet import text
from tests.render.report.pages import HOSTILE, digest, embedded, page, policy

SVG = "http://www.w3.org/2000/svg"


def test_levit256_takes_less_than_a_megabyte():
    assert len(page("levit256").encode()) < 1_000_000


@pytest.mark.parametrize("given", [("levit256",), ("levit128s", "levit256", "levit128s_a1")])
def test_a_policy_allows_the_page_s_own_style_and_script_and_nothing_else(given):
    content = page(*given)
    (style,) = re.findall(r"<style>(.*?)</style>", content, re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", content, re.DOTALL)
    assert policy(content) == {
        "default-src": "'none'",
        "script-src": digest(script),
        "style-src": digest(style),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_no_address_but_the_name_of_svg_is_in_the_page():
    assert set(re.findall(r"(?:https?|ftp|wss?):(?://|\\/\\/)[^\s\"'\\<]*", page("levit_digits", weights=True))) == {
        SVG
    }


def test_no_element_carries_a_style_or_a_handler():
    content = page("levit256")
    elements = re.sub(r"<(style|script)\b[^>]*>.*?</\1>", "", content, flags=re.DOTALL)
    assert re.findall(r"<[^>]*\s(?:style|on\w+)\s*=", elements) == []
    for graph in embedded(content)["specs"][0]["graphs"]:
        root = ElementTree.fromstring(graph["svg"])
        assert not [one for one in root.iter() for name in one.attrib if name == "style" or name.startswith("on")]
        assert not list(root.iter(f"{{{SVG}}}style"))


def test_boxes_of_graphs_are_rows_of_the_table():
    (spec,) = embedded(page("levit256"))["specs"]
    paths = {row["path"] for row in spec["rows"]["op"]}
    for graph in spec["graphs"]:
        boxes = [
            one.attrib["data-path"] for one in ElementTree.fromstring(graph["svg"]).iter() if "data-path" in one.attrib
        ]
        parts = [box for box in boxes if box != "image"]
        assert parts
        assert [box for box in parts if not any(f"{path}.".startswith(f"{box}.") for path in paths)] == []


@pytest.mark.parametrize("given", [("levit_digits",), ("levit128s", "levit256")])
def test_the_same_specs_give_the_same_bytes(given):
    assert report([plan(load_spec(name)) for name in given]) == page(*given)


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_stay_text(name):
    spec = replace(load_spec("levit_digits"), name=name, source=name)
    content = report([plan(spec)])
    assert re.findall(r"<(?:script|style)\b[^>]*>", content) == [
        "<style>",
        '<script type="application/json" id="data">',
        "<script>",
    ]
    assert policy(content)["default-src"] == "'none'"
    assert embedded(content)["title"] == text(f"{name} at 32x32")


def test_several_networks_have_no_id_twice():
    content = page("levit128s", "levit256")
    ids = [
        name
        for spec in embedded(content)["specs"]
        for graph in spec["graphs"]
        for name in re.findall(r'\bid="([^"]*)"', graph["svg"])
    ]
    assert len(ids) == len(set(ids)) > 0
