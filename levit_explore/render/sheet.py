"""A sheet: what a command found, as rows for people and as a document for programs. Every format renders sheets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from levit_explore.spec.fields import Spec
from levit_explore.spec.words import printable

Record = Mapping[str, Any]
_PREFIXES = ("", "k", "M", "G", "T", "P", "E", "Z", "Y")


def text(value: Any) -> str:
    """A value in words, on one line whatever it holds; nothing for None."""
    if value is None:
        return ""
    return printable(str(value))


def count(value: int | None) -> str:
    """An exact count with separators: 1,128,024,056."""
    return "" if value is None else f"{value:,}"


def si(value: int) -> str:
    """A count with three digits and its prefix, for pictures, where an exact one has no room.

    >>> si(1_128_024_056), si(53_420_864), si(640)
    ('1.13 G', '53.4 M', '640')
    """
    scaled, place = float(value), 0
    while abs(scaled) >= 999.5 and place < len(_PREFIXES) - 1:
        scaled, place = scaled / 1000, place + 1
    decimals = 2 if abs(scaled) < 9.995 else 1 if abs(scaled) < 99.95 else 0
    return f"{scaled:.{decimals}f} {_PREFIXES[place]}" if place else str(value)


def signed(value: int | None) -> str:
    """An exact difference with its sign: +5,388,808."""
    return "" if value is None else f"{value:+,}"


def percent(value: float | None) -> str:
    """A share or a change in per cent with one decimal."""
    return "" if value is None else f"{value:.1%}"


def signed_percent(value: float | None) -> str:
    """A relative change in per cent with its sign; "new" where there was nothing before."""
    return "new" if value is None else f"{value:+.1%}"


def ratio(value: float | None) -> str:
    """A ratio with three decimals; a dash where there is nothing to divide by."""
    return "-" if value is None else f"{value:.3f}"


def rounded(value: Any) -> Any:
    """Shares and ratios as programs read them, with four decimals; anything else as it is."""
    match value:
        case float():
            return round(value, 4)
        case Mapping():
            return {key: rounded(item) for key, item in value.items()}
        case list():
            return [rounded(item) for item in value]
        case _:
            return value


def shape(value: Sequence[int] | None) -> str:
    """A shape: 256x14x14."""
    return "" if value is None else "x".join(str(side) for side in value)


@dataclass(frozen=True)
class Column:
    """One field of the rows: its title, how people read it, and where it is shown."""

    key: str
    title: str
    show: Callable[[Any], str] = text
    bar: bool = False  # drawn as a bar too, on a terminal
    clip: bool = False  # cut rather than wrapped on a narrow terminal
    group: bool = False  # a value that repeats is shown once
    data_only: bool = False  # in CSV, but not in tables

    @property
    def numeric(self) -> bool:
        """Whether values are numbers, and so set to the right."""
        return self.show in (count, signed, percent, signed_percent, ratio)


@dataclass(frozen=True)
class Table:
    """Rows of raw values under the columns' keys; `foot` sums them up."""

    columns: tuple[Column, ...]
    rows: Sequence[Record]
    foot: Sequence[Record] = ()

    @property
    def shown(self) -> tuple[Column, ...]:
        """The columns that people see."""
        return tuple(column for column in self.columns if not column.data_only)

    def cells(self, row: Record, before: Record | None = None) -> list[str]:
        """A row as people read it, each cell on one line; `before` is the row above it."""
        return [
            ""
            if column.key not in row or (column.group and before and before.get(column.key) == row[column.key])
            else text(column.show(row[column.key]))
            for column in self.shown
        ]


@dataclass(frozen=True)
class Sheet:
    """One result: tables for people, the first of them also as CSV, and the whole as a JSON document."""

    title: str
    document: Record
    tables: tuple[Table, ...]
    intro: Sequence[str] = ()
    notes: Sequence[str] = ()

    @property
    def drawn(self) -> list[Table]:
        """The tables that have anything to show."""
        return [table for table in self.tables if table.rows or table.foot]


def document(command: str, spec: str | None, fields: Record) -> dict[str, Any]:
    """A JSON document as every command writes it: its schema, its spec, then the fields."""
    return {"schema": f"levit-explore/{command}/1", "spec": spec, **fields}


def heading(spec: Spec) -> str:
    """What a table is about: "levit256 at 224x224"; a network without a name is "spec"."""
    return f"{spec.name.strip() or 'spec'} at {shape(spec.image_size)}"  # type: ignore[arg-type]
