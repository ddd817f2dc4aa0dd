"""Every plain command in the help runs as it is printed, and gives what the explorer shows."""

import shlex
import shutil
from pathlib import Path

import pytest

from levit_explore import load_spec
from levit_explore.analysis.graph import graph
from levit_explore.analysis.ledger import reconcile
from levit_explore.cli.explore import _opened
from levit_explore.explorer.actions import ChooseConvention, Pin, SetField, StepField, Undo
from levit_explore.explorer.app.keys import KEYS, ON_A_FIELD, action
from levit_explore.explorer.app.lines import lines
from levit_explore.explorer.app.screen import Explorer
from levit_explore.explorer.app.seen import seen
from levit_explore.explorer.command import needed, pinned
from levit_explore.explorer.fields import table
from levit_explore.explorer.results import results
from levit_explore.explorer.shown import TABS, Shown, tab_line
from levit_explore.explorer.update import update
from levit_explore.render.graphs.ascii import ascii_boxes
from tests.cli.call import document, printed
from tests.explorer.app.screens import explored, press
from tests.explorer.shell import carried_out

DIGITS = Path(__file__).parents[3] / "docs" / "examples" / "digits.safetensors"
HOSTILE = "-$(x) 'net' && \"y\".yaml"
DEPTH = ("stages", 0, "depth")
HISTORY = (
    SetField(DEPTH, "3"),
    Pin(),
    StepField(("image_size",), 1),
    SetField(DEPTH, "1"),
    SetField(DEPTH, "2"),
    Undo(),
)
STATES = {
    "bundled": ("levit128s", ()),
    "edited": ("levit128s", (*HISTORY, ChooseConvention("fvcore"))),
    "hostile": (HOSTILE, HISTORY),
    "checkpoint": ("digits.safetensors", ()),
    "edited checkpoint": ("digits.safetensors", HISTORY),
}


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    shutil.copy(DIGITS, "digits.safetensors")
    Path(HOSTILE).write_text("# mine\nname: 'a \"b\" $c'\nstages: [{dim: 32, depth: 2, heads: 2, key_dim: 8}]\n")


def shown(name, tab="balance"):
    source, actions = STATES[name]
    state, _ = _opened(source, [], None)
    for done in actions:
        state = update(state, done)
        assert state.problem is None
    return Shown(state, tab)


def commands(found):
    """The lines of the help with the cursor on the first depth, after what they read was written."""
    field = table(found.state.spec, found.state).stages[0][1]
    assert field.path == DEPTH
    told = lines(found, field, 0)
    for need in needed(found.state):
        assert need.command in [line.plain.command for line in told]
        carried_out(need.command)
    return told, field


def counts(line):
    """FLOPs and parameters as a whole command prints them."""
    found = document(*shlex.split(line)[1:])
    return found["flops"], found["params"]


@pytest.mark.parametrize("name", STATES)
def test_what_is_seen_is_what_the_first_command_prints(name):
    found = shown(name)
    told, _ = commands(found)
    assert counts(told[0].plain.command) == (found.results.flops, found.results.params)


@pytest.mark.parametrize("name", STATES)
def test_the_options_of_a_key_lead_to_what_the_key_makes(name):
    found = shown(name)
    told, field = commands(found)
    edits = 0
    for key in (*ON_A_FIELD, *KEYS):
        done = action(key.name, found.state, field, 0)
        line = next(line for line in told if line.about == key.about)
        if line.plain.command.startswith("--"):
            after = results(update(found.state, done))
            assert counts(f"{told[0].plain.command} {line.plain.command}") == (after.flops, after.params), key.name
            edits += 1
    assert edits >= 6


@pytest.mark.parametrize("name", STATES)
def test_a_key_has_a_command_or_words_that_say_why_not(name):
    told, _ = commands(shown(name))
    assert all(bool(line.plain.command) != bool(line.plain.why) for line in told)
    without = {line.about for line in told if line.plain.why == "of the screen alone"}
    assert without == {key.about for key in KEYS if key.name in ("zoom", "quit")}


