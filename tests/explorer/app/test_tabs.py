"""What the tabs show: rows, the ledger, biases, the graph and findings, always of the state as it is."""

from dataclasses import dataclass

import numpy as np
import pytest

from levit_explore import load_spec, plan
from levit_explore.analysis.biases import bias_maps
from levit_explore.analysis.counts import By, rows
from levit_explore.analysis.findings import findings
from levit_explore.analysis.graph import graph
from levit_explore.analysis.ledger import reconcile
from levit_explore.analysis.parts import Level
from levit_explore.explorer.app.biases import BiasesPane
from levit_explore.explorer.app.screen import Explorer
from levit_explore.explorer.app.tree import PartTree, parts
from levit_explore.explorer.state import opened
from levit_explore.render.graphs.ascii import ascii_boxes
from levit_explore.render.heatmap import middle
from levit_explore.render.results.counts import counts_table
from levit_explore.render.results.ledger import ledger_tables
from tests.explorer.app.screens import NARROW, WIDE, cells, explored, learned, lines, press, words

EDITED = plan(load_spec("levit256", ["stages.0.depth=5"]))


async def _open(app, pilot, tab):
    app.body.query_one("#tabs").active = f"tab-{tab}"
    await pilot.pause()


@pytest.mark.parametrize(("presses", "by"), [("", By.BLOCK), ("b", By.STAGE), ("b b", By.ROLE), ("b b b b", By.OP)])
def test_rows_are_those_of_the_command(presses, by):
    async def script(app, pilot):
        await _open(app, pilot, "rows")
        await press(pilot, "down 5 enter")
        app.screen.query_one("#rows").focus()
        await press(pilot, presses)
        return cells(app, "#rows")

    table = counts_table(rows(EDITED, by))
    assert [row[:-1] for row in explored(Explorer(opened("levit256")), script)] == [
        table.cells(row) for row in table.rows
    ]


def test_the_ledger_is_held_against_the_chosen_convention():
    async def script(app, pilot):
        await press(pilot, "c down down enter")
        await _open(app, pilot, "ledger")
        return cells(app, "#ledger")

    shown = explored(Explorer(opened("levit256")), script)
    table = ledger_tables(reconcile(plan(load_spec("levit256")), "fvcore"))[0]
    assert [row[-1] for row in shown] == [table.cells(row)[-1] for row in table.rows]
    assert shown[0][0] == "fvcore"


@pytest.mark.parametrize(("presses", "level"), [("", Level.STAGE), ("l", Level.BLOCK)])
def test_the_graph_is_that_of_the_command(presses, level):
    async def script(app, pilot):
        await press(pilot, "down 5 enter")
        await _open(app, pilot, "graph")
        app.screen.query_one("#graph").focus()
        await press(pilot, presses)
        return words(app, "#boxes")

    assert explored(Explorer(opened("levit256")), script) == ascii_boxes(graph(EDITED, level))


def test_a_tab_that_was_not_seen_shows_the_state_as_it_is_once_it_is():
    async def script(app, pilot):
        await _open(app, pilot, "graph")
        await _open(app, pilot, "rows")
        await press(pilot, "down 5 enter")
        await _open(app, pilot, "graph")
        return words(app, "#boxes")

    assert explored(Explorer(opened("levit256")), script) == ascii_boxes(graph(EDITED, Level.STAGE))


@pytest.mark.parametrize("size", [NARROW, WIDE])
def test_a_finding_is_applied_by_enter_and_undone(size):
    async def script(app, pilot):
        await _open(app, pilot, "findings")
        pane = app.screen.query_one("#findings")
        pane.focus()
        pane.highlighted = next(index for index, one in enumerate(app.results.findings) if one.fix)
        before, mended = app.state.value, app.results.findings[pane.highlighted]
        await press(pilot, "enter")
        after = app.results.findings
        await press(pilot, "u")
        return before, mended, after, app.state.value

    before, mended, after, undone = explored(Explorer(opened("levit256", ["stages.0.mlp_ratio=8"])), script, size)
    assert mended not in after
    assert undone == before


def test_findings_say_where_what_and_why():
    async def script(app, pilot):
        await press(pilot, "t z")
        return " ".join(" ".join(lines(app)).split())

    shown = explored(Explorer(opened("levit256", ["stages.1.downsample.heads=6"])), script)
    for one in findings(plan(load_spec("levit256", ["stages.1.downsample.heads=6"]))):
        assert one.what in shown
        assert one.why in shown


