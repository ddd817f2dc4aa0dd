"""What the command line opens is what `o` opens."""

import json
import sys
from pathlib import Path

import pytest

from levit_explore import LevitError
from levit_explore.cli.explore import explore
from levit_explore.explorer.actions import Open
from levit_explore.explorer.state import opened
from levit_explore.explorer.update import update

STAGES = [{"dim": 64, "depth": 1, "heads": 2, "key_dim": 16}]
FILES = {
    "net.yaml": "extends: levit128s",
    "net.json": json.dumps({"stages": STAGES}),
    "net": f"stages: {STAGES}",
    "over.txt": "extends: net.yaml\nnum_classes: 10",
    "none.json": json.dumps({"weight_map": {}}),
    "torn.json": "{",
}


@pytest.fixture(autouse=True)
def states(tmp_path, monkeypatch):
    """What the explorer was run on, in a terminal, with some files beside it."""
    found = []
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("levit_explore.explorer.app.opening.run", lambda state, tables, watch: found.append(state))
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(getattr(sys, name), "isatty", lambda: True)
    return found


@pytest.mark.parametrize("source", ["net.yaml", "net.json", "net", "over.txt", "levit256"])
def test_what_o_opens_is_opened_at_the_command_line(source, states):
    explore(source)
    assert states == [update(opened("levit128s"), Open(source))]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("nope.json", "nope.json: no such file"),
        ("none.json", "none.json: "),
        ("torn.json", "torn.json: "),
        ("-", "open a bundled name or a YAML path"),
    ],
)
def test_what_is_no_spec_is_said_in_a_line_that_names_it(source, line, states):
    with pytest.raises(LevitError) as error:
        explore(source)
    assert line in str(error.value)
    assert "\n" not in str(error.value)
    assert not Path(source).exists() or update(opened("levit128s"), Open(source)).problem is not None
    assert states == []
