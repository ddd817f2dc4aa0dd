"""The parts of the documentation that are made from the code are up to date."""

import html
import re
import runpy
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from levit_explore.cli.main import run

DOCS = Path(__file__).parents[1] / "docs"
NAMES = ("biases.md", "graphs.md", "report.md", "search.md")
PAGES = {name: (DOCS / name).read_text(encoding="utf-8") for name in NAMES}
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


@pytest.mark.parametrize(
    ("command", "printed"),
    re.findall(r"^```console\n\$ levit-explore ([^\n]+)\n(.*?)^```", "".join(PAGES.values()), re.S | re.M),
)
def test_command_prints_what_a_page_shows(command, printed, monkeypatch, capsys):
    monkeypatch.chdir(DOCS.parent)
    assert run(shlex.split(command)) == 0
    assert capsys.readouterr().out == printed


@pytest.mark.parametrize("command", re.findall(r"^levit-explore (.*)$", "".join(PAGES.values()), re.M))
def test_command_of_a_page_does_what_it_says(command, monkeypatch, tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "examples").symlink_to(DOCS / "examples")
    monkeypatch.chdir(tmp_path)
    assert run(["new", "my_levit", "--from", "levit256", "--set", "stages.1.depth=5"]) == 0
    assert run(shlex.split(command)) == 0
    made = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "my_levit.yaml"]
    assert made
    for path in made:
        if path.parent.name == "docs":
            assert _figure(path) == _figure(DOCS / path.name)


@pytest.mark.parametrize("page", PAGES)
def test_every_picture_of_a_page_is_made_by_a_command(page):
    pictures = set(re.findall(r"^!\[[^\]]*\]\((.*)\)$", PAGES[page], re.M))
    assert pictures
    for picture in pictures - {"report.png"}:  # which the browser makes
        assert re.search(rf"(-o|--plot) docs/{picture}", PAGES[page])


@pytest.mark.skipif(shutil.which("chromium") is None, reason="there is no Chromium to take a picture with")
def test_picture_of_the_report_shows_the_report_as_it_is(tmp_path):
    pytest.importorskip("playwright", reason="playwright drives the browser")
    MAKE["report_picture"](tmp_path / "report.png")
    made, shown = (Image.open(folder / "report.png").convert("L") for folder in (tmp_path, DOCS))
    assert made.size == shown.size
    coarse = [np.asarray(image.resize((50, 45))).astype(float) for image in (made, shown)]
    assert abs(coarse[0] - coarse[1]).mean() < 6  # of 255: letters differ from font to font, what stands where does not


def _figure(path):
    """The words and the number of images of a figure; fonts and paths differ from one matplotlib to another."""
    svg = path.read_text(encoding="utf-8")
    return re.findall(r"<!-- (.*?) -->", svg) + _words(svg), svg.count("<image")
