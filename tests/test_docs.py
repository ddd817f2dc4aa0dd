"""The parts of the documentation that are made from the code are up to date."""

import html
import re
import runpy
import shlex
from pathlib import Path

import pytest

from levit_explore.cli.main import run

DOCS = Path(__file__).parents[1] / "docs"
BIASES = (DOCS / "biases.md").read_text(encoding="utf-8")
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
    ("command", "printed"), re.findall(r"^```console\n\$ levit-explore ([^\n]+)\n(.*?)^```", BIASES, re.S | re.M)
)
def test_command_prints_what_the_page_on_biases_shows(command, printed, monkeypatch, capsys):
    monkeypatch.chdir(DOCS.parent)
    assert run(shlex.split(command)) == 0
    assert capsys.readouterr().out == printed


@pytest.mark.parametrize("command", re.findall(r"^levit-explore (.*-o docs/.*)$", BIASES, re.M))
def test_command_draws_what_the_page_on_biases_shows(command, monkeypatch, tmp_path):
    monkeypatch.chdir(DOCS.parent)
    *words, shown = shlex.split(command)
    assert run([*words, str(tmp_path / "made.svg")]) == 0
    assert _figure(tmp_path / "made.svg") == _figure(DOCS.parent / shown)


def _figure(path):
    """The words and the number of images of a figure; fonts and paths differ from one matplotlib to another."""
    svg = path.read_text(encoding="utf-8")
    return re.findall(r"<!-- (.*?) -->", svg) + _words(svg), svg.count("<image")
