"""The fields that can be edited, as the tables of the front ends show them."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from levit_explore.explorer.declared import declared, effective_in, every_field
from levit_explore.explorer.differences import has
from levit_explore.explorer.state import State
from levit_explore.explorer.steps import stem_kinds
from levit_explore.spec.document import field_name
from levit_explore.spec.fields import Downsample, Spec, Stage
from levit_explore.spec.rules import Choice, Flag, Path
from levit_explore.spec.words import listed
from levit_explore.spec.write import to_yaml

_WHOLES = ("stem", "stages", "published", "downsample")  # shown by their fields, or not edited


@dataclass(frozen=True)
class Entry:
    """One field: its effective value, where that comes from, and what it may be."""

    path: Path
    value: Any
    derived: bool  # not written, so that it follows from other fields or is the paper's
    changed: bool  # written otherwise than in the base
    allowed: str
    doc: str
    options: tuple[str, ...] = ()  # the words that it may be, where it is one of a few

    @property
    def name(self) -> str:
        """The path as messages write it: "stages[1].downsample.heads"."""
        return field_name(self.path)

    @property
    def label(self) -> str:
        """The field's own name, with the stem's before it."""
        return ".".join(str(key) for key in self.path) if self.path[0] == "stem" else str(self.path[-1])

    @property
    def text(self) -> str:
        """The value as one would type it."""
        return typed(self.value)


@dataclass(frozen=True)
class Table:
    """The editable fields: those of the network, and for each stage its own and those of the downsample into it."""

    top: tuple[Entry, ...]
    stages: tuple[tuple[Entry, ...], ...]
    downsamples: tuple[tuple[Entry, ...], ...]  # one for each stage, the first one's empty

    def __iter__(self) -> Iterator[Entry]:
        """All fields in the order of the format, a downsample behind the fields of its stage."""
        yield from self.top
        for stage, downsample in zip(self.stages, self.downsamples, strict=True):
            yield from (*stage, *downsample)


def table(spec: Spec, state: State) -> Table:
    """The fields of `spec`, which is the state's, as a table of them shows them."""
    known = _Known(spec, state, state.changed, every_field(spec))

    def entries(data: type[Any], path: Path) -> tuple[Entry, ...]:
        names = [field.name for field in dataclasses.fields(data) if field.name not in _WHOLES]
        return tuple(_entry((*path, name), known) for name in names)

    count = range(len(spec.stages))
    return Table(
        (*entries(Spec, ()), _stem_kind(known), *entries(type(spec.stem), ("stem",))),
        tuple(entries(Stage, ("stages", index)) for index in count),
        tuple(entries(Downsample, ("stages", index, "downsample")) if index else () for index in count),
    )


def typed(value: Any) -> str:
    """A value as one would type it for `--set`, on one line.

    >>> typed([192, 256]), typed(True), typed("4")
    ('[192, 256]', 'true', "'4'")
    """
    return str(value) if type(value) is int else to_yaml({"x": value}).removeprefix("x: ").removesuffix("\n")


@dataclass(frozen=True)
class _Known:
    """What all entries of a table are made from."""

    spec: Spec
    state: State
    changed: frozenset[Path]
    values: Mapping[str, Any]  # every field of the spec

    def entry(self, path: Path, allowed: str, doc: str, options: tuple[str, ...] = ()) -> Entry:
        value, written = effective_in(self.values, path), has(self.state.value, path)
        return Entry(path, value, not written, path in self.changed, allowed, doc, options)


def _entry(path: Path, known: _Known) -> Entry:
    field = declared(path, known.spec)
    assert field is not None, path
    rule = field.metadata["rule"]
    match rule:
        case Choice(names=names):
            options = tuple(names)
        case Flag():
            options = ("true", "false")
        case _:
            options = ()
    return known.entry(path, rule.allowed, field.metadata["doc"], options)


def _stem_kind(known: _Known) -> Entry:
    kinds = stem_kinds()
    return known.entry(("stem", "kind"), listed(kinds), "what turns the image into tokens", tuple(kinds))
