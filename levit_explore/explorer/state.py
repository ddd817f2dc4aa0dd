"""What the explorer knows: the fields as written, what they are held against, and how they came to be."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from levit_explore.errors import SpecError
from levit_explore.explorer.differences import Value, differing
from levit_explore.spec.document import Document
from levit_explore.spec.fields import Spec
from levit_explore.spec.load import load_document
from levit_explore.spec.parse import parse
from levit_explore.spec.rules import Path


@dataclass(frozen=True)
class Problem:
    """A refused edit: the field, what was typed for it, and the parser's lines about it."""

    path: Path
    text: str
    lines: tuple[str, ...]
    place: str = ""  # what the lines begin with where they speak of the edit itself

    @property
    def brief(self) -> tuple[str, ...]:
        """The lines without the place before them, for showing beside the field."""
        return tuple(line.removeprefix(f"{self.place}: ").removeprefix("spec: ") for line in self.lines)


@dataclass(frozen=True)
class State:
    """One moment of exploring. `value` is always sound: an edit that is not stays in `problem` alone."""

    source: str
    name: str  # of a spec whose fields give none
    value: Value  # the fields as written; what is left out is derived
    base: Value  # as opened or last saved: what changes are held against
    past: tuple[Value, ...] = ()
    future: tuple[Value, ...] = ()  # the next one first
    pinned: Value | None = None  # B, where `value` is A
    convention: str = "levit"
    problem: Problem | None = None
    flips: frozenset[int] = frozenset()  # which steps exchanged A and B, by how many steps came before them
    learned: tuple[str, Value] | None = None  # the checkpoint whose biases are shown, and the fields found in it

    @property
    def spec(self) -> Spec:
        """The spec of the fields, every default filled in."""
        return spec_of(self.value, self.name)

    @property
    def changed(self) -> frozenset[Path]:
        """The paths whose values differ from the base; stages and downsamples that only one of them has included."""
        paths = differing(self.base, self.value)
        return frozenset(path for path in paths if path[0] != "published")

    @property
    def unsaved(self) -> bool:
        """Whether the fields differ from what was opened or last saved."""
        return self.value != self.base

    @property
    def unsaved_b(self) -> bool:
        """Whether there is a B that is neither what there is nor what was opened or last saved."""
        return self.pinned not in (None, self.value, self.base)


def opened(source: str | os.PathLike[str], edits: Iterable[str] = (), size: str | None = None) -> State:
    """The state of a spec that was just opened; `edits` and `size` are its first step, which can be undone.

    A source that is only sound with them is held against itself with them. Raises SpecError as `load_spec` does.
    """
    words, source = list(edits), os.fspath(source)
    if source == "-" or not (words or size):  # standard input can be read once
        document, name = load_document(source, words, size)
        return started(source, name, _checked(document, name))
    document, name = load_document(source, words, size)
    value = _checked(document, name)
    try:
        plain, _ = load_document(source)
        state = started(source, name, _checked(plain, name))
    except SpecError:
        return started(source, name, value)
    return state if value == state.base else replace(state, value=value, past=(state.base,))


def started(source: str, name: str, value: Value) -> State:
    """The state of sound fields from anywhere, such as those that a checkpoint was found to have."""
    return State(source, name, value, value)


def spec_of(value: Value, name: str) -> Spec:
    """The spec of fields as written. Raises SpecError where they are not sound."""
    return _parsed(key(value), name)


def key(value: Value) -> str:
    """Fields as text, alike for alike fields only."""
    return json.dumps(value)


@lru_cache(maxsize=1024)
def _parsed(text: str, name: str) -> Spec:
    return parse(Document(json.loads(text), {}), name)


def _checked(document: Document, name: str) -> Value:
    """The fields of a document that gives a sound spec."""
    parse(document, name)
    value: Value = document.value
    return value
