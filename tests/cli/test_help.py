"""Every command's help ends with an example that runs."""

import shlex
import shutil
from pathlib import Path

import pytest
import typer

from levit_explore.cli.commands import app
from levit_explore.model import counters
from tests.cli.call import call, printed

GROUP = typer.main.get_command(app)
COMMANDS = {"": GROUP} | GROUP.commands
FAILS = "balance"  # whose example is a check that does not hold
WROTE = {"new": "wrote my_levit.yaml\n", "convert": "wrote 214 tensors to digits.pth\n"}
DIGITS = Path(__file__).parents[2] / "docs" / "examples" / "digits.safetensors"


UNTIL_LEFT = ("explore", "serve")  # run until they are left, and are tested in a terminal and a browser


@pytest.fixture(autouse=True)
def _quick_and_wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(counters, "installed", lambda: ["fvcore"])  # the others take seconds


def test_help_lists_every_command():
    assert list(GROUP.commands) == [
        *("list", "show", "schema", "flops", "reconcile", "balance", "diff", "new"),
        *("verify", "inspect", "convert", "biases", "explore", "fit", "graph", "report", "serve", "sweep"),
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_ends_with_an_example(name):
    example = COMMANDS[name].epilog
    assert example.startswith(f"Example: levit-explore {name}")
    assert printed(*name.split(), "--help").rstrip().splitlines()[-1].strip() == example


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in UNTIL_LEFT])
def test_the_example_runs(name):
    words = shlex.split(COMMANDS[name].epilog.removeprefix("Example: levit-explore "))
    if "my_levit.yaml" in words and "-o" not in words:
        call("new", "my_levit", "--from", "levit256", "--set", "stages.1.depth=5")
    if "digits.safetensors" in words:
        shutil.copy(DIGITS, "digits.safetensors")
    status, out, err = call(*words)
    assert (status, err) == (1 if name == FAILS else 0, WROTE.get(name, ""))
    assert bool(out) == ("-o" not in words and name != "new")


def test_without_arguments_there_is_help():
    assert printed() == printed("--help")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained(name):
    assert [option.name for option in COMMANDS[name].params if not option.help] == []
