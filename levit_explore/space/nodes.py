"""The trees of expressions and comparisons, as written and with their names looked up."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from levit_explore.spec.rules import Path


class UnreadableError(Exception):
    """Why a text is no expression; reads on from the field's name, as complaints of rules do."""


@dataclass(frozen=True)
class Number:
    """A number as it was written, exact; `in_bytes` where its suffix says so."""

    value: Fraction
    in_bytes: bool = False


@dataclass(frozen=True)
class Name:
    """A name not yet looked up: ("dim", 0) of `dim[0]`."""

    path: Path


@dataclass(frozen=True)
class Field:
    """The field of a spec at a path from its root."""

    path: Path


@dataclass(frozen=True)
class Shared:
    """The value of an axis that has a name of its own."""

    axis: str


@dataclass(frozen=True)
class Total:
    """A count of the whole network, such as flops."""

    name: str


@dataclass(frozen=True)
class Calculation:
    """`+ - * / // %`, "max" or "min" of two expressions."""

    sign: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Comparison:
    """Two expressions and what holds between them; `place` is where it was written, "my.yaml:9"."""

    left: "Node"
    sign: str
    right: "Node"
    text: str
    place: str = ""


Node: TypeAlias = "Number | Name | Field | Shared | Total | Calculation"
