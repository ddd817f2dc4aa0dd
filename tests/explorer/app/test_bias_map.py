"""The map of biases: as large as its view lets it be, at once and always, and its words never cut."""

import re

import pytest
from rich.cells import cell_len

from levit_explore import load_spec, plan
from levit_explore.analysis.biases import bias_maps
from levit_explore.explorer.app.screen import Explorer
from levit_explore.explorer.state import opened
from levit_explore.render.heatmap import offsets_heatmap, plain, query_heatmap
from tests.explorer.app.screens import DIGITS, NARROW, WIDE, explored, learned, press, words

SIZES = [NARROW, (110, 40), WIDE, (60, 20)]
_NEEDED = "numbers need"


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


async def _opened(app, pilot, zoomed=False):
    app.body.query_one("#tabs").active = "tab-biases"
    await pilot.pause()
    if zoomed:
        await press(pilot, "z")


@pytest.mark.parametrize("zoomed", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_the_map_is_at_once_as_large_as_after_a_key(size, zoomed):
    async def script(app, pilot):
        await _opened(app, pilot, zoomed)
        first = words(app, "#bias-map")
        app.screen.query_one("#attentions").focus()
        await press(pilot, "down up")
        return first, words(app, "#bias-map")

    first, later = explored(Explorer(opened("levit384")), script, size)
    assert first == later


@pytest.mark.parametrize("zoomed", [False, True])
@pytest.mark.parametrize(("before", "after"), [(WIDE, (110, 40)), (NARROW, WIDE), ((110, 40), (60, 20))])
def test_a_resized_terminal_shows_the_map_that_one_of_that_size_shows(before, after, zoomed):
    async def resized(app, pilot):
        await _opened(app, pilot, zoomed)
        await pilot.resize_terminal(*after)
        await pilot.pause()
        return words(app, "#bias-map")

    async def still(app, pilot):
        await _opened(app, pilot, zoomed)
        return words(app, "#bias-map")

    first = explored(Explorer(opened("levit384")), resized, before)
    assert first == explored(Explorer(opened("levit384")), still, after)


def _told(state, tables):
    """The words that are said of the first map, blanks and line breaks left out."""
    one = bias_maps(plan(state.spec), tables)[0]
    heatmap = query_heatmap(one, 0) if one.learned else offsets_heatmap(one)
    return [_letters(line) for line in [heatmap.title, heatmap.unit.split()[0], *heatmap.notes]]


def _letters(text):
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("colours", [True, False])
@pytest.mark.parametrize("source", ["levit384", DIGITS])
@pytest.mark.parametrize("size", SIZES)
def test_title_legend_and_notes_are_whole_and_within_the_view(size, source, colours, monkeypatch):
    if not colours:
        monkeypatch.setenv("NO_COLOR", "1")
    state, tables = learned() if source == DIGITS else (opened(source), {})

    async def script(app, pilot):
        await _opened(app, pilot)
        view = app.screen.query_one("#bias-view")
        return words(app, "#bias-map"), view.scrollable_content_region.width

    shown, width = explored(Explorer(state, tables), script, size)
    said = [line for line in shown.splitlines() if re.search("[a-z]", line)]
    assert max(map(cell_len, said)) <= width
    assert all(line in _letters(shown) for line in _told(state, tables))


def test_the_numbers_of_offsets_are_on_the_screen_after_the_keys_that_the_pane_names():
    async def script(app, pilot):
        await _opened(app, pilot)
        before = words(app, "#bias-map")
        await press(pilot, "z enter")
        return before, words(app, "#bias-map")

    one = bias_maps(plan(load_spec("levit384")))[0]
    numbers = plain(offsets_heatmap(one)).splitlines()[1].split()
    for size in (NARROW, WIDE):
        before, after = explored(Explorer(opened("levit384")), script, size)
        assert [line for line in after.splitlines() if line.split() == numbers]
        assert _NEEDED not in after
        assert "zgivesthetabsthewholescreen,Enterthemap" in _letters(before)


def test_where_no_key_makes_room_for_the_numbers_the_pane_says_how_wide_a_terminal_must_be():
    async def script(app, pilot):
        await _opened(app, pilot)
        before = words(app, "#bias-map")
        wide = int(re.search(r"aterminalof(\d+)columns", _letters(before))[1])
        found = []
        for width in (wide - 1, wide):
            await pilot.resize_terminal(width, 50)
            await press(pilot, "z enter")
            found.append(words(app, "#bias-map"))
            await press(pilot, "z")
        return found

    short, enough = explored(Explorer(opened("levit384", ["image_size=448"])), script, NARROW)
    assert _NEEDED in short.replace("\n", " ")
    assert _NEEDED not in enough.replace("\n", " ")


def test_escape_leads_back_from_a_map_on_the_whole_screen_to_the_list():
    async def script(app, pilot):
        await _opened(app, pilot)
        shown = []
        for keys in ("z", "enter", "escape", "enter", "z"):
            await press(pilot, keys)
            shown.append(app.screen.query_one("#attentions").region.width > 0)
        return shown, app.focused.id

    assert explored(Explorer(opened("levit384")), script) == ([True, False, True, False, True], "stages")
