"""Files that belong together, of which all appear or none."""

from collections.abc import Mapping
from pathlib import Path

from levit_explore.errors import LevitError
from levit_explore.writing import write_file, write_text


def write_together(files: Mapping[Path, str]) -> None:
    """Writes text into every file. Raises LevitError where one cannot be written, and leaves what was there."""
    before = {path: _content(path) for path in files}
    written: list[Path] = []
    try:
        for path, content in files.items():
            write_text(path, content)
            written.append(path)
    except LevitError:
        for path in written:
            _restore(path, before[path])
        raise


def _content(path: Path) -> bytes | None:
    """What a file holds; None where there is none."""
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError as error:
        raise LevitError(f"{path}: exists and cannot be read ({error.strerror})") from None


def _restore(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    else:
        write_file(path, lambda file: file.write_bytes(content))
