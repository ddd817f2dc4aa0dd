"""Where a result goes: to the terminal, to standard output, or whole into a file."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from levit_explore.errors import LevitError
from levit_explore.render import csv, json, markdown, table
from levit_explore.render.sheet import Sheet


class Format(StrEnum):
    """How rows are written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


RENDERERS: dict[Format, Callable[[Sequence[Sheet]], str]] = {
    Format.TABLE: table.render,
    Format.JSON: json.render,
    Format.CSV: csv.render,
    Format.MARKDOWN: markdown.render,
}
_SUFFIXES = {".txt": Format.TABLE, ".json": Format.JSON, ".csv": Format.CSV, ".md": Format.MARKDOWN}


def emit(sheets: Sequence[Sheet], form: Format | None, output: Path | None) -> None:
    """Prints the sheets, or writes them to `output`, whose suffix chooses the format where `form` is None."""
    if output is not None:
        write(output, RENDERERS[form or _format(output)](sheets))
    elif form in (None, Format.TABLE) and sys.stdout.isatty():
        from rich.console import Console

        table.draw(sheets, Console())
    else:
        sys.stdout.write(RENDERERS[form or Format.TABLE](sheets))


def emit_text(content: str, output: Path | None) -> None:
    """Prints text, or writes it to `output`."""
    if output is not None:
        write(output, content)
    else:
        sys.stdout.write(content)


def write(path: Path, content: str) -> None:
    """Writes a file whole or not at all. Raises LevitError where it cannot."""
    try:
        if path.exists() and not path.is_file():  # a device or a pipe, which cannot be replaced
            _write(path, content)
        else:
            _replace(Path(os.path.realpath(path)), content)
    except OSError as error:
        raise LevitError(f"{path}: cannot be written ({error.strerror})") from None


def _replace(target: Path, content: str) -> None:
    partial = target.with_name(f".levit-explore.{os.getpid()}.part")
    try:
        _write(partial, content)
        partial.replace(target)
    except OSError:
        with suppress(OSError):
            partial.unlink()
        raise


def _write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", errors="replace")  # names of files need not be Unicode


def _format(path: Path) -> Format:
    if path.suffix.lower() not in _SUFFIXES:
        given = f"the suffix {path.suffix}" if path.suffix else "a name without a suffix"
        raise LevitError(f"-o {path}: {given} names no format; end it in {', '.join(_SUFFIXES)}, or give --format")
    return _SUFFIXES[path.suffix.lower()]
