"""Chunks done by processes of this machine. One that dies has its chunk done again by another."""

import multiprocessing
import pickle
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import islice
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from levit_explore.errors import LevitError
from levit_explore.search.chunks import Chunk
from levit_explore.search.task import Made, make

TRIES = 3  # that a chunk has, since workers also die for want of memory


@dataclass(frozen=True)
class _Worker:
    """A process and what it is at."""

    process: BaseProcess
    pipe: Connection
    chunk: Chunk
    tries: int = 1


def by_workers(job: bytes, chunks: Iterable[Chunk], count: int, say: Callable[[str], None]) -> Iterator[Made]:
    """What a pickled job makes of chunks, in the order in which `count` processes have them ready.

    Raises what the work raises, and LevitError where a chunk ends several workers or none can be started. To close it
    ends the processes.
    """
    left = iter(chunks)
    at_work: dict[Connection, _Worker] = {}
    try:
        for chunk in islice(left, count):
            _begin(at_work, job, chunk)
        while at_work:
            for pipe in wait(list(at_work)):
                assert isinstance(pipe, Connection)
                yield from _turn(at_work, at_work.pop(pipe), job, left, say)
    finally:
        for worker in at_work.values():
            worker.process.kill()
        for worker in at_work.values():
            worker.process.join()
            worker.pipe.close()


def _turn(
    at_work: dict[Connection, _Worker], worker: _Worker, job: bytes, left: Iterator[Chunk], say: Callable[[str], None]
) -> Iterator[Made]:
    """What a worker has ready, if it lives. It goes on with the next chunk, or another does its chunk again."""
    try:
        answer = worker.pipe.recv()
    except (EOFError, OSError):
        _end(worker)
        _begin(at_work, job, worker.chunk, _tried(worker, say) + 1)
        return
    following = next(left, None)
    if isinstance(answer, Made) and following is not None:
        at_work[worker.pipe] = replace(worker, chunk=following, tries=1)
        with suppress(OSError):  # it is dead, which reading from it tells
            worker.pipe.send(following)
    else:
        _end(worker)
    if isinstance(answer, Exception):
        raise answer
    yield answer


def _tried(worker: _Worker, say: Callable[[str], None]) -> int:
    """How often the chunk of a worker that died was tried. Raises LevitError when that is enough."""
    code = worker.process.exitcode
    why = f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"
    if worker.tries >= TRIES:
        raise LevitError(f"workers: {worker.tries} ended while they counted {worker.chunk}, the last by {why}")
    say(f"a worker ended by {why}; {worker.chunk} are done again")
    return worker.tries


def _begin(at_work: dict[Connection, _Worker], job: bytes, chunk: Chunk, tries: int = 1) -> None:
    try:
        process, ours = _started()
    except OSError as error:
        words = f"{len(at_work)} are started, and no more can be ({error.strerror or error})"
        raise LevitError(f"workers: {words}; take fewer") from None
    at_work[ours] = _Worker(process, ours, chunk, tries)
    with suppress(OSError):  # it is dead already
        ours.send_bytes(job)  # not as an argument: what is long would wait for ever for a process that died early
        ours.send(chunk)


def _started() -> tuple[BaseProcess, Connection]:
    """A process that waits for work, and our end of the pipe to it."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    with _uninterrupted():
        process.start()
    theirs.close()
    return process, ours


def _end(worker: _Worker) -> None:
    worker.pipe.close()
    worker.process.join()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Holds Ctrl-C back. Processes that are started meanwhile never see it, and leave it to this one to end them."""
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # else the first process that is started starts it, and it lets Ctrl-C through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: Connection) -> None:
    """Does chunks as they are asked for, until the process that asks is gone or wants no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        job = pipe.recv_bytes()
        while True:
            pipe.send(_answer(job, pipe.recv()))


def _answer(job: bytes, chunk: Chunk) -> Made | Exception:
    try:
        return make(job, chunk)
    except Exception as error:
        error.add_note(f"In a worker:\n{traceback.format_exc()}")
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:  # it cannot be sent
            return RuntimeError(f"{type(error).__name__}: {error}")
        return error
