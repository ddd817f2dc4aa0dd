"""Variants as spec files, which say where they come from and extend what they are variants of."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from levit_explore.errors import LevitError, SpecError
from levit_explore.search.rows import Rows
from levit_explore.space.space import Space
from levit_explore.spec.document import Document, merge
from levit_explore.spec.fields import Spec
from levit_explore.spec.load import bundled_names, load_document
from levit_explore.spec.parse import parse
from levit_explore.spec.reader import read_yaml
from levit_explore.spec.write import to_yaml
from levit_explore.writing import write_text

MOST = 1000  # files that are written at once
Fields: TypeAlias = dict[str, Any]  # of a spec file; a path under `extends` leads from the working directory
_OWN = ("name", "source", "published")


@dataclass(frozen=True)
class Base:
    """A spec that files can extend: a bundled name or a path, and its fields but for those that describe it alone."""

    source: str
    fields: Mapping[str, Any]


def base_of(source: str) -> Base | None:
    """The spec that a source is, or else the first that it extends; None where none is one that a file can name."""
    bundled = source in bundled_names()
    if not bundled and not (
        source.isprintable() and Path(source).is_file() and Path(source).name not in bundled_names()
    ):
        return None
    try:
        document, name = load_document(source)
        parse(document, name)
    except SpecError:  # a space, or a spec that is none without edits
        above = None if bundled else _above(source)
        return None if above is None else base_of(above)
    return Base(source, {key: value for key, value in document.value.items() if key not in _OWN})


def spec_files(space: Space, rows: Rows, base: Base | None = None) -> dict[str, Fields]:
    """The fields of a spec file by its name, one for each variant, which is exactly that; defaults stay derived."""
    return {file_name(space, int(number)): _of_variant(space, int(number), base) for number in rows.numbers}


def file_name(space: Space, number: int) -> str:
    """A name for the file of a variant, whatever the space is called: "budget-123456.yaml"."""
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", space.name)[:100].strip("-.")
    return f"{plain or 'variant'}-{number}.yaml"


def extending(fields: Mapping[str, Any], spec: Spec, base: Base | None) -> Fields:
    """The fields of a spec as a file that extends a base says them; all of them where with that it were another."""
    own = {key: value for key, value in fields.items() if key not in _OWN}
    said = {key: fields[key] for key in ("name", "source")}
    if base is None:
        return said | own
    changes = {key: value for key, value in own.items() if key not in base.fields or base.fields[key] != value}
    made = parse(merge(Document(base.fields, {}), Document(changes, {})), spec.name)
    same = replace(made, name=spec.name, source=spec.source) == spec
    return said | ({"extends": base.source} | changes if same else own)


def check_specs(files: Mapping[str, Fields], folder: Path) -> None:
    """Raises LevitError where something is in the place of a file, be it a link to nowhere, and is not that file."""
    for path, content in _texts(files, folder).items():
        if os.path.lexists(path) and not _holds(path, content):
            raise LevitError(f"{path}: is there already, and is another; remove it, or choose another folder")


def save_specs(files: Mapping[str, Fields], folder: Path) -> None:
    """Writes those files to a folder that are not there, and makes it. Raises as `check_specs`, and where it cannot."""
    check_specs(files, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LevitError(f"{folder}: cannot be made ({error.strerror or error})") from None
    for path, content in _texts(files, folder).items():
        if not _holds(path, content):
            write_text(path, content)


def _above(source: str) -> str | None:
    """What the file of a space extends."""
    fields = read_yaml(Path(source).read_bytes(), source).value
    above = fields.get("extends") if isinstance(fields, dict) else None
    if not isinstance(above, str) or above in bundled_names():
        return above if isinstance(above, str) else None
    return str(Path(source).parent / above)


def _of_variant(space: Space, number: int, base: Base | None) -> Fields:
    source = f"sweep of {space.name[:150]} (digest {space.digest}), variant {number}"
    return extending(space.fields(number) | {"source": source}, space.spec(number), base)


def _texts(files: Mapping[str, Fields], folder: Path) -> dict[Path, str]:
    return {folder / name: to_yaml(_from(fields, folder)) for name, fields in files.items()}


def _from(fields: Fields, folder: Path) -> Fields:
    """Fields whose path leads from a folder, by way of links as the system goes it."""
    base = fields.get("extends")
    if base is None or base in bundled_names():
        return fields
    parent, name = os.path.split(base)
    path = os.path.relpath(os.path.join(os.path.realpath(parent), name), os.path.realpath(folder))
    return fields | {"extends": Path(path).as_posix()}


def _holds(path: Path, content: str) -> bool:
    """Whether a path leads to a file with just this content."""
    return path.is_file() and path.read_bytes() == content.encode(errors="replace")
