"""Garbage waits for the first picture, and what stands then is never looked through again."""

import gc

import pytest

from levit_explore.explorer.app.screen import Explorer
from levit_explore.explorer.state import opened
from tests.explorer.app.screens import pressed


@pytest.fixture
def without_collection(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    gc.disable()
    yield
    gc.unfreeze()
    gc.enable()


def test_what_stands_with_the_first_picture_is_left_out_of_later_collections(without_collection):
    before = gc.get_freeze_count()
    app = pressed(Explorer(opened("levit128s")), "")
    assert gc.isenabled()
    assert gc.get_freeze_count() > before
    assert not any(one is app for one in gc.get_objects())


def test_where_garbage_is_collected_all_along_nothing_is_left_out(home):
    before = gc.get_freeze_count()
    pressed(Explorer(opened("levit128s")), "")
    assert gc.isenabled()
    assert gc.get_freeze_count() == before
