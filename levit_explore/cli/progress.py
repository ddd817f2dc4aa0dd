"""Progress of work that takes longer than a moment, on stderr and only on a terminal; warnings, on stderr anywhere."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def step(words: str) -> Iterator[None]:
    """Shows what is being done, with a spinner, until it is done."""
    gc.enable()
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(f"{words} ..."):
        yield


def warn(words: str | None) -> None:
    """Prints a warning on a line of its own on stderr, where there is any."""
    if words is not None:
        sys.stderr.write(f"warning: {words}\n")
