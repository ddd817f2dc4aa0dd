"""What a paper prints is true of one network: it goes with an edit, and comes back with the network."""

import pytest

from levit_explore import load_spec
from levit_explore.explorer.actions import ResetAll, Saved, SetField, StepField, Undo
from levit_explore.explorer.state import opened
from levit_explore.explorer.update import update
from levit_explore.spec.write import to_yaml

DEPTH = ("stages", 1, "depth")
BACK = [
    [SetField(DEPTH, "4")],
    [ResetAll(), SetField(DEPTH, "4")],
    [StepField(DEPTH, -1)],
    [Undo()],
    [Undo(), SetField(DEPTH, "7"), SetField(DEPTH, "4")],
    [SetField(DEPTH, "6"), Undo(), Undo()],
    [SetField(("name",), "mine"), SetField(DEPTH, "4")],
]


def after(state, *actions):
    for action in actions:
        state = update(state, action)
        assert state.problem is None, state.problem
    return state


@pytest.mark.parametrize("saved", [[Saved("net.yaml")], [Saved("net.yaml"), Saved("again.yaml")]])
@pytest.mark.parametrize("back", BACK)
def test_what_the_paper_prints_comes_back_with_its_network_though_another_was_saved(saved, back, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text(to_yaml(dict(opened("levit256").value)))
    state = after(opened("net.yaml"), SetField(DEPTH, "5"), *saved)
    assert state.spec.published is None
    spec = after(state, *back).spec
    assert (spec.stages, spec.published) == (load_spec("levit256").stages, load_spec("levit256").published)
