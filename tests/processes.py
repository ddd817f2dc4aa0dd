"""Processes that tests start, none of which outlives its test."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

BOUND = 60  # seconds that what is waited for may take


@contextmanager
def started(command: Sequence[str], **settings: Any) -> Iterator["subprocess.Popen[Any]"]:
    """A process, its outputs as pipes, which is killed if it has not ended when the block is left."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **pipes | settings) as process:
        try:
            yield process
        finally:
            process.kill()
