"""What a single value of a spec may be. Each rule has two readers: `check` and the JSON Schema.

`check(value)` yields `(path, complaint)` pairs, the path relative to the value, so that a rule for a list or
a mapping passes on what its parts complain of. A complaint reads on from the field's name: "is 0; it must ...".
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from levit_explore.sizes import is_array
from levit_explore.spec.words import did_you_mean, listed, shown

LIMIT = 65_536  # no published model comes near; larger values are typing errors

Path = tuple[str | int, ...]
Complaints = Iterator[tuple[Path, str]]


class Rule(ABC):
    """What a value may be: `allowed` in words, `check` in code, `schema` as JSON Schema."""

    @property
    @abstractmethod
    def allowed(self) -> str: ...

    @abstractmethod
    def check(self, value: Any) -> Complaints: ...

    @abstractmethod
    def schema(self) -> dict[str, Any]: ...

    def complaint(self, value: Any, fix: str = "") -> str:
        return f"is {shown(value)}; it must be {self.allowed}{fix}"


@dataclass(frozen=True)
class Integer(Rule):
    """An integer from `low` to `high`, or an integer array of such."""

    low: int = 1
    high: int = LIMIT
    hint: str = ""

    @property
    def allowed(self) -> str:
        words = {0: "zero or a positive integer", 1: "a positive integer"}.get(
            self.low, f"an integer of {self.low} or more"
        )
        return words + (f" ({self.hint})" if self.hint else "")

    def check(self, value: Any) -> Complaints:
        if is_array(value):
            if value.dtype.kind not in "iu":
                yield (), f"is an array of {value.dtype}; it must hold integers"
            elif value.size == 0 or value.min() < self.low or value.max() > self.high:
                yield (), f"is an array from {_span(value)}; each must be {self.allowed}, at most {self.high}"
        elif type(value) is int and value > self.high:
            yield (), f"is {shown(value)}; it must be at most {self.high}"
        elif not self.allows(value):
            yield (), self.complaint(value, number_fix(value, self))

    def allows(self, value: Any) -> bool:
        return type(value) is int and self.low <= value <= self.high

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class Number(Rule):
    """A finite number above `low`, or at least `low` where `closed`; at most `high`; or an array of such."""

    low: float
    high: float
    closed: bool = True

    @property
    def allowed(self) -> str:
        return f"a number {'of at least' if self.closed else 'above'} {self.low:g} and at most {self.high:g}"

    def check(self, value: Any) -> Complaints:
        if is_array(value):
            if value.dtype.kind not in "iuf":
                yield (), f"is an array of {value.dtype}; it must hold numbers"
            elif value.size == 0 or not (self._above(value) & (value <= self.high)).all():
                yield (), f"is an array from {_span(value)}; each must be {self.allowed}"
        elif not self.allows(value):
            yield (), self.complaint(value, number_fix(value, self))

    def allows(self, value: Any) -> bool:
        return type(value) in (int, float) and self._above(value) and value <= self.high

    def _above(self, value: Any) -> Any:
        return value >= self.low if self.closed else value > self.low

    def schema(self) -> dict[str, Any]:
        return {"type": "number", "minimum" if self.closed else "exclusiveMinimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class Flag(Rule):
    """true or false."""

    allowed = "true or false"

    def check(self, value: Any) -> Complaints:
        if type(value) is not bool:
            meant = value.lower() if isinstance(value, str) else ""
            yield (), self.complaint(value, f"; write {meant} without quotes" if meant in ("true", "false") else "")

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Text(Rule):
    """A string of at most `high` characters."""

    high: int = 10_000

    @property
    def allowed(self) -> str:
        return f"text of at most {self.high} characters"

    def check(self, value: Any) -> Complaints:
        if type(value) is not str:
            yield (), self.complaint(value, _quotes_fix(value))
        elif len(value) > self.high:
            yield (), f"has {len(value)} characters; it must be {self.allowed}"

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.high}


@dataclass(frozen=True)
class Choice(Rule):
    """One of the values of an Enum, or where `none` the word "none"."""

    options: type[StrEnum]
    none: bool = False

    @property
    def names(self) -> list[str]:
        return [option.value for option in self.options] + ["none"] * self.none

    @property
    def allowed(self) -> str:
        return listed(self.names)

    def check(self, value: Any) -> Complaints:
        if type(value) is not str or value not in self.names:
            yield (), self.complaint(value, did_you_mean(value, self.names))

    def schema(self) -> dict[str, Any]:
        return {"enum": self.names}


def _quotes_fix(value: Any) -> str:
    return f"; write it in quotes: '{shown(value)}'" if type(value) in (bool, float) or _is_short(value) else ""


def _is_short(value: Any) -> bool:
    return type(value) is int and abs(value) < 10**20


def number_fix(value: Any, rule: Integer | Number) -> str:
    """The fix for a number that is allowed but was written otherwise, such as "256", 256.0 or 1e-1."""
    try:
        number = float(value) if isinstance(value, str | float) else math.nan
    except ValueError:
        number = math.nan
    for meant in (int(number), number) if math.isfinite(number) else ():
        if meant == number and rule.allows(meant):
            return f"; write {meant}" + (" without quotes" if str(meant) == value else "")
    return ""


def _span(value: Any) -> str:
    return f"{value.min()} to {value.max()}" if value.size else "nothing to nothing"
