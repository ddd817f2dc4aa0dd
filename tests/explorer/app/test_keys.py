"""Every key does what its action does, and the screen shows what follows from the state."""

from functools import reduce

import pytest

from levit_explore import flops, load_spec, params, plan
from levit_explore.errors import SpecError
from levit_explore.explorer.actions import (
    AddStage,
    ChooseConvention,
    DuplicateStage,
    Flip,
    Pin,
    Redo,
    RemoveStage,
    ResetAll,
    ResetField,
    SetField,
    StepField,
    Undo,
    Unpin,
)
from levit_explore.explorer.app.keys import KEYS
from levit_explore.explorer.app.screen import Explorer
from levit_explore.explorer.state import opened
from levit_explore.explorer.update import update
from levit_explore.render.sheet import count
from tests.explorer.app.screens import NARROW, WIDE, cells, explored, lines, options, press, pressed, words

DEPTH, HEADS, DOWN = ("stages", 0, "depth"), ("stages", 0, "heads"), ("stages", 1, "downsample", "heads")
SIZE = ("image_size",)
FIVE = SetField(DEPTH, "5")


@pytest.mark.parametrize(
    ("keys", "actions"),
    [
        ("down 5 enter", [FIVE]),
        ("down enter backspace 1 2 enter", [SetField(DEPTH, "12")]),
        ("down down right 7 enter", [SetField(DOWN, "7")]),
        ("down 5 escape", []),
        ("down plus", [StepField(DEPTH, 1)]),
        ("down equals_sign minus minus", [StepField(DEPTH, 1), StepField(DEPTH, -1), StepField(DEPTH, -1)]),
        ("tab plus", [StepField(SIZE, 1)]),
        ("tab enter backspace backspace backspace 2 5 6 enter", [SetField(SIZE, "256")]),
        ("down 5 enter u", [FIVE, Undo()]),
        ("down 5 enter ctrl+z r", [FIVE, Undo(), Redo()]),
        ("down 5 enter u ctrl+y", [FIVE, Undo(), Redo()]),
        ("down 5 enter backspace", [FIVE, ResetField(DEPTH)]),
        ("down plus down plus R", [StepField(DEPTH, 1), StepField(HEADS, 1), ResetAll()]),
        ("a", [AddStage(0)]),
        ("right right d", [DuplicateStage(1)]),
        ("right right x", [RemoveStage(1)]),
        ("p down 5 enter f", [Pin(), FIVE, Flip()]),
        ("p P", [Pin(), Unpin()]),
        ("c down enter", [ChooseConvention("macs")]),
        ("c escape", []),
        ("u", [Undo()]),
        ("f", [Flip()]),
    ],
)
def test_keys_do_what_their_actions_do(keys, actions):
    wanted = reduce(update, actions, opened("levit256"))
    assert pressed(Explorer(opened("levit256")), keys).state == wanted


@pytest.mark.parametrize("size", [NARROW, WIDE])
def test_totals_are_those_of_the_edited_spec(size):
    async def script(app, pilot):
        await press(pilot, "down 5 enter")
        return words(app, "#sums Totals")

    shown = explored(Explorer(opened("levit256")), script, size)
    edited = plan(load_spec("levit256", ["stages.0.depth=5"]))
    base = plan(load_spec("levit256"))
    gained = flops(edited) - flops(base)
    assert f"{count(flops(edited))} " in shown
    assert f" {gained:+,} {gained / flops(base):+8.1%}".replace("  ", " ").split() == shown.split("\n")[0].split()[2:]
    assert count(params(edited)) in shown


def test_a_change_is_marked_and_the_title_counts_it():
    async def script(app, pilot):
        await press(pilot, "down 5 enter")
        return cells(app, "#stages")[1][1], words(app, "#title")

    cell, title = explored(Explorer(opened("levit256")), script)
    assert cell == "5*"
    assert "1 change " in title


