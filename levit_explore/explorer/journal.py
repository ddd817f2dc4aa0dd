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
from pathlib import Path as FilePath
from typing import Any, BinaryIO

from levit_explore.explorer.differences import Value
from levit_explore.explorer.state import State
from levit_explore.locking import locked
from levit_explore.spec.load import bundled_names


class Journal:
    """Writes states as they come. What cannot be written is not kept, and `problem` says so; nothing is raised."""

    def __init__(self) -> None:
        self.problem: str | None = None
        self._source: str | None = None
        self._stream: BinaryIO | None = None
        self._file: FilePath | None = None
        self._written: tuple[Value, ...] = ()

    def record(self, state: State) -> None:
        """Adds what is new in a state; of another source, in another file."""
        if self.problem is not None:
            return
        try:
            if state.source != self._source:
                self.discard()
                self._source = state.source
            if self._stream is None and (state.past or state.future or state.unsaved_b):
                self._begin(state.source)
            if self._stream is not None:
                self._stream.write(b"".join(_lines(state, self._written)))
                self._written = _history(state)
        except OSError as error:
            self.problem = f"{self._file or folder()}: the history of edits is not kept ({error.strerror or error})"

    def close(self) -> None:
        """Ends the journal; what is in it stays and is left over for the next process."""
        if self._stream is not None:
            self._stream.close()
        self._stream, self._written = None, ()

    def discard(self) -> None:
        """Ends the journal and removes it, for nothing of it is wanted any more."""
        with suppress(OSError):
            if self._stream is not None and self._file is not None:
                self._stream.close()
                self._file.unlink(missing_ok=True)
        self._stream, self._written = None, ()

    def _begin(self, source: str) -> None:
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{prefix(source)}{os.getpid()}-{os.urandom(4).hex()}.jsonl"
        self._file = folder() / name
        handle = os.open(self._file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
        self._stream = os.fdopen(handle, "wb", buffering=0)
        locked(self._stream)


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


def prefix(source: str) -> str:
    """What the names of the files about a source begin with, by whatever way it is reached."""
    identity = source if source in (*bundled_names(), "-") else os.path.realpath(source)
    return hashlib.sha256(identity.encode(errors="surrogatepass")).hexdigest()[:24] + "-"


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
