"""The parts of the documentation that are made from the code are up to date."""

import html
import re
import runpy
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
MAKE = runpy.run_path(str(DOCS / "make.py"))


def _words(svg):
    return html.unescape(" ".join(re.findall(r"<text[^>]*>(.*?)</text>", svg))).split()


def test_picture_shows_what_the_command_prints():
    shown = (DOCS / "flops.svg").read_text(encoding="utf-8")
    assert _words(shown) == _words(MAKE["flops_picture"]())


def test_picture_asks_nothing_of_the_network():
    shown = (DOCS / "flops.svg").read_text(encoding="utf-8")
    assert set(re.findall(r"(?:href|src|url)\W*(https?:[^\s\"')]*)", shown)) == set()


def test_spec_page_describes_the_rules_as_they_are():
    assert (DOCS / "spec.md").read_text(encoding="utf-8") == MAKE["spec_page"]()
