"""Fields of one variant, or of a cell of them, with every slot and formula filled in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from levit_explore.errors import SpecError
from levit_explore.sizes import is_array
from levit_explore.space.cells import Axis
from levit_explore.space.exact import Array, Exact, calculated, compared, exact, settled
from levit_explore.space.nodes import Comparison, Field, Node, Shared, UnreadableError
from levit_explore.space.template import Formula, Slot, default_at, value_at
from levit_explore.spec.document import Document, field_name
from levit_explore.spec.fields import Spec
from levit_explore.spec.rules import Integer, Path


@dataclass(frozen=True)
class Setting:
    """Which places each axis takes: one, or several, which then stand along a dimension of their own."""

    axes: Mapping[str, Axis]
    places: Mapping[str, Sequence[int]]

    @property
    def varied(self) -> list[str]:
        """The axes that take several places, a dimension each."""
        return [name for name, places in self.places.items() if len(places) > 1]

    def of(self, slot: Slot) -> Any:
        """The value in a slot, or an array of values along the dimension of its axis."""
        values = self.axes[slot.axis].values
        chosen = [slot.of(values[place]) for place in self.places[slot.axis]]
        if len(chosen) == 1:
            return chosen[0]
        return np.array(chosen).reshape([len(chosen) if name == slot.axis else 1 for name in self.varied])


@dataclass(frozen=True)
class Settled:
    """What a formula comes to, and where its field may have it; elsewhere `numbers` holds some number that it may."""

    value: Exact
    numbers: Any
    allowed: Array


class Filling:
    """The fields of a document with slots under a setting; what formulas give is kept, for others read it."""

    def __init__(self, document: Document, setting: Setting) -> None:
        self.document = document
        self.setting = setting
        self.settled: dict[Path, Settled] = {}

    def fields(self) -> dict[str, Any]:
        """Every field as a spec file would say it."""
        filled: dict[str, Any] = self._filled(self.document.value)
        return filled

    def formula(self, formula: Formula) -> Settled:
        """What a formula comes to, worked out once."""
        if formula.path not in self.settled:
            try:
                value = calculated(formula.node, self._read)
            except UnreadableError as error:
                place = self.document.place(formula.path)
                raise SpecError(f"{place}: {field_name(formula.path)} {error}") from None
            numbers, allowed = settled(value, formula.rule)
            self.settled[formula.path] = Settled(value, _plain(numbers), allowed)
        return self.settled[formula.path]

    def _filled(self, value: Any) -> Any:
        match value:
            case Mapping():
                return {key: self._filled(item) for key, item in value.items()}
            case list():
                return [self._filled(item) for item in value]
            case Slot():
                return self.setting.of(value)
            case Formula():
                return self.formula(value).numbers
        return value

    def _read(self, node: Node) -> Exact:
        match node:
            case Shared(axis):
                return exact(self.setting.of(Slot(axis)))
            case Field(path):
                written = value_at(self.document.value, path)
                return exact(default_at(path) if written is None else self._filled(written))
        raise AssertionError(node)


def holds(comparison: Comparison, spec: Spec, setting: Setting) -> Array:
    """Where a comparison of fields holds among the variants of a complete spec."""

    def read(node: Node) -> Exact:
        match node:
            case Shared(axis):
                return exact(setting.of(Slot(axis)))
            case Field(path):
                return exact(_at(spec, path))
        raise AssertionError(node)

    try:
        return compared(calculated(comparison.left, read), comparison.sign, calculated(comparison.right, read))
    except UnreadableError as error:
        raise SpecError(f"{comparison.place}: {comparison.text} {error}") from None


def _at(spec: Any, path: Path) -> Any:
    for key in path:
        spec = spec[key] if isinstance(key, int) else getattr(spec, key)
    return spec


def _plain(numbers: Array) -> Any:
    """A single number as Python has it, an integer where it is one; zeros alone are one 0, which leaves a part out."""
    if not numbers.any():
        return 0
    if numbers.ndim:
        return numbers
    number = numbers.item()
    return int(number) if number == int(number) else number


def complaints(filling: Filling, formulas: Iterator[Formula]) -> Iterator[tuple[Path, str]]:
    """Why the formulas of a single variant give what their fields may not have."""
    for formula in formulas:
        settled = filling.formula(formula)
        if settled.allowed.all():
            continue
        if not settled.value.defined.all():
            yield formula.path, f"is {formula.text}, which divides by zero"
            continue
        value = str(Fraction(settled.value.above.item(), settled.value.below.item()))
        value = value if len(value) <= 40 else "a number of more than 40 digits"
        most = f", at most {formula.rule.high}" if isinstance(formula.rule, Integer) else ""
        yield formula.path, f"is {formula.text} = {value}; it must be {formula.rule.allowed}{most}"


def is_everywhere(mask: Any) -> bool:
    """Whether a mask excludes nothing."""
    return bool(mask.all()) if is_array(mask) else bool(mask)
