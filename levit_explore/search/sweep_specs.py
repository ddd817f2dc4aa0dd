"""Variants that a sweep found as spec files, each of which says where it comes from."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from levit_explore.errors import LevitError
from levit_explore.search.rows import Rows
from levit_explore.space.space import Space
from levit_explore.spec.document import Document, merge
from levit_explore.spec.load import bundled_names, load_document
from levit_explore.spec.parse import parse
from levit_explore.spec.reader import read_yaml
from levit_explore.spec.write import to_yaml
from levit_explore.writing import write_text

MOST = 1000  # files that are written at once


def spec_files(space: Space, rows: Rows, base: str | None = None) -> dict[str, str]:
    """The text of a spec file by its name, one for each variant; `base` is a bundled name that the space extends."""
    return {file_name(space, int(number)): spec_text(space, int(number), base) for number in rows.numbers}


def file_name(space: Space, number: int) -> str:
    """A name for the file of a variant, whatever the space is called: "budget-123456.yaml"."""
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", space.name)[:100].strip("-.")
    return f"{plain or 'variant'}-{number}.yaml"


def spec_text(space: Space, number: int, base: str | None = None) -> str:
    """A spec file that is exactly the variant of a number, defaults left to be derived."""
    fields = space.fields(number)
    source = f"sweep of {space.name[:150]} (digest {space.digest[:8]}), variant {number}"
    own = {"name": fields["name"], "source": source}
    rest = {key: value for key, value in fields.items() if key not in own}
    changes = None if base is None else _changes(space, number, rest, base)
    return to_yaml(own | rest if changes is None else own | {"extends": base} | changes)


def _changes(space: Space, number: int, fields: dict[str, Any], base: str) -> dict[str, Any] | None:
    """The fields that a base does not have so; None where the base with these is not the variant."""
    document, _ = load_document(base)
    given = {key: value for key, value in document.value.items() if key not in ("name", "source", "published")}
    changes = {key: value for key, value in fields.items() if key not in given or given[key] != value}
    spec = space.spec(number)
    made = parse(merge(Document(given, {}), Document(changes, {})), spec.name)
    return changes if replace(made, name=spec.name, source=spec.source) == spec else None


def save_specs(files: dict[str, str], folder: Path) -> None:
    """Writes files to a folder, which is made where it is not there.

    Raises LevitError where a file is there with something else in it, or cannot be written.
    """
    for name, content in files.items():
        path = folder / name
        if path.exists() and (not path.is_file() or path.read_bytes() != content.encode()):
            raise LevitError(f"{path}: is there already, and is another; remove it, or choose another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LevitError(f"{folder}: cannot be made ({error.strerror or error})") from None
    for name, content in files.items():
        write_text(folder / name, content)


def base_of(source: str) -> str | None:
    """The bundled spec that a space is, or extends in its file; None where it extends none."""
    if source in bundled_names():
        return source
    path = Path(source)
    if source == "-" or not path.is_file():
        return None
    fields = read_yaml(path.read_bytes(), source).value
    base = fields.get("extends") if isinstance(fields, dict) else None
    return base if base in bundled_names() else None
