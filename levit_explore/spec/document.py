"""A spec's fields before defaults are filled in, each with the place it was written at, and the edits of them."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from levit_explore.errors import SpecError
from levit_explore.spec.rules import Path
from levit_explore.spec.words import shown, word

CHOICE_KEYS = frozenset({"choices", "range", "as"})  # one of them is in every choice of a design space


@dataclass(frozen=True)
class Document:
    """Values as read (mappings, lists, scalars) and for every path the place it was written at, "my.yaml:14"."""

    value: Any
    places: Mapping[Path, str]
    problems: tuple[str, ...] = ()  # lines about what could not be read

    def place(self, path: Path) -> str:
        """Where `path` was written, or the nearest thing around it that was."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, "spec")


def merge(base: Document, change: Document) -> Document:
    """`base` with the fields of `change` laid over it: mappings field by field, everything else as a whole."""
    replaced = set(_replaced(base.value, change.value))
    kept = {
        path: place
        for path, place in base.places.items()
        if not any(path[:length] in replaced for length in range(len(path) + 1))
    }
    return Document(_overlay(base.value, change.value), kept | dict(change.places), base.problems + change.problems)


def assign(document: Document, path: Path, value: Any, place: str) -> Document:
    """`document` with `value` at `path`, mappings on the way made where they are missing.

    Raises SpecError where `path` leads through a list that is too short or through a value without fields.
    """
    target = root = copy.deepcopy(document.value)
    made: dict[Path, str] = {}
    for index, key in enumerate(path):
        name = field_name(path[:index]) or "the spec"
        if isinstance(target, list):
            if not isinstance(key, int) or not 0 <= key < len(target):
                entries = f"entries 0 to {len(target) - 1}" if target else "no entries"
                raise SpecError(f"{place}: {name} has {entries}; {shown(key)} is none of them")
        elif not isinstance(target, dict) or isinstance(key, int):
            raise SpecError(f"{place}: {name} is {shown(target)} and has no field {word(key)}")
        if index == len(path) - 1:
            target[key] = value
        elif isinstance(target, dict) and target.get(key) is None:
            if isinstance(path[index + 1], int):
                whole = field_name(path[: index + 1])
                raise SpecError(f"{place}: {whole} is not written out and has no entries; set it whole, {whole}=[...]")
            target[key] = {}
            made[path[: index + 1]] = place
        target = target[key]
    places = {old: where for old, where in document.places.items() if old[: len(path)] != path}
    return replace(document, value=root, places=places | made | {path: place})


def field_name(path: Path) -> str:
    """A path as messages write it.

    >>> field_name(("stages", 1, "key_dim"))
    'stages[1].key_dim'
    """
    return "".join(f"[{shown(key)}]" if isinstance(key, int) else f".{word(key)}" for key in path).removeprefix(".")


def _overlay(base: Any, change: Any) -> Any:
    if not _same_kind(base, change):
        return change
    return base | {key: _overlay(base[key], value) if key in base else value for key, value in change.items()}


def _replaced(base: Any, change: Any, path: Path = ()) -> Iterator[Path]:
    """The paths at which `_overlay` puts the changed value whole."""
    if not _same_kind(base, change):
        yield path
        return
    for key, value in change.items():
        yield from _replaced(base[key], value, (*path, key)) if key in base else [(*path, key)]


def _same_kind(base: Any, change: Any) -> bool:
    """Whether both are mappings whose fields belong together; a stem of another kind and a choice start afresh."""
    if not (isinstance(base, dict) and isinstance(change, dict)) or not CHOICE_KEYS.isdisjoint([*base, *change]):
        return False
    return base.get("kind") == change.get("kind", base.get("kind"))