@dataclass
class _Shown:
    path: str
    head: int
    query: tuple[int, int]
    text: str


async def _biases(app, pilot, keys):
    await _open(app, pilot, "biases")
    app.screen.query_one("#attentions").focus()
    await press(pilot, keys)
    pane = app.screen.query_one(BiasesPane)
    head, _, query = words(app, "#bias-map").splitlines()[0].partition(", query ")
    y, x = query.split(",")
    return _Shown(pane.chosen.path, int(head.split()[1]), (int(y), int(x)), words(app, "#bias-map"))


@pytest.mark.parametrize(
    ("keys", "place", "head", "moved"),
    [
        ("", 0, 0, (0, 0)),
        ("down", 1, 0, (0, 0)),
        ("right right", 0, 2, (0, 0)),
        ("left", 0, -1, (0, 0)),
        ("enter up left left", 0, 0, (-1, -2)),
        ("enter down right escape down", 1, 0, (1, 1)),
        (f"enter {'up ' * 30}{'right ' * 30}", 0, 0, (-7, 6)),
    ],
)
def test_arrows_choose_attention_and_head_and_move_the_query(keys, place, head, moved):
    async def script(app, pilot):
        return await _biases(app, pilot, keys)

    shown = explored(Explorer(opened("levit256")), script)
    one = bias_maps(plan(load_spec("levit256")))[place]
    y, x = middle(one)
    assert (shown.path, shown.head, shown.query) == (one.path, head % one.heads, (y + moved[0], x + moved[1]))


def test_a_checkpoint_shows_what_it_has_learned():
    state, tables = learned()

    async def script(app, pilot):
        shown = await _biases(app, pilot, "down right")
        return shown, app.screen.query_one(BiasesPane).maps

    shown, maps = explored(Explorer(state, tables), script, WIDE)
    assert "bias of each key" in shown.text
    for one in maps:
        assert np.array_equal(one.values, tables[one.path])


def test_an_attention_of_another_shape_than_the_checkpoint_s_has_nothing_learned():
    state, tables = learned()

    async def script(app, pilot):
        await press(pilot, "down down plus")
        return await _biases(app, pilot, ""), app.screen.query_one(BiasesPane).maps

    shown, maps = explored(Explorer(state, tables), script)
    assert "offset of each key" in shown.text
    assert [one.learned for one in maps].count(True) == sum(not one.path.startswith("stages.0.") for one in maps)


def test_without_colours_the_map_has_digits(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    state, tables = learned()

    async def script(app, pilot):
        return (await _biases(app, pilot, "")).text

    assert "█" not in explored(Explorer(state, tables), script)


def test_a_network_without_biases_says_so():
    async def script(app, pilot):
        await _open(app, pilot, "biases")
        return words(app, "#bias-map")

    assert explored(Explorer(opened("levit256", ["position=none"])), script) == "No attention has biases."


@pytest.mark.parametrize("name", ["levit128s", "levit384"])
def test_the_tree_has_every_part_and_its_leaves_add_up(name):
    drawn = graph(plan(load_spec(name)), Level.OP)
    found = parts(drawn.plan, "levit")
    holding = {part.within for part in found}
    assert {part.path for part in found} == {one.path for one in (*drawn.boxes[1:], *drawn.clusters)}
    assert sum(part.share for part in found if part.path not in holding) == pytest.approx(1)
    assert sum(part.share for part in found if not part.within) == pytest.approx(1)


def test_the_tree_s_cursor_moves_that_of_the_table_and_open_parts_stay_open():
    async def script(app, pilot):
        tree = app.screen.query_one(PartTree)
        tree.focus()
        await press(pilot, "down down down space down")
        part, path = tree.cursor_node.data, app.screen.query_one("#stages").path
        app.screen.query_one("#stages").focus()
        await press(pilot, "a")
        return part, path, [node.data for node in tree.root.children if node.is_expanded], len(tree.root.children)

    part, path, opened_parts, count = explored(Explorer(opened("levit256")), script)
    assert part == "stages.1.downsample"
    assert path[:3] == ("stages", 1, "downsample")
    assert opened_parts == ["stages.1"]
    assert count == len([one for one in parts(plan(load_spec("levit256")), "levit") if not one.within]) + 1
