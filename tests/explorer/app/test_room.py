"""What must be seen stays in view: totals whatever their size, and the tabs whatever is open above them."""

import pytest
from rich.cells import cell_len

from levit_explore.explorer.app.screen import Explorer
from levit_explore.explorer.app.totals import lines
from levit_explore.explorer.app.tree import PartTree
from levit_explore.explorer.results import results
from levit_explore.explorer.state import opened
from tests.explorer.app.screens import NARROW, WIDE, explored

_ROOM = 48  # cells that totals have on 80 columns
STAGES = ", ".join(["{dim: 64, depth: 2, heads: 2, key_dim: 16}"] * 12)


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.mark.parametrize("edits", [[], [f"stages=[{STAGES}]"]])
@pytest.mark.parametrize("size", [NARROW, (80, 40), WIDE])
def test_totals_and_tabs_stay_in_view_with_every_node_open(edits, size):
    async def script(app, pilot):
        app.body.query_one(PartTree).root.expand_all()
        await pilot.pause()
        body = app.body.region
        return [body.intersection(app.screen.query_one(name).region).height for name in ("#sums Totals", "#tabs")]

    totals, tabs = explored(Explorer(opened("levit256", edits)), script, size)
    assert totals == 4
    assert tabs >= 4  # their names, and two lines of what they show


LARGE = ["stages.0.depth=60", "stages.0.dim=4096", "stages.2.depth=9", "image_size=2048"]
HUGE = [f"stages.{stage}.{name}={value}" for stage in range(3) for name, value in [("depth", 900), ("dim", 65536)]]
RATIOS = ["stages.0.mlp_ratio=0", "stages.1.mlp_ratio=0", "stages.2.mlp_ratio=0.01", "image_size=2048"]


@pytest.mark.parametrize("edits", [["stages.0.depth=5"], LARGE, HUGE, [*HUGE, "image_size=4096"], RATIOS])
def test_a_total_and_its_change_have_room_on_one_line(edits):
    base, state = opened("levit128s"), opened("levit128s", edits)
    for before, after in [(base, state), (state, base)]:
        drawn = lines(results(before), results(after)).plain.split("\n")
        assert len(drawn) == 4
        assert max(map(cell_len, drawn)) <= _ROOM
