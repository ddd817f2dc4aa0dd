"""How far a sweep is, on stderr and only on a terminal: a bar, the rate, the time that is left and how many fit."""

import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from levit_explore.render.sheet import si
from levit_explore.search.progress import Progress, unseen


@contextmanager
def sweeping() -> Iterator[Callable[[Progress], None]]:
    """Gives what is to be told of progress, and shows it until all is done."""
    gc.enable()
    if not sys.stderr.isatty():
        yield unseen
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(20), TaskProgressColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        shown, begun = bars.add_task("counting", total=None), time.monotonic()

        def tell(at: Progress) -> None:
            bars.update(shown, total=at.total, completed=at.done, description=_words(at, time.monotonic() - begun))

        yield tell


def _words(at: Progress, seconds: float) -> str:
    """What is said beside the bar: "4.20 M/s, 906 k fit"."""
    return f"{rate(at, seconds)}/s, {si(at.fit)} fit"


def rate(at: Progress, seconds: float) -> str:
    """How many variants a second this run does, without what an earlier run did."""
    return si(int((at.done - at.resumed) / seconds) if seconds > 0 else 0)
