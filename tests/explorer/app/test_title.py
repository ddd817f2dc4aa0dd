"""The line at the top says all that it has to on 80 columns; long names are cut, and where they are is seen."""

import pytest
from rich.cells import cell_len

from levit_explore.explorer.actions import Pin, SetField, StepField
from levit_explore.explorer.app.screen import Explorer
from levit_explore.explorer.app.title import title
from levit_explore.explorer.results import results
from levit_explore.explorer.state import opened
from levit_explore.explorer.update import update
from tests.explorer.app.screens import NARROW, explored, lines

LONG = "a_network_with_a_name_that_says_all_that_was_ever_changed_in_it"
NAMES = [LONG, "ネットワーク" * 6, f"{LONG}\n\x1b[31m{LONG}", "levit256"]


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def _state(name, source="levit256", pinned=False):
    state = update(opened(source), SetField(("name",), repr(name)))
    return update(state, Pin()) if pinned else update(state, StepField(("stages", 0, "depth"), 1))


@pytest.mark.parametrize("pinned", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_what_stands_behind_a_long_name_is_said_on_80_columns(name, pinned):
    state = _state(name, pinned=pinned)
    said = title(state, results(state), NARROW).plain
    assert cell_len(said) <= NARROW[0] - 2
    assert " at 224x224 | FLOPs under levit | " in said
    assert said.endswith("against B" if pinned else "against levit256")


def test_a_long_name_begins_as_it_does_and_says_that_it_goes_on():
    shown = title(_state(LONG), results(_state(LONG)), NARROW).plain.split(" at ")[0]
    assert shown.endswith("…")
    assert LONG.startswith(shown[:-1])
    assert len(shown) > 10


def test_a_name_that_has_room_is_whole():
    state = _state(LONG)
    assert title(state, results(state), (160, 50)).plain.startswith(f"{LONG} at ")


@pytest.mark.parametrize("folder", ["", "a_folder_with_a_name_that_is_long/" * 4])
def test_a_long_path_keeps_its_end(folder, home):
    path = home / folder / "mine.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("extends: levit128s\n")
    state = _state(LONG, str(path))
    said = title(state, results(state), NARROW).plain
    assert cell_len(said) <= NARROW[0] - 2
    assert "/mine.yaml" in said


def test_what_has_no_room_ends_in_an_ellipsis_on_the_screen():
    async def script(app, pilot):
        return lines(app)[0]

    for size, end in ((NARROW, "against levit256"), ((60, 24), "…")):
        first = explored(Explorer(_state(LONG)), script, size)
        assert first.count("…") == 1 + (end == "…")
        assert first.endswith(end)
