"""How fast the explorer is: `pytest tests/bench -n 0 --benchmark-only -s`. Nothing is asserted of time."""

import asyncio
import gc
import os
import signal
import statistics
import sys
import sysconfig
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from levit_explore import flops, load_spec, plan
from levit_explore.explorer.state import opened

pytest.importorskip("textual", reason="the explorer's screen is drawn by Textual")
SCRIPT = str(Path(sysconfig.get_path("scripts")) / "levit-explore")
KEYS = 20
TEXTUAL = """
from textual.app import App
from textual.widgets import DataTable, Input, OptionList, Static, TabbedContent, Tree
"""


@pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=["80x24", "160x50"])
def test_a_key_press_to_the_finished_redraw(benchmark, size):
    """LeViT-384, its depth stepped up: every press is a network that was not counted before."""
    from levit_explore.explorer.app.screen import Explorer

    class Watched(Explorer):
        """An explorer that says when what it shows has been drawn."""

        drawn = asyncio.Event()

        def redraw(self) -> None:
            super().redraw()
            self.call_after_refresh(self.drawn.set)

    async def stepped() -> tuple[list[float], int]:
        app, seconds = Watched(opened("levit384")), []
        async with app.run_test(size=size) as pilot:
            await pilot.press("down")
            await pilot.pause()
            for _ in range(KEYS):
                app.drawn.clear()
                start = time.perf_counter()
                app.simulate_key("plus")
                await app.drawn.wait()
                seconds.append(time.perf_counter() - start)
                await pilot.pause()
            return seconds, app.results.flops

    gc.disable()  # as the command does, until there is a first picture
    found, counted = benchmark.pedantic(lambda: asyncio.run(stepped()), rounds=1)
    assert counted == flops(plan(load_spec("levit384", [f"stages.0.depth={4 + KEYS}"])))
    print(f"\n{size[0]}x{size[1]}: {statistics.median(found) * 1000:.1f} ms a key, {max(found) * 1000:.1f} ms at most")


def test_opening_against_counting_and_importing_textual(benchmark):
    """Whole processes: the explorer in a terminal until its content and its last line stand there; the others whole."""
    terminal = pytest.importorskip("pty", reason="a terminal of its own is made as POSIX systems do")
    commands = {
        "the explorer's content": ([SCRIPT, "explore", "levit384"], b"act. bytes"),
        "the explorer's last line too": ([SCRIPT, "explore", "levit384"], b"Quit"),
        "flops": ([SCRIPT, "flops", "levit384"], None),
        "importing Textual": ([sys.executable, "-c", TEXTUAL], None),
        "Python alone": ([sys.executable, "-c", ""], None),
    }
    rounds: list[list[float]] = []
    timed = [partial(_seconds, terminal, *one) for one in commands.values()]
    benchmark.pedantic(lambda: rounds.append([one() for one in timed]), rounds=9, warmup_rounds=1)
    for name, column in zip(commands, zip(*rounds, strict=True), strict=True):
        print(f"\n{name}: {statistics.median(column):.3f} s", end="")


def _seconds(terminal, command: list[str], sign: bytes | None) -> float:
    """How long a command takes in a terminal until a sign is read, or until it ends."""
    start = time.perf_counter()
    process, stream = terminal.fork()
    if process == 0:
        os.environ.update(TERM="xterm-256color", COLUMNS="80", LINES="24")
        os.execvp(command[0], command)
    shown = b""
    with suppress(OSError):  # Linux says so where the other side is closed
        while (more := os.read(stream, 65536)) and not (sign and sign in (shown := shown + more)):
            pass
    seconds = time.perf_counter() - start
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    os.close(stream)
    assert sign is None or sign in shown
    return seconds
