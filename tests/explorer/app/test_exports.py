"""Exporting: what is asked, what is offered first, what is refused, and what is never replaced unasked."""

from pathlib import Path

import pytest

from levit_explore.explorer.app.screen import Explorer
from levit_explore.explorer.exporting import KINDS
from levit_explore.explorer.shown import TABS
from levit_explore.explorer.state import opened
from tests.cli.call import printed
from tests.explorer.app.screens import explored, lines, options, press, typing


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


async def carried(app, pilot, keys):
    """Presses keys, and waits until what they began to write is written."""
    await press(pilot, keys)
    await app.workers.wait_for_complete()
    await pilot.pause()


def exported(keys, source="levit128s", tab="rows"):
    """What stands on the screen after some keys, and what is in the folder."""

    async def script(app, pilot):
        app.body.query_one("#tabs").active = f"tab-{tab}"
        await pilot.pause()
        await carried(app, pilot, keys)
        return " ".join(" ".join(lines(app)).split())

    shown = explored(Explorer(opened(source)), script)
    return shown, {path.name: path.read_text() for path in Path().iterdir() if path.is_file()}


@pytest.mark.parametrize(
    ("tab", "file", "command"),
    [
        ("balance", "levit128s-balance.csv", ["balance"]),
        ("findings", "levit128s-report.html", ["report"]),
        ("rows", "levit128s-rows.csv", ["flops"]),
        ("ledger", "levit128s-ledger.csv", ["reconcile"]),
        ("biases", "levit128s-biases.csv", ["biases"]),
        ("graph", "levit128s-graph.svg", ["graph", "--level", "stage"]),
    ],
)
def test_two_enters_export_what_is_seen(tab, file, command):
    shown, files = exported("down 5 enter e enter enter", tab=tab)
    assert f"wrote {file}" in shown
    printed(*command, "levit128s", "--set", "stages.0.depth=5", "-o", f"wanted{Path(file).suffix}")
    assert files == {file: Path(f"wanted{Path(file).suffix}").read_text()}


@pytest.mark.parametrize(
    ("tab", "keys", "command"),
    [("graph", "l", ["graph", "--level", "block"]), ("rows", "b b", ["flops", "--by", "role"])],
)
def test_what_was_chosen_in_a_tab_holds_for_its_export(tab, keys, command):
    async def script(app, pilot):
        app.body.query_one("#tabs").active = f"tab-{tab}"
        await pilot.pause()
        app.screen.query_one(f"#{tab}").focus()
        await carried(app, pilot, f"{keys} e enter ctrl+u {typing('x.json')} enter")

    explored(Explorer(opened("levit128s")), script)
    printed(*command, "levit128s", "-o", "wanted.json")
    assert Path("x.json").read_bytes() == Path("wanted.json").read_bytes()


def test_every_kind_that_there_is_can_be_chosen():
    async def script(app, pilot):
        await press(pilot, "p e")
        return options(app)

    wanted = [kind.name for kind in KINDS if kind.name != "learned biases"]
    assert explored(Explorer(opened("levit128s")), script) == wanted


@pytest.mark.parametrize("index", range(len(KINDS)))
def test_the_formats_and_the_plain_command_are_told_with_the_file(index):
    async def script(app, pilot):
        await press(pilot, "p e home")
        names = options(app)
        await press(pilot, " ".join(["down"] * (index % len(names)) + ["enter"]))
        return names[index % len(names)], " ".join(" ".join(lines(app)).split())

    name, shown = explored(Explorer(opened("levit128s")), script)
    kind = next(kind for kind in KINDS if kind.name == name)
    assert f"Export {name} to which file?" in shown
    assert "Plain command: levit-explore" in shown
    assert all(suffix in shown for suffix in kind.suffixes)


def test_a_wrong_suffix_is_said_in_a_line_and_the_name_is_kept():
    shown, files = exported(f"e enter ctrl+u {typing('x.exe')} enter")
    assert "x.exe: its suffix names no format" in shown
    assert files == {}
    _, files = exported(f"e enter ctrl+u {typing('x.exe')} enter {'backspace ' * 3} {typing('md')} enter")
    assert list(files) == ["x.md"]


def test_a_file_that_cannot_be_written_is_said_and_another_is_asked_for():
    shown, files = exported(f"e enter ctrl+u {typing('nowhere/x.csv')} enter")
    assert "nowhere/x.csv: cannot be written" in shown
    assert "Export rows to which file?" in shown
    assert files == {}


@pytest.mark.parametrize(("answer", "kept"), [("enter", True), ("up enter", False), ("escape", True)])
@pytest.mark.parametrize(("tab", "file", "there"), [("rows", "x.csv", "x.csv"), ("graph", "x.json", "x.params.json")])
def test_a_file_that_is_there_is_replaced_only_on_demand(tab, file, there, answer, kept):
    Path(there).write_text("precious")
    _, files = exported(f"e enter ctrl+u {typing(file)} enter {answer}", tab=tab)
    assert (files[there] == "precious") == kept
    assert (file in files) == (not kept or file == there)


@pytest.mark.parametrize("keys", ["e escape", "e enter escape", "e enter ctrl+u enter"])
def test_turning_back_writes_nothing(keys):
    assert exported(keys)[1] == {}


def test_the_tabs_are_those_of_the_screen():
    async def script(app, pilot):
        return [pane.id.removeprefix("tab-") for pane in app.body.query("#tabs TabPane")]

    assert tuple(explored(Explorer(opened("levit128s")), script)) == TABS
