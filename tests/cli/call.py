"""Running a command in this process."""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import Any
from unittest.mock import patch

from levit_explore.cli.main import run

TINY = "image_size: 32\nnum_classes: 10\nstages: [{dim: 16, depth: 1, heads: 1, key_dim: 8}]\n"


def call(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
    """The exit status of `levit-explore ARGUMENTS`, and what it wrote on stdout and stderr."""
    source, out, err = (io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8") for text in (stdin, "", ""))
    with patch.object(sys, "stdin", source), redirect_stdout(out), redirect_stderr(err):
        status = run(list(arguments))
    return status, _written(out), _written(err)


def printed(*arguments: str, stdin: str = "") -> str:
    """What a command prints that succeeds without a word on stderr."""
    status, out, err = call(*arguments, stdin=stdin)
    assert (status, err) == (0, "")
    return out


def document(*arguments: str, stdin: str = "") -> Any:
    """The JSON document that a command prints."""
    return json.loads(printed(*arguments, "--format", "json", stdin=stdin))


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()
