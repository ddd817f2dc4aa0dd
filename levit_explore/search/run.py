"""A sweep from the first chunk to the last, however many do it and however often it is stopped."""

import pickle
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import replace
from functools import reduce

from levit_explore.search.chunks import Chunk
from levit_explore.search.cluster import by_cluster
from levit_explore.search.progress import Progress, unsaid, unseen
from levit_explore.search.rows import Rows, no_rows
from levit_explore.search.store import Store
from levit_explore.search.summary import Asked, Summary, merged, summary_of
from levit_explore.search.task import Job, Made, Task
from levit_explore.search.workers import by_workers

MANY = 10**5  # variants of a front, from which on it is said to be large


def run(
    task: Task,
    asked: Asked,
    store: Store | None = None,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    progress: Callable[[Progress], None] = unseen,
    say: Callable[[str], None] = unsaid,
) -> Summary:
    """What is asked of all variants of a task that fit; with a store, their rows are in its output afterwards.

    `workers` is a number of processes; with one, the work is done in this process. `scheduler` is the address of a
    Dask cluster, which then does it. Neither changes what comes out. What a store holds already is not done again.
    """
    if store is not None and store.finished:
        summary = _together(task, asked, store.rows())
        store.clear()  # now that the output is known to be of this sweep
        return summary
    done, summary = _kept(task, asked, store, say)
    earlier = sum(map(len, done))
    at = Progress(task.size, earlier, earlier, summary.count)
    progress(at)
    warned = False
    left = (chunk for chunk in task.chunks if chunk not in done)
    with closing(_way(Job(task, asked, store is not None), left, workers, scheduler, say)) as results:
        for made in results:
            if store is not None and made.part is not None:
                store.write(made.chunk, made.part)
            summary = merged(summary, made.summary)
            if len(summary.front) > MANY and not warned:
                warned = True
                say(f"the front has more than {MANY:,} variants, which is slow; take fewer objectives")
            at = replace(at, done=at.done + len(made.chunk), fit=summary.count)
            progress(at)
    if store is not None:
        store.finish()
    return summary


def _kept(task: Task, asked: Asked, store: Store | None, say: Callable[[str], None]) -> tuple[set[Chunk], Summary]:
    """The chunks that a store holds, and the summary of their rows."""
    done: set[Chunk] = set()

    def rows() -> Iterator[Rows]:
        for chunk, rows in () if store is None else store.kept(say):
            done.add(chunk)
            yield rows

    return done, _together(task, asked, rows())


def _together(task: Task, asked: Asked, parts: Iterator[Rows]) -> Summary:
    """The summary of all parts, of which one is in memory at a time."""
    return reduce(merged, (summary_of(rows, asked) for rows in parts), summary_of(no_rows(task.columns), asked))


def _way(
    job: Job, chunks: Iterator[Chunk], workers: int, scheduler: str | None, say: Callable[[str], None]
) -> Generator[Made, None, None]:
    """What is made of chunks, by whom it was asked for."""
    if scheduler is not None:
        yield from by_cluster(pickle.dumps(job), chunks, scheduler, say)
    elif workers > 1:
        yield from by_workers(pickle.dumps(job), chunks, workers, say)
    else:
        yield from map(job, chunks)
