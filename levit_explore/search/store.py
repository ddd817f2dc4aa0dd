"""A folder of parts beside the file of results that they become: what makes a sweep one that can be stopped."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from levit_explore.errors import LevitError
from levit_explore.locking import locked
from levit_explore.search.chunks import Chunk, Chunks
from levit_explore.search.parts import Header, each, join, named, place, whole
from levit_explore.search.rows import Rows
from levit_explore.writing import write_file

_PARTS = f"part-{'[0-9]' * 9}-{'[0-9a-f]' * 8}.parquet"
_WHOLE = "whole.parquet"  # where the output is made
_LOCK = "lock"


@dataclass(frozen=True)
class Store:
    """Where the rows of a sweep go: a part a chunk in `folder`, and all of them in `output` when all are there."""

    output: Path
    header: Header

    @property
    def folder(self) -> Path:
        """Where the parts are."""
        return self.output.with_name(self.output.name + ".parts")

    @property
    def finished(self) -> bool:
        """Whether all is in the output."""
        return self.output.exists()

    def rows(self) -> Iterator[Rows]:
        """The rows of a sweep that is finished, some at a time. Raises LevitError where they are of another sweep."""
        return each(self.output, self.header)

    def kept(self, say: Callable[[str], None]) -> Iterator[tuple[Chunk, Rows]]:
        """The chunks that are done, and their rows. Says which parts cannot be read and are to be done again.

        Raises LevitError where a part is of another sweep, or only the system keeps it from being read.
        """
        for path in self.parts():
            try:
                yield whole(path, self.header)
            except ValueError as error:
                _remove(path)
                say(f"{self.folder}: {error}; it is done again")

    def write(self, chunk: Chunk, part: bytes) -> None:
        """Puts the part of a chunk in its place. Raises LevitError where it cannot be written."""
        write_file(self.folder / named(chunk, part), lambda file: file.write_bytes(part))

    def finish(self) -> None:
        """Makes one file of all parts, in order, and removes them. Raises LevitError, and leaves the parts."""
        parts = self.parts()
        if [place(part) for part in parts] != list(range(Chunks(self.header.size, self.header.length).count)):
            raise LevitError(f"{self.folder}: a part is not there any more; --resume does it again")
        try:
            join(parts, self.folder / _WHOLE, self.header)
            (self.folder / _WHOLE).replace(self.output)
        except ValueError as error:
            raise LevitError(f"{self.folder}: {error}; --resume does it again") from None
        except OSError as error:
            words = f"{self.output}: cannot be written ({os.strerror(error.errno) if error.errno else error})"
            raise LevitError(f"{words}; all parts of it are kept, and --resume joins them") from None
        self.clear()

    def clear(self) -> None:
        """Removes the parts, which are all in the output."""
        for path in self.parts():
            with suppress(OSError):
                path.unlink()

    def tidy(self) -> None:
        """Removes what processes that were killed left half written, the lock, and the folder if nothing is in it."""
        with suppress(OSError):
            for left in (self.folder / _WHOLE, *self.folder.glob(".levit-explore.*.part"), self.folder / _LOCK):
                left.unlink(missing_ok=True)
            if not self.parts():
                self.folder.rmdir()

    def parts(self) -> list[Path]:
        """The files of the chunks that are done, in their order."""
        return sorted(self.folder.glob(_PARTS))


@contextmanager
def opened(output: Path, header: Header, resume: bool = False) -> Iterator[Store]:
    """A store that no other process writes to meanwhile; with `resume` what it holds goes on, else it holds nothing.

    Raises LevitError where there is something already and it is not to go on, or where nothing can be written.
    """
    store = Store(Path(os.path.realpath(output)), header)
    with _lock(store) as lock:
        if not locked(lock) or not _there(lock, store.folder / _LOCK):
            raise LevitError(f"{store.folder}: another process is at this sweep")
        try:
            _check(store, resume)
            yield store
        finally:  # while the lock is held, for the folder of another is not ours to remove
            if sys.platform == "win32":  # where what is open is not removed, by whomever
                lock.close()
            store.tidy()


def _lock(store: Store) -> BinaryIO:
    """The file of the folder that is to be locked. Makes the folder if it is not there."""
    try:
        store.folder.mkdir(exist_ok=True)
        return (store.folder / _LOCK).open("ab")
    except OSError as error:
        raise LevitError(f"{store.folder}: cannot be written ({error.strerror or error})") from None


def _there(lock: BinaryIO, path: Path) -> bool:
    """Whether an open file is still the one of a path: whoever held it before has removed it."""
    try:
        return os.path.samestat(os.fstat(lock.fileno()), path.stat())
    except OSError:
        return False


def _remove(path: Path) -> None:
    """Removes a part that is corrupt. Raises LevitError where that is not known, for it cannot be read."""
    try:
        path.read_bytes()
    except OSError as error:
        words = f"{path}: cannot be read ({error.strerror or error}); nothing is removed"
        raise LevitError(f"{words}; mend that, or remove it to have its chunk done again") from None
    try:
        path.unlink()
    except OSError as error:
        raise LevitError(f"{path}: is corrupt and cannot be removed ({error.strerror or error})") from None


def _check(store: Store, resume: bool) -> None:
    if store.finished and not store.output.is_file():
        raise LevitError(f"{store.output}: is not a file that results can go to")
    if store.finished and not resume:
        raise LevitError(f"{store.output}: is there already; choose another name, or remove it")
    count = len(store.parts())
    if count and not resume:
        held = "1 part" if count == 1 else f"{count} parts"
        raise LevitError(f"{store.folder}: holds {held} of a sweep; go on with --resume, or remove the folder")
