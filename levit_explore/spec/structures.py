"""What lists and mappings of a spec may hold: rules made of rules, and of the fields of dataclasses."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from levit_explore.sizes import is_array
from levit_explore.spec.rules import Complaints, Integer, Rule, number_fix
from levit_explore.spec.words import did_you_mean, listed, shown

_SIDE = Integer()


@dataclass(frozen=True)
class Sides(Rule):
    """One number of pixels, or [height, width]."""

    allowed = "a number of pixels, or [height, width]"

    def check(self, value: Any) -> Complaints:
        if isinstance(value, list | tuple):
            if len(value) != 2:
                yield (), f"is a list of {len(value)}; it must be {self.allowed}"
            for index, side in enumerate(value):
                yield from _within(index, _SIDE.check(side))
        elif is_array(value) or type(value) is int:
            yield from _SIDE.check(value)
        else:
            size = pixels(value) if isinstance(value, str) else None
            yield (), self.complaint(value, f"; write {size}" if type(size) is list else number_fix(value, _SIDE))

    def schema(self) -> dict[str, Any]:
        side = _SIDE.schema()
        return {"anyOf": [side, {"type": "array", "items": side, "minItems": 2, "maxItems": 2}]}


@dataclass(frozen=True)
class ListOf(Rule):
    """A list of 1 to `most` values of one rule."""

    item: Rule
    most: int

    @property
    def allowed(self) -> str:
        return f"a list of 1 to {self.most} entries"

    def check(self, value: Any) -> Complaints:
        if not isinstance(value, list | tuple):
            yield (), self.complaint(value)
            return
        if not 1 <= len(value) <= self.most:
            yield (), f"has {len(value)} entries; it must be {self.allowed}"
        for index, item in enumerate(value[: self.most]):
            yield from _within(index, self.item.check(item))

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.item.schema(), "minItems": 1, "maxItems": self.most}


@dataclass(frozen=True)
class Fields(Rule):
    """A mapping with the fields of a dataclass that were declared with `about`."""

    data: type[Any]
    constants: Mapping[str, str] = dataclasses.field(default_factory=dict)  # extra fields with one fixed value

    allowed = "a mapping of fields"

    def check(self, value: Any) -> Complaints:
        if not isinstance(value, Mapping):
            yield (), self.complaint(value)
            return
        known = {field.name: field for field in dataclasses.fields(self.data)}
        names = [*self.constants, *known]
        for key, item in value.items():
            if key in known:
                yield from _within(key, known[key].metadata["rule"].check(item))
            elif key not in self.constants:
                yield (key,), f"is not a field{did_you_mean(key, names) or '; the fields are ' + ', '.join(names)}"
        for name, field in known.items():
            if name not in value and _required(field):
                yield (name,), f"is missing; it must be {field.metadata['rule'].allowed}"

    def schema(self) -> dict[str, Any]:
        fields = dataclasses.fields(self.data)
        return {
            "type": "object",
            "properties": {name: {"const": value} for name, value in self.constants.items()}
            | {field.name: _field_schema(field) for field in fields},
            "required": [*self.constants, *(field.name for field in fields if _required(field))],
            "additionalProperties": False,
        }


@dataclass(frozen=True)
class Kinds(Rule):
    """A mapping whose field `kind` says which dataclass the other fields belong to."""

    kinds: Mapping[str, type[Any]]
    example: str

    @property
    def allowed(self) -> str:
        return f"a mapping with kind {listed(list(self.kinds))}, such as {self.example}"

    def check(self, value: Any) -> Complaints:
        if not isinstance(value, Mapping):
            yield (), self.complaint(value)
        elif "kind" not in value:
            yield ("kind",), f"is missing; it must be {listed(list(self.kinds))}"
        elif not isinstance(value["kind"], str) or value["kind"] not in self.kinds:
            names = list(self.kinds)
            fix = did_you_mean(value["kind"], names)
            yield ("kind",), f"is {shown(value['kind'])}; it must be {listed(names)}{fix}"
        else:
            yield from self._fields(value["kind"]).check(value)

    def _fields(self, kind: str) -> Fields:
        return Fields(self.kinds[kind], {"kind": kind})

    def schema(self) -> dict[str, Any]:
        kinds = [self._fields(kind).schema() for kind in self.kinds]
        return {"oneOf": [kind | {"required": [name for name in kind["required"] if name != "kind"]} for kind in kinds]}


def pixels(text: str) -> int | list[int] | None:
    """The image_size that "256" or "192x256" stands for; None for any other text."""
    words = text.lower().split("x")
    if len(words) > 2 or not all(word.isdecimal() and len(word) < 10 for word in words):
        return None
    return int(words[0]) if len(words) == 1 else [int(word) for word in words]


def about(rule: Rule, doc: str, *, derived: str = "") -> dict[str, Any]:
    """The metadata of a spec's field: its rule, what it is, and in words how it is derived when left out."""
    return {"rule": rule, "doc": doc, "derived": derived}


def _within(key: str | int, complaints: Complaints) -> Complaints:
    return (((key, *path), message) for path, message in complaints)


def _required(field: "dataclasses.Field[Any]") -> bool:
    return field.default is dataclasses.MISSING and not field.metadata["derived"]


def _field_schema(field: "dataclasses.Field[Any]") -> dict[str, Any]:
    derived = field.metadata["derived"]
    schema: dict[str, Any] = {"description": field.metadata["doc"] + (f"; default: {derived}" if derived else "")}
    if field.default not in (dataclasses.MISSING, None):
        schema["default"] = field.default
    schema |= field.metadata["rule"].schema()
    return schema
