"""One action turns a state into the next. Nothing is drawn or written; only `Open` reads a file."""

from dataclasses import replace
from pathlib import Path as FilePath

from levit_explore.analysis.conventions import lookup
from levit_explore.errors import LevitError, SpecError
from levit_explore.explorer.actions import (
    Action,
    AddStage,
    Apply,
    ChooseConvention,
    DuplicateStage,
    Flip,
    Open,
    Pin,
    Redo,
    RemoveStage,
    ResetField,
    Saved,
    SetField,
    StepField,
    Taken,
    Undo,
    Unpin,
)
from levit_explore.explorer.differences import Value, has
from levit_explore.explorer.edits import edited, place
from levit_explore.explorer.saving import adopted
from levit_explore.explorer.state import Problem, State, opened, spec_of
from levit_explore.spec.document import Document
from levit_explore.spec.parse import parse
from levit_explore.spec.rules import Path


def update(state: State, action: Action) -> State:
    """The state after an action. What is refused leaves the value alone and stands in `problem`; nothing is raised."""
    try:
        return _done(replace(state, problem=None), action)
    except LevitError as error:
        return replace(state, problem=_problem(action, error))


def _done(state: State, action: Action) -> State:
    match action:
        case Undo():
            return _undone(state)
        case Redo():
            return _redone(state)
        case Pin():
            return replace(state, pinned=state.value)
        case Unpin():
            return replace(state, pinned=None)
        case Flip():
            return _flipped(state)
        case ChooseConvention(name):
            return replace(state, convention=lookup(name).name)
        case Open("-"):
            raise LevitError("-: standard input cannot be read here; open a bundled name or a YAML path")
        case Open(source):
            return replace(opened(source), pinned=state.pinned, convention=state.convention)
        case Saved(path):
            value = adopted(state, path).value
            return replace(state, source=path, name=FilePath(path).stem, value=value, base=value)
        case Taken(value):
            return replace(_step(state, value, (), ""), base=value)
        case _:
            return _step(state, edited(state, action), *_typed(action))


def _step(state: State, value: Value, path: Path, text: str) -> State:
    """The state with a new value, if that is sound and not the same; `text` is what was typed at `path`, if any."""
    try:
        spec_of(value, state.name)
    except SpecError:
        new = [path[:length] for length in range(1, len(path)) if not has(state.value, path[:length])]
        parse(Document(value, dict.fromkeys([*new, path], place(path, text)) if text else {}), state.name)
        raise
    if value == state.value:
        return state
    count = len(state.past)
    flips = frozenset(step for step in state.flips if step < count)
    return replace(state, value=value, past=(*state.past, state.value), future=(), flips=flips)


def _undone(state: State) -> State:
    if not state.past:
        return state
    *past, value = state.past
    back = replace(state, value=value, past=tuple(past), future=(state.value, *state.future))
    return _exchanged(back, state.value) if len(past) in state.flips else back


def _redone(state: State) -> State:
    if not state.future:
        return state
    value, *future = state.future
    ahead = replace(state, value=value, past=(*state.past, state.value), future=tuple(future))
    return _exchanged(ahead, state.value) if len(state.past) in state.flips else ahead


def _flipped(state: State) -> State:
    if state.pinned is None:
        raise LevitError("nothing is pinned as B; pin this spec first, then change it")
    there = _step(state, state.pinned, (), "")
    if there is state:
        return state
    return replace(there, pinned=state.value, flips=there.flips | {len(state.past)})


def _exchanged(state: State, left: Value) -> State:
    """The state with the value that was left as B, unless B was let go."""
    return state if state.pinned is None else replace(state, pinned=left)


def _problem(action: Action, error: LevitError) -> Problem:
    path, text = _typed(action)
    lines = error.problems if isinstance(error, SpecError) else (str(error),)
    return Problem(path, text, lines, place(path, text) if path and text else "spec")


def _typed(action: Action) -> tuple[Path, str]:
    """The field that an action speaks of, and what was typed for it."""
    match action:
        case SetField(path, text):
            return path, text
        case StepField(path) | ResetField(path):
            return path, ""
        case Apply(edits):
            return (edits[0][0] if edits else ()), ""
        case AddStage(index) | RemoveStage(index) | DuplicateStage(index):
            return ("stages", index), ""
        case Open(text) | ChooseConvention(text):
            return (), text
        case _:
            return (), ""
