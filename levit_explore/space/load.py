"""Design spaces by bundled name, from YAML files, from standard input and from mappings."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from levit_explore.errors import SpecError
from levit_explore.space.names import Scope
from levit_explore.space.reading import Reading
from levit_explore.space.resolving import Resolving
from levit_explore.space.space import Space
from levit_explore.space.template import SPACE
from levit_explore.spec.document import Document, field_name
from levit_explore.spec.load import load_document
from levit_explore.spec.parse import misplaced
from levit_explore.spec.rules import Path

MOST_VARIANTS = 2**62
MOST_AXES = 60 if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else 30  # of 64 or 32 dimensions of an array
MOST_STRUCTURES = 10_000


def load_space(source: str | os.PathLike[str], edits: Iterable[str] = (), size: str | None = None) -> Space:
    """The space in `source`: a bundled name, a YAML path, or "-" for standard input; a plain spec is one variant.

    `edits` and `size` as in `load_spec`. Raises SpecError with a line for every mistake.
    """
    document, name = load_document(os.fspath(source), edits, size)
    return read_space(document, name)


def make_space(fields: Mapping[str, Any], name: str = "space") -> Space:
    """The space that a mapping in the format of a space file describes. Raises SpecError with all mistakes at once.

    >>> stage = {"dim": {"choices": [128, 256]}, "depth": {"range": [1, 4]}, "heads": "dim / key_dim", "key_dim": 32}
    >>> space = make_space({"stages": [stage], "constraints": ["flops <= 400M"]})
    >>> space.size, space.chosen(5)
    (8, {'stages[0].dim': 256, 'stages[0].depth': 2})
    """
    return read_space(Document(fields, {}), name)


def read_space(document: Document, name: str) -> Space:
    """The space that a document describes, called `name` unless it says otherwise. Raises SpecError."""
    reading = Reading()
    if not isinstance(document.value, Mapping):
        _raise(document, list(SPACE.check(document.value)))
    template = reading.template(document.value)
    wrong = [*SPACE.check(template), *misplaced(template)]
    complaints = [*reading.complaints, *(each for each in wrong if not reading.stands_at(each[0]))]
    if len(complaints) > len(reading.complaints):  # names cannot be looked up in fields of unsound form
        _raise(document, complaints)
    resolving = Resolving(Scope(template, frozenset(reading.shared), reading.axes))
    template, constraints = resolving.template(template), resolving.constraints(document)
    unused = [each for each in reading.axes if each in reading.shared and each not in reading.used | resolving.used]
    complaints += resolving.complaints
    complaints += [(("where", each), f"is used by no field; write {{as: {each}}} where it is meant") for each in unused]
    if reading.axes and "published" in template:
        complaints.append(
            (("published",), "is what a paper prints about one network; remove it from a space of several")
        )
    _raise(document, complaints)
    written = Document(template, document.places)
    space = Space(template.get("name", name), tuple(reading.axes.values()), constraints, written)
    _check_size(space, document)
    _check_sound(space)
    return space


def _raise(document: Document, complaints: list[tuple[Path, str]]) -> None:
    """Raises SpecError where there are complaints, in the order of the document."""
    order = {path: index for index, path in enumerate(document.places)}

    def line(path: Path) -> int:
        return next((order[path[:length]] for length in range(len(path), -1, -1) if path[:length] in order), 0)

    found = sorted(complaints, key=lambda each: line(each[0]))
    lines = [f"{document.place(path)}: {field_name(path) or 'the space'} {words}" for path, words in found]
    if lines or document.problems:
        raise SpecError(*document.problems, *lines)


def _check_size(space: Space, document: Document) -> None:
    several = sum(len(axis) > 1 for axis in space.axes)
    if space.size > MOST_VARIANTS:
        words = f"has {space.size:.3g} variants; at most {MOST_VARIANTS:.3g} can be numbered: take choices away"
    elif several > MOST_AXES:
        words = f"has {several} choices of several values; at most {MOST_AXES} are allowed"
    elif space.structures > MOST_STRUCTURES:
        words = (
            f"has {space.structures} structures, as activation, position, norm, distillation, and what is 0 or not "
            f"make them; at most {MOST_STRUCTURES} are allowed"
        )
    else:
        return
    raise SpecError(f"{document.place(())}: the space {words}")


def _check_sound(space: Space) -> None:
    """Raises SpecError where no variant can be sound, whatever is chosen, with what is wrong with the first of them."""
    for cell in space.cells():
        if all(mask is not False and (mask is True or mask.any()) for mask in cell.masks):
            return
    first = next(space.cells()).offset
    try:
        space.spec(first)
    except SpecError as error:
        if space.size == 1:
            raise
        raise SpecError(*(f"no variant is sound; {problem}" for problem in error.problems)) from None
