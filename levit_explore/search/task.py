"""What a sweep does with every chunk, in whichever process: work that can be pickled, and what it leaves behind."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from levit_explore.search.chunks import LENGTH, Chunk, Chunks
from levit_explore.search.parts import Choice, Header, encoded
from levit_explore.search.rows import Rows, joined
from levit_explore.search.summary import Asked, Summary, summary_of


@dataclass(frozen=True)
class Task:
    """The variants of a space, and how a range of their numbers becomes rows.

    `digest` stands for all that decides the rows beside convention and columns: two tasks that share these three give
    the same rows. `work(start, stop)` gives the variants with numbers in that range that are allowed and within all
    bounds. It goes to other processes by pickle: a function of a module, or `functools.partial` of one. `choices`, if
    there are any, are written beside each row.
    """

    digest: str
    convention: str
    columns: tuple[str, ...]
    size: int  # of the space, variants that are not allowed included
    work: Callable[[int, int], Rows]
    choices: tuple[Choice, ...] = ()
    length: int = LENGTH  # variants a chunk

    @property
    def header(self) -> Header:
        """What files of results say about where they come from."""
        return Header(self.digest, self.convention, self.columns, self.size, self.length, self.choices)

    @property
    def chunks(self) -> Chunks:
        """The ranges that it is done in."""
        return Chunks(self.size, self.length)


@dataclass(frozen=True)
class Made:
    """What is left of a chunk: its summary and, where rows are stored, the file that holds them."""

    chunk: Chunk
    summary: Summary
    part: bytes | None


@dataclass(frozen=True)
class Job:
    """A task, what is asked of its rows, and whether they are stored."""

    task: Task
    asked: Asked
    stored: bool

    def __call__(self, chunk: Chunk) -> Made:
        """Does one chunk."""
        rows = joined(self.task.work(chunk.start, chunk.stop))
        part = encoded(rows, self.task.header, chunk) if self.stored else None
        return Made(chunk, summary_of(rows, self.asked), part)


def make(pickled: bytes, chunk: Chunk) -> Made:
    """One chunk of a pickled job. A process unpickles the job once, so that what its work remembers lasts."""
    return _job(pickled)(chunk)


@lru_cache(maxsize=1)
def _job(pickled: bytes) -> Job:
    job = pickle.loads(pickled)
    assert isinstance(job, Job)
    return job
