"""Nothing is lost without a word: files that others saved, text in an open line, B, and what checkpoints taught."""

from dataclasses import replace

import numpy as np
import pytest

from levit_explore import load_spec, plan
from levit_explore.analysis.biases import bias_maps
from levit_explore.explorer.app.findings import FindingsPane
from levit_explore.explorer.app.screen import Explorer
from levit_explore.explorer.results import results
from levit_explore.explorer.state import opened
from tests.explorer.app.screens import WIDE, YAML, explored, lines, options, press, typing

pytestmark = pytest.mark.usefixtures("mine")


def after(keys, source="mine.yaml", **changed):
    """The state after some keys, and what then stands on the screen."""

    async def script(app, pilot):
        await press(pilot, keys)
        return app.state, " ".join(" ".join(lines(app)).split())

    return explored(Explorer(replace(opened(source), **changed)), script)


@pytest.mark.parametrize(
    ("answer", "saved", "shown"),
    [("enter", (128, 2), 2), ("enter u", (128, 2), 3), ("down enter", (64, 3), 3), ("escape", (128, 2), 3)],
)
def test_saving_asks_where_another_program_saved_the_file_since(mine, answer, saved, shown):
    async def script(app, pilot):
        await press(pilot, "down 3 enter")
        mine.write_text(YAML.replace("dim: 64", "dim: 128"))
        await press(pilot, "s")
        assert options(app) == ["take", "write"]
        await press(pilot, answer)
        return app.state.spec.stages[0].depth

    assert explored(Explorer(opened("mine.yaml")), script) == shown
    stage = load_spec("mine.yaml").stages[0]
    assert (stage.dim, stage.depth) == saved


def test_saving_does_not_ask_about_comments_nor_about_what_it_wrote_itself(mine):
    async def script(app, pilot):
        await press(pilot, "down 3 enter s 4 enter")
        mine.write_text(mine.read_text() + "# the end")
        await press(pilot, "s")

    explored(Explorer(opened("mine.yaml")), script)
    assert mine.read_text() == YAML.replace("depth: 2", "depth: 4") + "# the end"


def test_standard_input_is_not_opened():
    state, shown = after("o minus enter")
    assert state.source == "mine.yaml"
    assert "open a bundled name or a YAML" in shown


@pytest.mark.parametrize("name", ["mynet", "levit128s", "my.net"])
def test_a_spec_is_saved_only_under_a_name_that_can_be_opened_again(tmp_path, name):
    state, shown = after(f"s ctrl+u {typing(name)} enter", "levit256")
    assert (state.source, (tmp_path / name).exists()) == ("levit256", False)
    assert "end it in .yaml or .yml" in shown
    state, _ = after(f"s ctrl+u {typing(name)} enter {typing('.yml')} enter", "levit256")
    assert load_spec(f"{name}.yml") == state.spec


def test_where_saving_fails_another_path_is_asked_for():
    keys = " ".join(["backspace"] * len("no/x.yaml"))
    state, _ = after(f"s ctrl+u {typing('no/x.yaml')} enter {keys} {typing('x.yaml')} enter", "levit256")
    assert (state.source, load_spec("x.yaml") == state.spec) == ("x.yaml", True)


@pytest.mark.parametrize("keys", ["tab", "shift+tab", "ctrl+q escape"])
def test_text_in_an_open_line_is_taken_when_the_line_is_left(keys):
    assert after(f"down 3 {keys}")[0].spec.stages[0].depth == 3


def test_a_line_that_is_left_as_it_was_writes_nothing():
    assert after("down down down down enter tab")[0].past == ()


@pytest.mark.parametrize("keys", ["tab", "ctrl+q", "tab s"])
def test_a_line_that_is_refused_cannot_be_left(mine, keys):
    async def script(app, pilot):
        await press(pilot, f"down down 0 {keys}")
        return app.focused.id, app.state.unsaved, " ".join(lines(app))

    focused, unsaved, shown = explored(Explorer(opened("mine.yaml")), script)
    assert (focused, unsaved) == ("editor", False)
    assert "must be a positive integer" in shown


@pytest.mark.parametrize(("typed", "heads", "said"), [("4", 4, False), ("0", 2, True)])
def test_a_line_closes_when_the_terminal_changes_its_size(typed, heads, said):
    async def script(app, pilot):
        await press(pilot, f"down down {typed}")
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        return app.screen.query_one("#editor").display, app.state.spec.stages[0].heads, " ".join(lines(app))

    shown, found, words = explored(Explorer(opened("mine.yaml")), script)
    assert (shown, found, "positive integer" in " ".join(words.split())) == (False, heads, said)


def test_learned_biases_go_with_the_network_that_learned_them():
    first = bias_maps(plan(load_spec("levit256")))[0]
    tables = {first.path: np.ones((first.heads, first.keys))}

    async def script(app, pilot):
        learned = [any(one.learned for one in app.learned)]
        await press(pilot, f"o {typing('nope')} enter")
        learned.append(app.learned is not None)
        await press(pilot, f"o {typing('levit256')} enter")
        return [*learned, app.learned is not None]

    assert explored(Explorer(opened("levit256"), tables), script) == [True, True, False]


@pytest.mark.parametrize(
    ("keys", "asked"),
    [
        ("p q", False),
        ("p down 3 enter s q", True),
        ("p down 3 enter p u q", True),
        ("p down 3 enter p u P q", False),
        ("p down 3 enter p u q down enter", False),
    ],
)
def test_leaving_asks_about_a_b_that_is_saved_nowhere(keys, asked):
    async def script(app, pilot):
        await press(pilot, keys)
        return len(app.screen_stack) > 1 and app._exit is False

    assert explored(Explorer(opened("mine.yaml")), script) == asked


def _of_many_stages(monkeypatch, rest):
    """What the findings of a network of many stages say at once, and when all is quiet, their work after a rest."""
    monkeypatch.setattr("levit_explore.explorer.app.findings._REST", rest)
    stage = "{dim: 64, depth: 70, heads: 2, key_dim: 16}"
    state = opened("levit256", [f"stages=[{', '.join([stage] * 6)}]"])

    async def script(app, pilot):
        pane = app.body.query_one(FindingsPane)
        at_once = [option.prompt.plain for option in pane.options]
        if rest == 0:
            await app.workers.wait_for_complete()
        return at_once, len(pane.options)

    return *explored(Explorer(state), script, WIDE), len(results(state).findings)


def test_edits_of_a_network_of_many_stages_do_not_wait_for_its_findings(monkeypatch):
    at_once, _, _ = _of_many_stages(monkeypatch, rest=3600)
    assert at_once == ["Looking for what stands out."]


def test_findings_of_a_network_of_many_stages_come_when_they_are_there(monkeypatch):
    _, shown, found = _of_many_stages(monkeypatch, rest=0)
    assert shown == found > 0
