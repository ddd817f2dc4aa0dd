"""Where a result goes: to the terminal, to standard output, or whole into a file."""

import sys
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from levit_explore.errors import LevitError
from levit_explore.render import csv, json, markdown, plain
from levit_explore.render.sheet import Sheet
from levit_explore.writing import write_text

F = TypeVar("F")


class Format(StrEnum):
    """How rows are written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


RENDERERS: dict[Format, Callable[[Sequence[Sheet]], str]] = {
    Format.TABLE: plain.render,
    Format.JSON: json.render,
    Format.CSV: csv.render,
    Format.MARKDOWN: markdown.render,
}
SUFFIXES = {".txt": Format.TABLE, ".json": Format.JSON, ".csv": Format.CSV, ".md": Format.MARKDOWN}


def emit(sheets: Sequence[Sheet], form: Format | None, output: Path | None) -> None:
    """Prints the sheets, or writes them to `output`, whose suffix chooses the format where `form` is None."""
    if output is not None:
        write_text(output, RENDERERS[form or by_suffix(output, SUFFIXES)](sheets))
    elif form in (None, Format.TABLE) and sys.stdout.isatty():
        from rich.console import Console

        from levit_explore.render import table  # rich is needed for terminals alone

        table.draw(sheets, Console())
    else:
        sys.stdout.write(RENDERERS[form or Format.TABLE](sheets))


def emit_text(content: str, output: Path | None) -> None:
    """Prints text, or writes it to `output`."""
    if output is not None:
        write_text(output, content)
    else:
        sys.stdout.write(content)


def by_suffix(path: Path, suffixes: Mapping[str, F]) -> F:
    """The format that a file's suffix names. Raises LevitError for any other suffix."""
    if path.suffix.lower() not in suffixes:
        given = f"the suffix {path.suffix}" if path.suffix else "a name without a suffix"
        raise LevitError(f"-o {path}: {given} names no format; end it in {', '.join(suffixes)}, or give --format")
    return suffixes[path.suffix.lower()]
