"""The history of edits, kept in the user's state directory while a process lasts, so that a crash loses none of it.

A file a source and process: JSON lines of values at their place in the history, and after them what was current. A
lock tells the file of a process that runs from one of a process that is gone, for the system lets go of it at the end.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any, BinaryIO

from levit_explore.analysis.conventions import lookup
from levit_explore.errors import LevitError
from levit_explore.explorer.differences import Value
from levit_explore.explorer.state import State, spec_of
from levit_explore.spec.load import bundled_names


class Journal:
    """Writes states as they come. What cannot be written is not kept, and `problem` says so; nothing is raised."""

    def __init__(self) -> None:
        self.problem: str | None = None
        self._source: str | None = None
        self._stream: BinaryIO | None = None
        self._file: FilePath | None = None
        self._written: tuple[Value, ...] = ()
        self._unsaved = False

    def record(self, state: State) -> None:
        """Adds what is new in a state; of another source, in another file."""
        if self.problem is not None:
            return
        try:
            if state.source != self._source:
                self.discard()
                self._source = state.source
            self._unsaved = state.unsaved
            if self._stream is None and state.past:
                self._begin(state.source)
            if self._stream is not None:
                self._stream.write(b"".join(_lines(state, self._written)))
                self._written = _history(state)
        except OSError as error:
            self.problem = f"{self._file or folder()}: the history of edits is not kept ({error.strerror or error})"

    def close(self) -> None:
        """Ends the journal; what is unsaved stays and is left over for the next process."""
        if self._unsaved and self._stream is not None:
            self._stream.close()
            self._stream = None
        else:
            self.discard()

    def discard(self) -> None:
        """Ends the journal and removes it, for nothing of it is wanted any more."""
        with suppress(OSError):
            if self._stream is not None and self._file is not None:
                self._stream.close()
                self._file.unlink(missing_ok=True)
        self._stream, self._written, self._unsaved = None, (), False

    def _begin(self, source: str) -> None:
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{_prefix(source)}{os.getpid()}-{os.urandom(4).hex()}.jsonl"
        self._file = folder() / name
        handle = os.open(self._file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
        self._stream = os.fdopen(handle, "wb", buffering=0)
        _locked(self._stream)


def left_over(source: str) -> State | None:
    """The last unsaved state, its history with it, of a process that edited `source` and is gone; None without one."""
    states = [state for file in _left(source) if (state := _read(file, source)) is not None and state.unsaved]
    return states[0] if states else None


def forget(left: State) -> None:
    """Removes the file that `left_over` has read a state from; those of other processes stay for the next time."""
    for file in _left(left.source):
        if _read(file, left.source) == left:
            with suppress(OSError):
                file.unlink()
            return


def folder() -> FilePath:
    """Where journals are kept: in the user's directory for the state of programs."""
    home = FilePath(os.path.expanduser("~"))
    match sys.platform:
        case "win32":
            kept = FilePath(os.environ.get("LOCALAPPDATA") or home)
        case "darwin":
            kept = home / "Library" / "Application Support"
        case _:
            given = FilePath(os.environ.get("XDG_STATE_HOME", ""))
            kept = given if given.is_absolute() else home / ".local" / "state"
    return kept / "levit-explore"


def _left(source: str) -> list[FilePath]:
    """The files about a source that no running process holds, the newest first."""
    found: list[tuple[float, FilePath]] = []
    with suppress(OSError):
        for file in folder().glob(f"{_prefix(source)}*.jsonl"):
            with suppress(OSError), file.open("ab") as stream:
                if _locked(stream):
                    found.append((file.stat().st_mtime, file))
    return [file for _, file in sorted(found, reverse=True)]


def _prefix(source: str) -> str:
    identity = source if source in (*bundled_names(), "-") else os.path.realpath(source)
    return hashlib.sha256(identity.encode(errors="surrogatepass")).hexdigest()[:24] + "-"


def _locked(stream: BinaryIO) -> bool:
    """Whether this process could take the lock of a file, which it then has until the file is closed."""
    try:
        if sys.platform == "win32":
            import msvcrt

            stream.seek(1 << 30)  # a byte that nothing is written at
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _history(state: State) -> tuple[Value, ...]:
    return (*state.past, state.value, *state.future)


def _lines(state: State, written: tuple[Value, ...]) -> Iterator[bytes]:
    """The values that were not written yet, and what is current among all."""
    for index, value in enumerate(_history(state)):
        if index >= len(written) or value is not written[index]:
            yield _line({"at": index, "value": value})
    now = {
        "name": state.name,
        "base": state.base,
        "pinned": state.pinned,
        "convention": state.convention,
        "flips": sorted(state.flips),
        "position": len(state.past),
        "length": len(_history(state)),
    }
    yield _line({"now": now})


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content).encode() + b"\n"


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
