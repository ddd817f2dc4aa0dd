"""Specs by bundled name, from YAML files and from standard input, with edits laid over them."""

import difflib
import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path as FilePath

from levit_explore.errors import SpecError
from levit_explore.spec.document import Document, assign, merge
from levit_explore.spec.fields import Spec
from levit_explore.spec.parse import parse
from levit_explore.spec.reader import MAX_BYTES, read_yaml
from levit_explore.spec.rules import Path
from levit_explore.spec.structures import pixels
from levit_explore.spec.typed import read_typed
from levit_explore.spec.words import printable, quoted, shown

_PACKAGE = FilePath(__file__).parents[1]
# In a wheel the specs lie inside the package; in a checkout beside it.
BUNDLED = next(folder for folder in (_PACKAGE / "specs", _PACKAGE.parent / "specs") if folder.is_dir())


def bundled_names() -> list[str]:
    """The names of the specs that ship with the package, in the order of their files."""
    return sorted((path.stem for path in BUNDLED.glob("*.yaml")), key=lambda name: (len(name), name))


def load_spec(source: str | os.PathLike[str], edits: Iterable[str] = (), size: str | None = None) -> Spec:
    """The spec in `source`: a bundled name, a YAML path, or "-" for standard input.

    `edits` are assignments such as "stages.1.depth=5", `size` is "256" or "192x256" and short for image_size.
    Raises SpecError with a line for every mistake.
    """
    document, name = load_document(os.fspath(source), edits, size)
    return parse(document, name)


def load_document(source: str, edits: Iterable[str] = (), size: str | None = None) -> tuple[Document, str]:
    """The fields of `source` before defaults are filled in, `extends` and edits carried out, and its default name."""
    document, name = _read(source, ())
    for edit in edits:
        document = _edited(document, edit)
    if size is not None:
        document = _without(assign(document, ("image_size",), sides(size), f"--size {size}"), "published")
    return document, name


def sides(size: str) -> int | list[int]:
    """The image_size that "256" or "192x256" stands for. Raises SpecError for anything else."""
    place = f"--size {quoted(size) if len(size) > 40 else printable(size)}"
    if (found := pixels(size)) is None:
        raise SpecError(f"{place}: is not a size; write pixels such as 256, or HEIGHTxWIDTH such as 192x256")
    return found


def _read(source: str, chain: tuple[str, ...]) -> tuple[Document, str]:
    """The document in `source` with what it extends below it; `chain` holds the sources that led here."""
    data, file, path = _bytes(source, chain)
    document = read_yaml(data, file)
    name = path.stem if path else "stdin"
    if not isinstance(document.value, dict) or "extends" not in document.value:
        return document, name
    try:
        base = _base(document, source, path, chain)
    except SpecError as error:
        raise SpecError(*document.problems, *error.problems) from None
    for own in ("name", "source", "published"):  # these describe the base alone
        base = _without(base, own)
    return merge(base, _without(document, "extends")), name


def _base(document: Document, source: str, path: FilePath | None, chain: tuple[str, ...]) -> Document:
    """The document that `document`, read from `source`, extends."""
    parent, place = document.value["extends"], document.place(("extends",))
    if not isinstance(parent, str):
        raise SpecError(f"{place}: extends is {shown(parent)}; it must be a bundled name or a YAML path")
    if parent not in bundled_names() and path is not None:
        parent = str(path.parent / parent)
    seen = (*chain, _identity(source))
    if _identity(parent) in seen:
        circle = printable(" -> ".join([*seen, _identity(parent)]))
        raise SpecError(f"{place}: extends goes round in a circle: {circle}")
    try:
        base, _ = _read(parent, seen)
    except SpecError as error:
        raise SpecError(*(f"{place}: extends: {problem}" for problem in error.problems)) from None
    if not isinstance(base.value, dict):
        raise SpecError(f"{place}: extends: {printable(parent)} is {shown(base.value)}; it must be a mapping of fields")
    return base


def _identity(source: str) -> str:
    if source in bundled_names() or source == "-":
        return source
    try:
        return os.path.realpath(source)
    except (OSError, ValueError):  # reading it will tell
        return source


def _bytes(source: str, chain: tuple[str, ...]) -> tuple[bytes, str, FilePath | None]:
    """The bytes of a source, the name messages give it, and its path where it has one."""
    if source == "-" and not chain:
        if sys.stdin is None:
            raise SpecError("<stdin>: standard input is closed")
        return sys.stdin.buffer.read(MAX_BYTES + 1), "<stdin>", None
    path = BUNDLED / f"{source}.yaml" if source in bundled_names() else FilePath(source)
    file = path.name if path.parent == BUNDLED else printable(source) or "''"
    try:
        with path.open("rb") as stream:  # no more than is looked at: a source may be a checkpoint, or endless
            return stream.read(MAX_BYTES + 1), file, path
    except (FileNotFoundError, NotADirectoryError):
        raise SpecError(f"{file}: no such file or bundled spec; {_nearest(source)}") from None
    except IsADirectoryError:
        raise SpecError(f"{file}: is a directory; give a YAML file in it, or a bundled name") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise SpecError(f"{file}: cannot be read ({reason})") from None


def _nearest(source: str) -> str:
    names = bundled_names()
    stem = FilePath(source[:200]).stem.lower()
    near = difflib.get_close_matches(stem, names, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else f"the bundled specs are {', '.join(names)}"


def _edited(document: Document, edit: str) -> Document:
    field, equals, text = edit.partition("=")
    place = f"--set {printable(edit if len(edit) <= 80 else edit[:77] + '...')}"
    path = _path(field)
    if not equals or not path:
        raise SpecError(f"{place}: an edit is PATH=VALUE, such as stages.1.depth=5")
    if not isinstance(document.value, dict):
        return document  # the parser will say that the whole spec is not a mapping
    edited = assign(document, path, read_typed(path, text, place), place)
    return edited if path[0] in ("name", "source", "published") else _without(edited, "published")


def _path(field: str) -> Path:
    """The path of "stages.1.depth", or of "stages[1].depth"."""
    words = field.strip().replace("[", ".").replace("]", "").split(".")
    return tuple(int(word) if word.isdecimal() and len(word) < 10 else word for word in words) if all(words) else ()


def _without(document: Document, field: str) -> Document:
    if not isinstance(document.value, dict):
        return document
    return replace(document, value={key: value for key, value in document.value.items() if key != field})
