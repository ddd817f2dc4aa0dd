"""What processes that are gone have left: their histories of edits, which are offered and at last removed."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from levit_explore.analysis.conventions import lookup
from levit_explore.errors import LevitError
from levit_explore.explorer.differences import Value
from levit_explore.explorer.journal import folder, prefix
from levit_explore.explorer.state import State, spec_of
from levit_explore.locking import locked

_DAYS = 90  # that a history waits to be offered


def left_over(now: State) -> State | None:
    """The last state, its history with it, of a process that edited the source of `now` and is gone; None without one.

    `now` is the source as just opened: a history whose end and B were saved goes on only from the file that was saved.
    """
    states = (_read(file, now.source) for file in _left(prefix(now.source)))
    return next((left for left in states if left is not None and _goes_on(left, now)), None)


def tidy(now: State) -> None:
    """Removes what is never offered: histories of a file that was saved and is another now, and those of long ago.

    What cannot be read stays until it is of long ago too.
    """
    for file in _left(prefix(now.source)):
        left = _read(file, now.source)
        if left is not None and not _goes_on(left, now):
            with suppress(OSError):
                file.unlink()
    for file in _left(""):
        with suppress(OSError):
            if time.time() - file.stat().st_mtime > _DAYS * 86_400:
                file.unlink()


def _goes_on(left: State, now: State) -> bool:
    """Whether a state that was left has what its source does not give: changes, a B, or steps to what is there."""
    saved = spec_of(left.base, left.name)
    return left.unsaved or left.unsaved_b or (saved == spec_of(now.base, now.name) and bool(left.past or left.future))


def forget(left: State) -> None:
    """Removes the file that `left_over` has read a state from; those of other processes stay for the next time."""
    for file in _left(prefix(left.source)):
        if _read(file, left.source) == left:
            with suppress(OSError):
                file.unlink()
            return


def _left(start: str) -> list[FilePath]:
    """The files whose names start so that no running process holds, the newest first."""
    found: list[tuple[float, FilePath]] = []
    with suppress(OSError):
        for file in folder().glob(f"{start}*.jsonl"):
            with suppress(OSError), file.open("ab") as stream:
                if locked(stream):
                    found.append((file.stat().st_mtime, file))
    return [file for _, file in sorted(found, reverse=True)]


def _read(file: FilePath, source: str) -> State | None:
    """The state that a journal ends with; lines that cannot be read are passed over, and values that none follows."""
    values: dict[int, Value] = {}
    coming: dict[int, Value] = {}
    last: dict[str, Any] = {}
    for line in _parsed(file):
        match line:
            case {"at": int(index), "value": dict(value)}:
                coming[index] = value
            case {"now": dict(now)}:
                values, coming, last = {**values, **coming}, {}, now
    try:
        return _restored(source, values, last)
    except (KeyError, IndexError, TypeError, LevitError):
        return None


def _parsed(file: FilePath) -> Iterator[Any]:
    with suppress(OSError):
        for line in file.read_bytes().splitlines():
            with suppress(ValueError, RecursionError):
                yield json.loads(line)


def _restored(source: str, values: dict[int, Value], now: dict[str, Any]) -> State:
    """The state that the last line speaks of. Raises what comes of lines that are not whole, or of unsound values."""
    history = tuple(values[index] for index in range(now["length"]))
    name, position = now["name"], range(len(history))[now["position"]]
    state = State(source, name, history[position], now["base"], history[:position], history[position + 1 :])
    state = replace(
        state, pinned=now["pinned"], convention=lookup(now["convention"]).name, flips=frozenset(now["flips"])
    )
    for value in (*history, state.base, *([] if state.pinned is None else [state.pinned])):
        spec_of(value, name)
    return state
