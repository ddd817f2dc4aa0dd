"""A sweep over a made-up space, whose work can be told to be killed at a place."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from levit_explore.search.parts import Choice
from levit_explore.search.rows import Rows
from levit_explore.search.run import run
from levit_explore.search.store import opened
from levit_explore.search.summary import Asked, Summary
from levit_explore.search.sweep_measures import Objective, ranking
from levit_explore.search.task import Task
from levit_explore.space.cells import Axis

SIZE, LENGTH = 1000, 128  # eight chunks, the last of them short
COLUMNS = ("flops", "params")
CHOICES = (Choice(Axis("stages[0].dim", (64, 96, 128, 192)), 250), Choice(Axis("activation", ("gelu", "silu")), 1))
ASKED = Asked(
    objectives=(Objective("flops"), Objective("params")),
    best_by=ranking("flops + 2 * params"),
    best=5,
    edges={"flops": (0, 100, 200, 500, 1000)},
    representatives=7,
    seed=3,
)


@dataclass(frozen=True)
class Work:
    """Every third variant, with counts that go up and down. The first process to reach `killed_at` is killed there.

    `deaths` is how many processes are; `marks` is a folder where they are told apart.
    """

    marks: Path | None = None
    killed_at: int | None = None
    deaths: int = 1

    def __call__(self, start: int, stop: int) -> Rows:
        if self.marks is not None and self.killed_at is not None and start <= self.killed_at < stop:
            for death in range(self.deaths):
                try:
                    (self.marks / f"death-{death}").touch(exist_ok=False)
                except FileExistsError:
                    continue
                os.kill(os.getpid(), signal.SIGKILL)
        return rows(start, stop)


def rows(start: int, stop: int) -> Rows:
    """The variants that fit among those of a range."""
    numbers = np.arange(start, stop, dtype=np.int64)
    numbers = numbers[numbers % 3 == 0]
    return Rows(numbers, {"flops": numbers * 37 % 1009, "params": numbers * 53 % 499})


def wrong(start: int, stop: int) -> Rows:
    """Work that does not come out."""
    raise ArithmeticError(f"no counts from {start} to {stop}")


def task(work=Work(), digest="0123", convention="levit", length=LENGTH):
    """The task of the made-up space."""
    return Task(digest, convention, COLUMNS, SIZE, work, CHOICES, length)


def swept(output: Path, work=Work(), resume=False, **options):
    """What a sweep finds, and the bytes of the file that it leaves."""
    made = task(work)
    with opened(output, made.header, resume) as store:
        summary = run(made, ASKED, store, **options)
    return facts(summary), output.read_bytes()


def facts(summary: Summary):
    """All of a summary, as values that can be compared."""
    kept = (summary.front, summary.best, summary.representatives)
    return summary.count, summary.histograms, [table(found) for found in kept]


def table(found: Rows):
    """Rows as a list of dicts."""
    columns = {"number": found.numbers, **found.columns}
    return [dict(zip(columns, map(int, row), strict=True)) for row in zip(*columns.values(), strict=True)]
