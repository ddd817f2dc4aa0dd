"""What to write on the command line for what was done in the explorer."""

import shlex
from collections.abc import Iterable

from levit_explore.explorer.actions import Action, ChooseConvention, Open, Pin, Saved, SetField, Unpin
from levit_explore.explorer.edits import dotted
from levit_explore.explorer.state import State
from levit_explore.explorer.update import update
from levit_explore.explorer.words import edits_between, words


def command(action: Action, state: State) -> str:
    """The options, or for what is no edit the command, that do on the command line what an action does to a state.

    >>> from levit_explore.explorer.state import opened
    >>> command(SetField(("stages", 1, "depth"), "5"), opened("levit256"))
    '--set stages.1.depth=5'
    """
    match action:
        case ChooseConvention(name):
            return f"--convention {shlex.quote(name)}"
        case Open(source):
            return f"levit-explore explore {shlex.quote(source)}"
        case Saved(file):
            return f"{command_line(state, 'show')} -o {shlex.quote(file)}"
        case Pin():
            return command_line(state, "flops")
        case Unpin():
            return ""
    after = update(state, action)
    edits = [edit for edit in edits_between(state.value, after.value, state.name) if not edit.startswith("published=")]
    if isinstance(action, SetField) and not edits and (action.text.strip() or after.problem):
        edits = [f"{dotted(action.path)}={action.text}"]  # refused, or there already
    return _options(edits)


def command_line(state: State, command: str) -> str:
    """A whole command about what there is, edits and convention included."""
    counting = f"--convention {state.convention}" if command == "flops" and state.convention != "levit" else ""
    parts = ["levit-explore", command, shlex.quote(state.source), _options(words(state)), counting]
    return " ".join(part for part in parts if part)


def _options(edits: Iterable[str]) -> str:
    return " ".join(f"--set {shlex.quote(edit)}" for edit in edits)