def test_against_b_is_said_and_counted():
    async def script(app, pilot):
        await press(pilot, "down 5 enter p 6 enter")
        return words(app, "#title"), words(app, "#sums Totals")

    title, totals = explored(Explorer(opened("levit256")), script)
    five, six = (flops(plan(load_spec("levit256", [f"stages.0.depth={depth}"]))) for depth in (5, 6))
    assert title.endswith("against B")
    assert f"{six - five:+,}" in totals


def test_an_invalid_value_shows_the_parser_s_line_beside_the_field_and_results_stay():
    async def script(app, pilot):
        before = words(app, "#sums Totals")
        await press(pilot, "down down 0 enter")
        refusal, editor = app.screen.query_one("#refusal"), app.screen.query_one("#editor")
        assert (refusal.display, editor.display, refusal.region.y) == (True, True, editor.region.bottom)
        assert words(app, "#sums Totals") == before
        said = words(app, "#refusal")
        await press(pilot, "escape")
        assert (refusal.display, editor.display, app.state.problem) == (False, False, None)
        return said

    with pytest.raises(SpecError) as error:
        load_spec("levit256", ["stages.0.heads=0"])
    assert str(error.value) == f"--set stages.0.heads=0: {explored(Explorer(opened('levit256')), script)}"


def test_what_is_refused_without_a_field_is_said_too():
    async def script(app, pilot):
        await press(pilot, "f")
        return lines(app)

    assert any("nothing is pinned as B" in line for line in explored(Explorer(opened("levit256")), script))


def test_a_convention_is_chosen_from_all_of_them():
    async def script(app, pilot):
        await press(pilot, "c")
        return options(app)

    from levit_explore.analysis.conventions import CONVENTIONS

    assert explored(Explorer(opened("levit256")), script) == list(CONVENTIONS)


def test_the_palette_has_every_key():
    async def script(app, pilot):
        return [command.title for command in app.get_system_commands(app.screen)]

    assert {key.title for key in KEYS} <= set(explored(Explorer(opened("levit256")), script))


def test_the_help_has_every_key_with_its_plain_command_and_copies_it():
    async def script(app, pilot):
        await press(pilot, "down plus question_mark")
        keys = app.screen.query_one("#keys")
        table = [[str(cell) for cell in keys.get_row_at(row)] for row in range(keys.row_count)]
        await press(pilot, "enter")
        return table, app.clipboard

    table, copied = explored(Explorer(opened("levit256")), script)
    assert copied == "levit-explore flops levit256 --set stages.0.depth=5"
    commands = {does: command for _, does, command in table}
    assert commands["move the field up by a sensible step"] == "--set stages.0.depth=6"
    assert {key.about for key in KEYS} <= set(commands)


def test_a_click_on_a_cell_edits_it():
    async def script(app, pilot):
        await pilot.click("#stages", offset=(17, 2))
        await pilot.click("#stages", offset=(17, 2))
        await pilot.pause()
        return app.screen.query_one("#editor").display, app.screen.query_one("#editor").path

    assert explored(Explorer(opened("levit256")), script) == (True, DEPTH)


def test_tabs_take_the_whole_screen_and_give_it_back():
    async def script(app, pilot):
        tabs = app.screen.query_one("#tabs")
        before = tabs.size
        await press(pilot, "t t z")
        zoomed = tabs.size
        await press(pilot, "z")
        return before, zoomed, tabs.size

    before, zoomed, after = explored(Explorer(opened("levit256")), script)
    assert zoomed.width == 80
    assert zoomed.height > before.height
    assert after == before


@pytest.mark.parametrize("name", ["[bold]x[/]", "[/nothing", "a\nb\x1b[31m", "模型" * 60, "x" * 190])
def test_hostile_names_are_shown_as_text(name, tmp_path):
    path = tmp_path / "hostile.yaml"
    path.write_text(f"name: {name!r}\nstages: [{{dim: 64, depth: 1, heads: 2, key_dim: 16}}]\n".replace("'", '"'))

    async def script(app, pilot):
        await press(pilot, "t t t t t down plus")
        return lines(app)

    shown = explored(Explorer(opened(path)), script)
    assert len(shown) <= 24
    assert "\x1b" not in "".join(shown)
    assert name[:3].splitlines()[0] in shown[0]
