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
        shown, begun = {"": bars.add_task("laying tables", total=None)}, {"": time.monotonic()}

        def tell(at: Progress) -> None:
            if at.doing not in shown:
                bars.update(shown.popitem()[1], visible=False)
                shown[at.doing], begun[at.doing] = bars.add_task(at.doing, total=at.total), time.monotonic()
            words = _words(at, time.monotonic() - begun[at.doing])
            bars.update(shown[at.doing], completed=at.done, description=words)

        yield tell


def _words(at: Progress, seconds: float) -> str:
    """What is said beside the bar: "counting 4.20 M/s, 906 k fit"; without the latter where it is not known yet."""
    return f"{at.doing} {rate(at, seconds)}/s" + ("" if at.fit is None else f", {si(at.fit)} fit")


def rate(at: Progress, seconds: float) -> str:
    """How many variants a second this run does, without what an earlier run did."""
    return si(int((at.done - at.resumed) / seconds) if seconds > 0 else 0)
