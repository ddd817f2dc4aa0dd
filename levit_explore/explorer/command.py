"""What to write on the command line for what was done in the explorer."""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass

from levit_explore.explorer.actions import (
    Action,
    ChooseConvention,
    Flip,
    Open,
    Pin,
    Redo,
    Saved,
    SetField,
    Taken,
    Undo,
    Unpin,
)
from levit_explore.explorer.edits import dotted
from levit_explore.explorer.sources import b_path, is_checkpoint, spec_source
from levit_explore.explorer.state import State
from levit_explore.explorer.update import update
from levit_explore.explorer.words import edits_between, words
from levit_explore.spec.load import bundled_names

_COUNTING = ("flops", "balance", "reconcile", "diff", "graph", "report")  # the commands that take --convention
_OWN = ("name=", "source=")


@dataclass(frozen=True)
class Plain:
    """A command, or options that any command about the spec takes; where there is none, why."""

    command: str = ""
    why: str = ""


def plain(action: Action, state: State) -> Plain:
    """The options, or for what is no edit the command, that do on the command line what an action does to a state.

    >>> from levit_explore.explorer.state import opened
    >>> plain(SetField(("stages", 1, "depth"), "5"), opened("levit256")).command
    '--set stages.1.depth=5'
    """
    match action:
        case ChooseConvention(name):
            return Plain(f"--convention {shlex.quote(name)}")
        case Open(source):
            return Plain(f"levit-explore explore {quoted(source)}")
        case Taken():
            return Plain(f"levit-explore explore {quoted(state.source)}")
        case Saved(file):
            return Plain(_saving(state, file))
        case Pin():
            return Plain(_writing(state, b_path(state)))
        case Unpin() if state.pinned is not None:
            return Plain(f"rm {quoted(b_path(state))}")
        case Undo() if not state.past:
            return Plain(why="nothing to take back")
        case Redo() if not state.future:
            return Plain(why="nothing was taken back")
        case Flip() | Unpin() if state.pinned is None:
            return Plain(why="nothing is kept as B")
        case _:
            return _edits(action, state)


def command_line(state: State, command: str, *options: str, before: str = "") -> str:
    """A whole command about what there is, edits and convention included; `before` comes ahead of its source."""
    counted = command in _COUNTING and state.convention != "levit"
    counting = f"--convention {shlex.quote(state.convention)}" if counted else ""
    parts = ["levit-explore", command, before, quoted(spec_source(state)), _options(words(state)), *options, counting]
    return " ".join(part for part in parts if part)


@dataclass(frozen=True)
class Need:
    """A file that commands read and nobody has yet, and the command that writes it."""

    about: str
    file: str
    command: str


def needed(state: State) -> tuple[Need, ...]:
    """What commands about a state read that has to be written first; each may read what those ahead of it write."""
    needs = []
    if is_checkpoint(state.source):
        file = spec_source(state)
        command = f"levit-explore inspect {quoted(state.source)} -o {quoted(file)}"
        needs.append(Need("the spec behind the checkpoint, as a file", file, command))
    if state.pinned is not None:
        needs.append(Need("B as a file", b_path(state), _writing(pinned(state), b_path(state))))
    return tuple(needs)


def whole(state: State, line: str) -> str:
    """A command behind those that write what it reads."""
    commands = [line]
    for need in reversed(needed(state)):
        if any(shlex.split(quoted(need.file))[0] in shlex.split(one) for one in commands):
            commands.insert(0, need.command)
    return " && ".join(commands)


def pinned(state: State) -> State:
    """The state with B as what there is."""
    return State(state.source, state.name, state.pinned or state.value, state.base)


def quoted(path: str) -> str:
    """A path as the shell and the commands take it, which is no option even where it begins with a dash."""
    return shlex.quote(f"./{path}" if path.startswith("-") and path != "-" else path)


def _saving(state: State, file: str) -> str:
    """What writes the spec; a bundled one becomes the beginning of another, as it does in the explorer."""
    edits = [edit for edit in words(state) if not edit.startswith("published=")]
    if state.source not in bundled_names() or any(edit.startswith(_OWN) for edit in edits):
        return _writing(state, file)
    options = [f"--from {quoted(state.source)}", *([_options(edits)] if edits else [])]
    return f"levit-explore new {quoted(file)} {' '.join(options)}"


def _writing(state: State, file: str) -> str:
    return command_line(state, "show", f"-o {quoted(file)}")


def _edits(action: Action, state: State) -> Plain:
    """The options that lead from what there is to what an action makes of it."""
    after = update(state, action)
    edits = [edit for edit in edits_between(state.value, after.value, state.name) if not edit.startswith("published=")]
    if isinstance(action, SetField) and not edits and (action.text.strip() or after.problem):
        edits = [f"{dotted(action.path)}={action.text}"]  # refused, or there already
    if edits:
        return Plain(_options(edits))
    return Plain(why=after.problem.lines[0] if after.problem else "nothing changes")


def _options(edits: Iterable[str]) -> str:
    return " ".join(f"--set {shlex.quote(edit)}" for edit in edits)
