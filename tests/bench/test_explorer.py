"""How fast the explorer is: `pytest tests/bench -n 0 --benchmark-only -s`. Nothing is asserted of time."""

import asyncio
import statistics
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest

from levit_explore import flops, load_spec, plan
from levit_explore.explorer.state import opened

pytest.importorskip("textual", reason="the explorer's screen is drawn by Textual")
SCRIPT = str(Path(sysconfig.get_path("scripts")) / "levit-explore")
KEYS = 20
OPEN = """
import asyncio
from levit_explore.explorer.app.screen import Explorer
from levit_explore.explorer.state import opened

async def main():
    async with Explorer(opened("levit384")).run_test(size=(80, 24)) as pilot:
        await pilot.pause()

asyncio.run(main())
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

    found, counted = benchmark.pedantic(lambda: asyncio.run(stepped()), rounds=1)
    assert counted == flops(plan(load_spec("levit384", [f"stages.0.depth={4 + KEYS}"])))
    print(f"\n{size[0]}x{size[1]}: {statistics.median(found) * 1000:.1f} ms a key, {max(found) * 1000:.1f} ms at most")


def test_opening_against_counting_and_importing_textual(benchmark):
    """Whole processes: the explorer opened and closed, `flops`, and Python that imports what Textual is used of."""
    textual = "from textual.app import App; from textual.widgets import DataTable, Footer, Input, Tree, TabbedContent"
    commands = {
        "the explorer": [sys.executable, "-c", OPEN],
        "flops": [SCRIPT, "flops", "levit384"],
        "importing Textual": [sys.executable, "-c", textual],
        "Python alone": [sys.executable, "-c", ""],
    }

    def timed(command: list[str]) -> float:
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - start

    rounds: list[list[float]] = []
    benchmark.pedantic(lambda: rounds.append([timed(one) for one in commands.values()]), rounds=5, warmup_rounds=1)
    for name, column in zip(commands, zip(*rounds, strict=True), strict=True):
        print(f"\n{name}: {statistics.median(column):.3f} s", end="")
