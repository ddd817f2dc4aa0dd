"""Files that appear whole or not at all."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from levit_explore.errors import LevitError


def write_text(path: Path, content: str) -> None:
    """Writes text as UTF-8. Raises LevitError where the file cannot be written, and leaves what was there."""
    write_file(path, lambda file: _write(file, content))


def write_file(path: Path, fill: Callable[[Path], object]) -> None:
    """Has `fill` write a file beside `path`, then puts it there. Raises LevitError as `write_text` does."""
    try:
        if path.exists() and not path.is_file():  # a device or a pipe, which cannot be replaced
            fill(path)
        else:
            _replace(Path(os.path.realpath(path)), fill)
    except OSError as error:
        raise LevitError(f"{path}: cannot be written ({error.strerror or error})") from None


def _replace(target: Path, fill: Callable[[Path], object]) -> None:
    partial = target.with_name(f".levit-explore.{os.getpid()}-{os.urandom(8).hex()}.part")  # one a write
    partial.touch(exist_ok=False)
    try:
        fill(partial)
        if target.exists():
            shutil.copymode(target, partial)
        partial.replace(target)
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise


def _write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", errors="replace")  # names of files need not be Unicode
