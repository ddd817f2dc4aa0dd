"""What stands in a space's fields where a spec has a value, and which rule and default a field has."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from levit_explore.space.cells import Chosen
from levit_explore.space.nodes import Node
from levit_explore.spec.fields import Downsample, Spec, Stage
from levit_explore.spec.rules import Integer, Number, Path, Rule
from levit_explore.spec.structures import Fields, Kinds, ListOf, Sides

SPACE = Fields(Spec, {"where": "", "constraints": ""})


@dataclass(frozen=True)
class Slot:
    """Takes the value of an axis; of an image size the height (`side` 0) or the width (1)."""

    axis: str
    side: int | None = None

    def of(self, value: Chosen) -> Chosen:
        """What stands in the field where the axis has this value."""
        if self.side is None or not isinstance(value, str):
            return value
        return int(value.split("x")[self.side])


@dataclass(frozen=True)
class Formula:
    """Takes the value of an expression over other fields, which must be one that the rule allows."""

    path: Path
    text: str
    node: Node
    rule: Integer | Number


def rule_at(path: Path, kind: str = "convs") -> Rule | None:
    """The rule of the field at a path, in a spec whose stem is of this kind; None where there is no such field."""
    rule: Rule | None = SPACE
    for key in path:
        match rule:
            case Kinds(kinds):
                rule = _field_rule(kinds[kind], key)
            case Fields(data):
                rule = _field_rule(data, key)
            case ListOf(item) if isinstance(key, int):
                rule = item
            case Sides() if key in (0, 1):
                rule = Integer()
            case _:
                return None
    return rule


def _field_rule(data: type[Any], key: str | int) -> Rule | None:
    found: list[Rule] = [field.metadata["rule"] for field in dataclasses.fields(data) if field.name == key]
    return found[0] if found else None


def default_at(path: Path) -> Any:
    """The value that a field of numbers has where it is left out; None where that is derived, or nothing."""
    match path:
        case ("image_size", int(side)):
            return Spec.image_size[side]
        case ("stages", int(), name):
            return _default(Stage, name)
        case ("stages", int(), "downsample", name):
            return _default(Downsample, name)
        case (name,):
            return _default(Spec, name)
    return None


def _default(data: type[Any], name: str | int) -> Any:
    found = [field.default for field in dataclasses.fields(data) if field.name == name]
    return found[0] if found and found[0] is not dataclasses.MISSING else None


def value_at(fields: Any, path: Path) -> Any:
    """What is written at a path of nested mappings and lists; None where nothing is."""
    for key in path:
        match fields:
            case Mapping() if key in fields:
                fields = fields[key]
            case list() if isinstance(key, int) and key < len(fields):
                fields = fields[key]
            case _:
                return None
    return fields


def leaves(fields: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every slot, formula and plain value of nested mappings and lists, with its path, in order."""
    if isinstance(fields, Mapping):
        for key, item in fields.items():
            yield from leaves(item, (*path, key))
    elif isinstance(fields, list):
        for index, item in enumerate(fields):
            yield from leaves(item, (*path, index))
    else:
        yield path, fields


def slots(fields: Any) -> Iterator[tuple[Path, Slot]]:
    """Every slot with its path."""
    return ((path, leaf) for path, leaf in leaves(fields) if isinstance(leaf, Slot))


def formulas(fields: Any) -> "Iterator[Formula]":
    """Every formula, which knows its path."""
    return (leaf for _, leaf in leaves(fields) if isinstance(leaf, Formula))
