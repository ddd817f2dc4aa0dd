"""A file that another program saves, and how it is written, are not lost by saving without a word."""

import pytest

from levit_explore import load_spec
from levit_explore.explorer.actions import SetField
from levit_explore.explorer.app import asks, saves
from levit_explore.explorer.app.following import Followed
from levit_explore.explorer.app.screen import Explorer
from levit_explore.explorer.state import opened
from tests.explorer.app.screens import YAML, explored, options, press, pressed, typing

pytestmark = pytest.mark.usefixtures("mine")


def _saved(mine, depth):
    mine.write_text(YAML.replace("depth: 2", f"depth: {depth}") + "# another size\n")


@pytest.mark.parametrize("watch", [True, False])
def test_writing_over_a_file_asks_again_where_it_was_saved_once_more(mine, watch):
    async def script(app, pilot):
        await press(pilot, "down 3 enter")
        _saved(mine, 7)
        await press(pilot, "s")
        _saved(mine, 8)
        await press(pilot, "down enter")
        asked = options(app)
        await press(pilot, "down enter")
        return asked

    followed = Followed("mine.yaml") if watch else None
    assert explored(Explorer(opened("mine.yaml"), followed=followed), script) == ["take", "write"]
    assert load_spec("mine.yaml").stages[0].depth == 3


@pytest.mark.parametrize(("depth", "comment", "asked"), [(7, "", True), (2, "# theirs\n", False)])
def test_what_an_editor_saves_in_the_middle_of_saving_is_not_written_over(mine, depth, comment, asked, monkeypatch):
    whole = saves.save

    def between(state, path, seen):
        monkeypatch.setattr(saves, "save", whole)
        mine.write_text(YAML.replace("depth: 2", f"depth: {depth}") + comment)
        return whole(state, path, seen)

    async def script(app, pilot):
        await press(pilot, "down 3 enter")
        monkeypatch.setattr(saves, "save", between)
        await press(pilot, "s")
        return len(app.screen_stack) > 1

    assert explored(Explorer(opened("mine.yaml")), script) == asked
    assert mine.read_text() == YAML.replace("depth: 2", f"depth: {7 if asked else 3}") + comment


def test_what_an_editor_saves_right_after_saving_is_seen(mine, monkeypatch):
    whole = saves.save

    def before(state, path, seen):
        written = whole(state, path, seen)
        mine.write_text(mine.read_text().replace("depth: 3", "depth: 8"))  # of the same length
        return written

    async def script(app, pilot):
        await press(pilot, "down 3 enter")
        monkeypatch.setattr(saves, "save", before)
        await press(pilot, "s")
        asks.look(app)
        return app.state

    state = explored(Explorer(opened("mine.yaml"), followed=Followed("mine.yaml")), script)
    assert (state.spec.stages[0].depth, state.unsaved) == (8, False)


@pytest.mark.parametrize(("answer", "kept"), [("enter", True), ("escape", True), ("down enter", False)])
def test_comments_that_cannot_be_kept_are_lost_only_on_demand(mine, answer, kept):
    text = "? name  # a\n: mine\n" + YAML.replace("name: mine\n", "")
    mine.write_text(text)

    async def script(app, pilot):
        app.do(SetField(("image_size",), "192"))
        await press(pilot, "s")
        asked = options(app)
        await press(pilot, answer)
        return asked

    assert explored(Explorer(opened("mine.yaml")), script) == ["cancel", "write"]
    assert (mine.read_text() == text, load_spec("mine.yaml").image_size[0]) == (kept, 224 if kept else 192)


ODD = "# mine\n? name\n: mine\n" + YAML.partition("name: mine\n")[2]  # a form that cannot be changed in place
OVER = "extends: base.yaml\nname: mine\n"


@pytest.mark.parametrize(("text", "to"), [(ODD, "other.yaml"), (OVER, "deeper/other.yaml")])
@pytest.mark.parametrize(("answer", "written"), [("enter", False), ("escape", False), ("down enter", True)])
def test_a_copy_loses_comments_or_what_it_extends_only_on_demand(mine, tmp_path, text, to, answer, written):
    (tmp_path / "deeper").mkdir()
    (tmp_path / "base.yaml").write_text(YAML)
    mine.write_text(text)

    async def script(app, pilot):
        await press(pilot, f"tab 1 9 2 enter S ctrl+u {typing(to)} enter")
        asked = options(app)
        await press(pilot, answer)
        return asked, app.state.spec

    asked, spec = explored(Explorer(opened("mine.yaml")), script)
    assert asked == ["cancel", "write"]
    assert (tmp_path / to).exists() == written
    assert not written or load_spec(to) == spec


@pytest.mark.parametrize("to", ["other.yaml", "deeper/other.yaml"])
def test_a_copy_that_keeps_all_is_not_asked_about(mine, tmp_path, to):
    (tmp_path / "deeper").mkdir()
    pressed(Explorer(opened("mine.yaml")), f"down 3 enter S ctrl+u {typing(to)} enter")
    assert (tmp_path / to).read_text() == YAML.replace("depth: 2", "depth: 3")
