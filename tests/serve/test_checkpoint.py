"""Weights are served as the spec behind them, with what they have learned."""

import json
from pathlib import Path

import pytest

from levit_explore import load_spec, plan
from levit_explore.errors import LevitError
from levit_explore.model.bias_source import maps_of
from levit_explore.render.report.data import report_data
from levit_explore.serve.source import source
from tests.serve.serving import first, served

DIGITS = str(Path(__file__).parents[2] / "docs" / "examples" / "digits.safetensors")
DEEPER = {"do": "step", "path": ["stages", 0, "depth"], "steps": 1}


@pytest.fixture(scope="module")
def server():
    with served(DIGITS) as found:
        yield found


def test_learned_biases_are_shown_as_long_as_they_fit(server):
    known, planned = first(server), plan(load_spec("levit_digits"))
    learned = server.edit(known, None, "report")["specs"][0]["biases"]
    assert learned == json.loads(
        json.dumps(report_data([planned], maps=maps_of(DIGITS, planned))["specs"][0]["biases"])
    )
    renamed = server.edit(known, {"do": "set", "path": ["name"], "text": "other"})
    assert server.edit(renamed, None, "report")["specs"][0]["biases"] == learned
    deeper = server.edit(known, DEEPER)
    assert server.edit(deeper, None, "report")["specs"][0]["biases"] is None


def test_weights_are_not_saved_over(server):
    known = server.edit(first(server), DEEPER)
    assert (known["file"], known["savable"]) == (None, False)
    assert known["download"].endswith(".yaml")
    assert server.edit(known, None, "save")["problem"]["lines"][0].endswith("download the YAML instead")
    assert b"stages" in server.get(f"yaml?{known['query']}").body


def test_the_plain_command_writes_the_spec_first(server):
    inspect, flops = first(server)["command"].split(" && ")
    assert inspect == f"levit-explore inspect {DIGITS} -o digits_spec.yaml"
    assert flops == "levit-explore flops digits_spec.yaml"


def test_edits_on_the_command_line_are_for_specs():
    with pytest.raises(LevitError, match="edit specs, and this is a checkpoint"):
        source(DIGITS, ("stages.0.depth=3",))