@pytest.mark.parametrize("name", STATES)
def test_b_is_the_file_that_its_commands_write_and_remove(name):
    found = shown(name)
    told, _ = commands(found)
    pin, unpin = (next(line.plain for line in told if line.keys == keys) for keys in "pP")
    if found.state.pinned is not None:
        kept = load_spec(shlex.split(unpin.command)[-1])
        assert kept == pinned(found.state).spec
    carried_out(pin.command)
    assert load_spec(shlex.split(pin.command)[-1]) == found.state.spec


@pytest.mark.parametrize("name", STATES)
def test_saving_writes_the_network_that_is_seen(name):
    found = shown(name)
    told, _ = commands(found)
    (command,) = (line.plain.command for line in told if line.keys == "s")
    carried_out(command)
    words = shlex.split(command)
    saved = load_spec(words[words.index("-o") + 1] if "-o" in words else words[2])
    assert saved.stages == found.state.spec.stages


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("name", STATES)
def test_the_export_of_a_tab_runs(name, tab):
    found = shown(name, tab)
    told, _ = commands(found)
    before = set(Path().iterdir())
    carried_out(next(line.plain.command for line in told if line.keys == "e"))
    assert len(set(Path().iterdir()) - before) == 1


def test_the_spec_that_is_opened_again_is_the_one_that_was_opened():
    for name in STATES:
        found = shown(name)
        told, _ = commands(found)
        program, command, source = shlex.split(next(line.plain.command for line in told if line.keys == "o"))
        assert (program, command) == ("levit-explore", "explore")
        assert _opened(source, [], None)[0].base == found.state.base


@pytest.mark.parametrize("name", STATES)
def test_a_tab_shows_what_its_command_prints(name, monkeypatch):
    found = shown(name)
    commands(found)
    balance, findings, rows, ledger, biases, drawn = (tab_line(tab, found) for tab in TABS)
    convention, planned = found.state.convention, found.results.plan
    whole = found.results.balance.whole
    told = document(*shlex.split(balance)[1:])
    assert (told["attention"], told["mlp"], told["convention"]) == (whole.attention, whole.mlp, convention)
    assert [row["flops"] for row in document(*shlex.split(rows)[1:])["rows"]] == [
        row.flops for row in found.results.rows_by()
    ]
    assert [(one["name"], one["total"]) for one in document(*shlex.split(ledger)[1:])["conventions"]] == [
        (one.convention.name, one.total) for one in reconcile(planned, convention)
    ]
    assert carried_out(drawn) == ascii_boxes(graph(planned, found.level, convention=convention))
    assert document(*shlex.split(biases)[1:])["learned"] == (name == "checkpoint")
    assert results(_served(findings, monkeypatch)).findings == found.results.findings


@pytest.mark.parametrize("name", STATES)
def test_the_line_of_biases_says_where_its_command_leaves_out_what_was_learned(name):
    found = shown(name)
    told, _ = commands(found)
    (line,) = (line for line in told if line.about.startswith("what the tab of biases shows"))
    learned = document(*shlex.split(line.plain.command)[1:])["learned"]
    assert line.about.endswith(", without what was learned") == (found.checkpoint is not None and not learned)


def _served(line, monkeypatch):
    """The state that `serve` would show until it is interrupted."""
    served = []
    monkeypatch.setattr("levit_explore.serve.running.serve_until_interrupted", lambda *_: None)
    monkeypatch.setattr("levit_explore.serve.listener.address", lambda *given: served.append(given[-1]) or "")
    printed(*shlex.split(line)[1:])
    return served[0]


def test_the_map_of_biases_is_that_of_the_head_and_the_query_that_are_seen():
    async def script(app, pilot):
        app.body.query_one("#tabs").active = "tab-biases"
        await pilot.pause()
        app.screen.query_one("#attentions").focus()
        await press(pilot, "down right enter up left")
        return tab_line("biases", seen(app)), str(app.screen.query_one("#bias-map").content)

    command, drawn = explored(Explorer(*_opened("digits.safetensors", [], None)), script)
    assert drawn.startswith("head 1 of 4, query 3,3")
    (title,) = (line for line in carried_out(command).splitlines() if "bias of each key" in line)
    assert "".join(title.split()) in "".join(drawn.split())
