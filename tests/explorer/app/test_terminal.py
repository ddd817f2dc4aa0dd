"""The installed command in a real terminal, inside tmux, and where there is no terminal."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from levit_explore import flops, load_spec, plan
from levit_explore.explorer.leftovers import left_over
from levit_explore.explorer.state import opened
from levit_explore.render.sheet import count
from tests.cli.call import call

SCRIPT = str(Path(sysconfig.get_path("scripts")) / "levit-explore")
_BOUND = 60  # seconds until a text must have appeared
TMUX = pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux to give a terminal")
YAML = "# mine\nname: mine\nsource: a trial\nstages: [{dim: 64, depth: 2, heads: 2, key_dim: 16}]\n"


def until(holds: Callable[[], bool], words: str) -> None:
    """Waits until something holds, as long as it may take."""
    end = time.monotonic() + _BOUND
    while not holds():
        assert time.monotonic() < end, words
        time.sleep(0.05)


class Terminal:
    """A terminal of 80 x 24 in a tmux server of its own."""

    def __init__(self, folder: Path) -> None:
        self._server = ["tmux", "-S", str(folder / "tmux"), "-f", os.devnull]

    def start(self, command: str, folder: Path) -> None:
        """Runs a command, and a shell behind it that says how it ended."""
        shell = f"{command}; echo left with $?; cat"
        environment = ["-e", f"XDG_STATE_HOME={folder / 'state'}"]
        self._tmux("new-session", "-d", "-x", "80", "-y", "24", "-c", str(folder), *environment, "sh", "-c", shell)

    def press(self, *keys: str) -> None:
        """Presses keys."""
        self._tmux("send-keys", *keys)

    @property
    def screen(self) -> str:
        """What stands on the screen."""
        return self._tmux("capture-pane", "-p")

    @property
    def styled(self) -> str:
        """The same with the codes of its styles."""
        return self._tmux("capture-pane", "-p", "-e")

    def wait(self, words: str) -> str:
        """The screen once some words stand on it."""
        until(lambda: words in self.screen, f"{words!r} did not appear")
        return self.screen

    def stop(self) -> None:
        """Ends the server and all that runs in it."""
        subprocess.run([*self._server, "kill-server"], check=False, capture_output=True)

    def _tmux(self, *arguments: str) -> str:
        return subprocess.run([*self._server, *arguments], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def terminals(tmp_path_factory):
    found = [Terminal(tmp_path_factory.mktemp("t")) for _ in range(2)]
    yield found
    for one in found:
        one.stop()


@pytest.fixture
def terminal(terminals):
    return terminals[0]


@TMUX
def test_a_field_is_edited_saved_and_left_in_a_real_terminal(terminal, tmp_path):
    (tmp_path / "mine.yaml").write_text(YAML)
    terminal.start(f"{SCRIPT} explore mine.yaml", tmp_path)
    terminal.wait(count(flops(plan(load_spec(tmp_path / "mine.yaml")))))
    terminal.press("Down", "1", "3", "Enter", "Down", "4", "Enter")
    edited = load_spec(tmp_path / "mine.yaml", ["stages.0.depth=13", "stages.0.heads=4"])
    assert "13*" in terminal.wait(count(flops(plan(edited))))
    terminal.press("s")
    saved = YAML.replace("depth: 2, heads: 2", "depth: 13, heads: 4")
    until(lambda: (tmp_path / "mine.yaml").read_text() == saved, "it was not saved")  # the word of it soon goes again
    terminal.press("q")
    terminal.wait("left with 0")
    assert (tmp_path / "mine.yaml").read_text() == saved
    assert list((tmp_path / "state").rglob("*.jsonl")) == []


@TMUX
def test_a_closed_terminal_loses_nothing(terminals, tmp_path, monkeypatch):
    terminal, another = terminals
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "mine.yaml").write_text(YAML)
    terminal.start(f"{SCRIPT} explore mine.yaml", tmp_path)
    terminal.wait("att:MLP")
    terminal.press("Down", "3", "Enter")
    terminal.wait("3*")
    terminal.stop()
    until(lambda: left_over(opened(tmp_path / "mine.yaml")) is not None, "the process has not ended")
    another.start(f"{SCRIPT} explore mine.yaml", tmp_path)
    another.wait("Changes were left here")
    another.press("Enter")
    another.wait("3*")


@TMUX
def test_a_followed_file_is_shown_as_it_is_saved(terminal, tmp_path):
    (tmp_path / "mine.yaml").write_text(YAML)
    terminal.start(f"{SCRIPT} explore mine.yaml --watch", tmp_path)
    terminal.wait("att:MLP")
    (tmp_path / "mine.yaml").write_text(YAML.replace("depth: 2", "depth: 9"))
    terminal.wait(count(flops(plan(load_spec(tmp_path / "mine.yaml")))))


@TMUX
def test_no_color_leaves_every_colour_out(terminal, tmp_path):
    terminal.start(f"NO_COLOR=1 {SCRIPT} explore levit256", tmp_path)
    terminal.wait("att:MLP")
    terminal.wait("Quit")
    colours = [code for codes in re.findall(r"\x1b\[([0-9;]*)m", terminal.styled) for code in codes.split(";")]
    assert {code for code in colours if len(code) > 1} <= {"39", "49"}  # the terminal's own
    assert "7" in colours  # the cursor is reversed instead


@pytest.mark.parametrize("arguments", [["levit256"], ["levit256", "--watch"], ["nope.yaml"], ["-"]])
def test_without_a_terminal_it_is_one_line_and_status_2(arguments):
    assert call("explore", *arguments) == (
        2,
        "",
        "explore: fills a terminal, and this is none; `flops` prints, and `report` writes a page\n",
    )


@TMUX
@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ("levit256 --watch", "--watch: follows a YAML file"),
        ("nope.yaml", "nope.yaml: no such file"),
        ("levit256 --convention nope", "convention 'nope' is not known"),
        ("levit256 --set stages.0.heads=0", "stages[0].heads is 0"),
        ("nope.pth", "nope.pth"),
    ],
)
def test_wrong_use_is_said_before_the_screen_is_taken(terminal, tmp_path, arguments, line):
    terminal.start(f"{SCRIPT} explore {arguments}", tmp_path)
    assert line in terminal.wait("left with 2")


def test_other_commands_do_not_import_textual():
    ran = "from levit_explore.cli.main import run; run(['flops', 'levit128s'])"
    code = f"import sys; {ran}; print('textual' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.splitlines()[-1] == "False"
