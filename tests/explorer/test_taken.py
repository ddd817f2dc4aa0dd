"""What an editor saved to the file while it is explored."""

from dataclasses import replace

from levit_explore import load_spec
from levit_explore.explorer.actions import Flip, Pin, Redo, SetField, Taken, Undo
from levit_explore.explorer.state import opened
from levit_explore.explorer.update import update
from levit_explore.explorer.words import words
from levit_explore.spec.load import load_document

DEPTH = ("stages", 1, "depth")


def after(state, *actions):
    for action in actions:
        state = update(state, action)
        assert state.problem is None, state.problem
    return state


def test_what_an_editor_saved_is_a_step_and_what_was_there_then_a_change_of_it():
    theirs = load_document("levit256", ["stages.0.depth=7"])[0].value
    mine = after(opened("levit256"), SetField(DEPTH, "5"))
    state = after(mine, Taken(theirs))
    assert (state.spec, state.changed, state.unsaved) == (
        load_spec("levit256", ["stages.0.depth=7"]),
        frozenset(),
        False,
    )
    back = after(state, Undo())
    assert (back.value, back.base, back.unsaved) == (mine.value, theirs, True)
    assert back.changed == {DEPTH, ("stages", 0, "depth")}
    assert words(back) == ("stages.0.depth=4", "stages.1.depth=5")
    first = after(back, Undo())
    assert (first.changed, first.spec) == ({("stages", 0, "depth")}, load_spec("levit256"))
    again = after(first, Redo(), Redo())
    assert (again.value, again.changed, again.unsaved) == (theirs, frozenset(), False)


def test_what_an_editor_saved_ends_the_steps_that_could_be_done_again_and_their_flips():
    theirs = load_document("levit256", ["stages.0.depth=7"])[0].value
    flipped = after(opened("levit256"), Pin(), SetField(DEPTH, "5"), Flip(), Undo())
    state = after(flipped, Taken(theirs))
    assert (state.future, state.pinned) == ((), flipped.pinned)
    assert after(state, Undo()).pinned == flipped.pinned


def test_a_file_that_holds_what_there_is_makes_no_step():
    state = after(opened("levit256"), SetField(DEPTH, "5"))
    assert after(state, Taken(state.value)) == replace(state, base=state.value)


def test_fields_of_a_file_that_are_not_sound_are_refused():
    state = update(opened("levit256"), Taken({"stages": []}))
    assert (state.problem is None, state.value, state.base) == (False, *(opened("levit256").value,) * 2)
