"""Chunks done by the workers of a cluster that Dask runs already. One that dies has its chunk done again there."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import islice
from queue import Empty, SimpleQueue
from types import ModuleType
from typing import TYPE_CHECKING, Any

from levit_explore.errors import LevitError
from levit_explore.search.chunks import Chunk
from levit_explore.search.task import Made, make

if TYPE_CHECKING:
    from distributed import Client, Future

    _Ready = SimpleQueue[Future[Any]]

PATIENCE = 10  # seconds, for a scheduler to answer
ABSENT = 3  # seconds without a result, after which it is said that there are no workers


def by_cluster(job: bytes, chunks: Iterable[Chunk], address: str, say: Callable[[str], None]) -> Iterator[Made]:
    """What a pickled job makes of chunks, in the order in which the cluster of a scheduler has them ready.

    Says when there are no workers, for which it waits. Raises what the work raises, and LevitError where there is no
    scheduler, or a chunk ends several workers.
    """
    distributed = _distributed(address)
    with _connected(distributed, address) as client:
        try:
            yield from _handed_out(client, job, iter(chunks), address, say)
        except (CancelledError, OSError):
            raise LevitError(f"{address}: the scheduler is gone") from None


def _handed_out(
    client: "Client", job: bytes, left: Iterator[Chunk], address: str, say: Callable[[str], None]
) -> Iterator[Made]:
    """What the cluster makes of chunks, of which it has a few at a time."""
    at_work: dict[Any, Chunk] = {}
    ready: _Ready = SimpleQueue()
    while True:
        for chunk in islice(left, max(0, _window(client) - len(at_work))):
            future = client.submit(make, job, chunk, pure=False)  # else results of an earlier sweep could come back
            at_work[future.key] = chunk
            future.add_done_callback(ready.put)
        if not at_work:
            return
        future = _next(client, ready, address, say)
        made = _result(future, at_work.pop(future.key), address)
        future.release()
        yield made


def _next(client: "Client", ready: "_Ready", address: str, say: Callable[[str], None]) -> "Future[Any]":
    """What is ready next. Says when nobody is there to make it ready, and when somebody is again."""
    alone = False
    while True:
        with suppress(Empty):
            future = ready.get(timeout=ABSENT)
            if alone:
                say(f"{address}: has workers again; the sweep goes on")
            return future
        if not alone and not client.nthreads():
            alone = True
            say(f"{address}: has no workers; the sweep waits for one")


def _window(client: "Client") -> int:
    """How many chunks are handed out at once: one more than can be at work, so that none waits for us."""
    threads: dict[str, int] = client.nthreads()
    return sum(threads.values()) + 1


def _result(future: "Future[Any]", chunk: Chunk, address: str) -> Made:
    from distributed.scheduler import KilledWorker

    try:
        made = future.result()
    except KilledWorker as error:
        raise LevitError(f"{address}: {chunk} ended {error.allowed_failures + 1} workers") from None
    assert isinstance(made, Made)
    return made


def _distributed(address: str) -> ModuleType:
    try:
        import distributed
    except ImportError:
        words = f"{address}: takes dask.distributed, which is not installed: pip install 'levit-explore[cluster]'"
        raise LevitError(words) from None
    return distributed


@contextmanager
def _connected(distributed: ModuleType, address: str) -> Iterator["Client"]:
    """A client of the scheduler, after a look whether there is one, for a client that fails does not end well."""
    with _unlogged():
        try:
            with ThreadPoolExecutor(1) as apart:  # a notebook has a loop of its own in this thread
                apart.submit(lambda: asyncio.run(asyncio.wait_for(_reach(address), PATIENCE + 1))).result()
            client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            words = " ".join(str(error).split()) or f"nothing that it understands within {PATIENCE} s"
            raise LevitError(f"{address}: no Dask scheduler answers ({words})") from None
        with client:
            yield client


async def _reach(address: str) -> None:
    from distributed.comm.core import connect
    from distributed.security import Security

    comm = await connect(address, timeout=PATIENCE, **Security().get_connection_args("client"))
    await comm.close()


@contextmanager
def _unlogged() -> Iterator[None]:
    """Has Dask's client log nothing: what goes wrong is said in one line."""
    logger = logging.getLogger("distributed.client")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)
