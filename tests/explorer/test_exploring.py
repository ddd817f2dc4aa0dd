"""Random sequences of actions."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from levit_explore import flops, load_spec, plan
from levit_explore.explorer.actions import Flip, Redo, Taken, Undo
from levit_explore.explorer.results import results
from levit_explore.explorer.update import update
from levit_explore.explorer.words import words
from levit_explore.spec.write import to_yaml
from tests.explorer.strategies import EDITS, MOVES, STARTS


class Exploring(RuleBasedStateMachine):
    """Random actions on a state, beside a history kept by hand."""

    @initialize(state=STARTS)
    def begin(self, state):
        self.state = state
        self.before, self.behind = list(state.past), list(state.future)
        self.folder = TemporaryDirectory()

    def teardown(self):
        self.folder.cleanup()

    @rule(edit=EDITS)
    def edit(self, edit):
        old = self.state
        self.state = update(old, edit)
        if self.state.value != old.value:
            assert self.state.problem is None
            self.before, self.behind = [*self.before, old.value], []

    @rule(move=MOVES)
    def move(self, move):
        old = self.state
        self.state = update(old, move)
        match move:
            case Undo() if self.before:
                self.behind = [old.value, *self.behind]
                assert self.state.value == self.before.pop()
            case Redo() if self.behind:
                self.before.append(old.value)
                assert self.state.value == self.behind.pop(0)
            case Flip() if old.pinned is not None and old.pinned != old.value:
                self.before, self.behind = [*self.before, old.value], []
                assert (self.state.value, self.state.pinned) == (old.pinned, old.value)
            case _:
                assert self.state.value == old.value

    @rule(saved=STARTS, edit=EDITS)
    def take(self, saved, edit):
        old, value = self.state, update(saved, edit).value
        self.state = update(old, Taken(value))
        assert (self.state.value, self.state.base, self.state.unsaved) == (value, value, False)
        if value != old.value:
            self.before, self.behind = [*self.before, old.value], []

    @invariant()
    def the_history_is_the_one_kept_by_hand(self):
        assert (list(self.state.past), list(self.state.future)) == (self.before, self.behind)

    @invariant()
    def counts_are_those_of_the_spec(self):
        assert results(self.state).flops == flops(plan(self.state.spec), self.state.convention)

    @invariant()
    def the_words_lead_from_the_base_to_the_spec(self):
        file = Path(self.folder.name, f"{self.state.name}.yaml")
        file.write_text(to_yaml(dict(self.state.base)))
        assert load_spec(file, words(self.state)) == self.state.spec


TestExploring = Exploring.TestCase
TestExploring.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


@given(STARTS, st.lists(EDITS, max_size=12))
def test_undoing_everything_and_doing_it_again_leads_there_and_back(start, edits):
    state = start
    for edit in edits:
        state = update(state, edit)
    back = state
    for _ in state.past:
        back = update(back, Undo())
    assert back.value == (start.past or (start.value,))[0]
    for _ in state.past:
        back = update(back, Redo())
    assert (back.value, back.past, back.future) == (state.value, state.past, ())
