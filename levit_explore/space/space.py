"""A design space: its axes, what its variants owe to each other, and each variant by its number."""

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from levit_explore.errors import SpecError
from levit_explore.space.bounds import Bound, bounds, is_bound
from levit_explore.space.cells import Axis, Cell, Chosen
from levit_explore.space.digest import digest
from levit_explore.space.nodes import Comparison
from levit_explore.space.structure import groups
from levit_explore.space.template import formulas
from levit_explore.space.variants import Filling, Setting, complaints, holds, is_everywhere
from levit_explore.spec.constraints import constraints
from levit_explore.spec.document import Document, field_name
from levit_explore.spec.fields import Spec
from levit_explore.spec.parse import filled, parse

if TYPE_CHECKING:
    from levit_explore.sizes import Mask


@dataclass(frozen=True)
class Space:
    """The variants of a spec in which fields hold choices.

    A variant's number is its place in the product of all axes, the first the slowest. Those that constraints of
    fields or a formula exclude, called masked, keep their numbers; `bounds` exclude variants by what they cost.
    """

    name: str
    axes: tuple[Axis, ...]
    constraints: tuple[Comparison, ...]
    document: Document  # with slots and formulas in place of choices and expressions

    @cached_property
    def size(self) -> int:
        """How many variants there are, masked ones included."""
        return math.prod(len(axis) for axis in self.axes)

    @cached_property
    def bounds(self) -> tuple[Bound, ...]:
        """What totals may come to."""
        return tuple(bound for comparison in self.constraints if is_bound(comparison) for bound in bounds(comparison))

    @cached_property
    def local(self) -> tuple[Comparison, ...]:
        """The constraints that read fields alone."""
        return tuple(comparison for comparison in self.constraints if not is_bound(comparison))

    @cached_property
    def digest(self) -> str:
        """A hash of everything that decides which variants there are, their numbers and bounds."""
        return digest(self.document.value, self.axes, self.bounds, self.local)

    def cells(self) -> Iterator[Cell]:
        """The cells that together hold each variant once; those of one structure are one cell."""
        for chosen in itertools.product(*self._groups.values()):
            yield self._cell(dict(zip(self._groups, chosen, strict=True)))

    @property
    def structures(self) -> int:
        """How many cells there are."""
        return math.prod(len(parts) for parts in self._groups.values())

    def places(self, number: int) -> tuple[int, ...]:
        """The place of each axis in the variant of a number. Raises SpecError where there is no such variant."""
        if not 0 <= number < self.size:
            raise SpecError(f"{self.name}: there is no variant {number}; they are numbered 0 to {self.size - 1}")
        return tuple(number // stride % len(axis) for stride, axis in zip(self._strides, self.axes, strict=True))

    def chosen(self, number: int) -> dict[str, Chosen]:
        """What each axis has in a variant."""
        places = self.places(number)
        return {axis.name: axis.values[place] for axis, place in zip(self.axes, places, strict=True)}

    def fields(self, number: int) -> dict[str, Any]:
        """A variant as a spec file says it, what is derived by default left out.

        Raises SpecError where a formula gives what its field may not have.
        """
        filling = Filling(self.document, self._single(number))
        wrong = complaints(filling, formulas(self.document.value))
        lines = [f"{self.document.place(path)}: {field_name(path)} {words}" for path, words in wrong]
        if lines:
            raise SpecError(*self._of_variant(number, lines))
        name = {"name": self._name(number)}
        return name | _written(filling.fields()) | name

    def spec(self, number: int) -> Spec:
        """A variant in full. Raises SpecError, with all its reasons, where it is masked."""
        fields = self.fields(number)
        try:
            spec = parse(Document(fields, self.document.places), self._name(number))
        except SpecError as error:
            raise SpecError(*self._of_variant(number, error.problems)) from None
        setting = self._single(number)
        broken = [each for each in self.local if not holds(each, spec, setting).all()]
        if broken:
            lines = [f"{comparison.place}: {comparison.text} does not hold" for comparison in broken]
            raise SpecError(*self._of_variant(number, lines))
        return spec

    @cached_property
    def _axes(self) -> dict[str, Axis]:
        return {axis.name: axis for axis in self.axes}

    @cached_property
    def _groups(self) -> dict[str, list[tuple[int, ...]]]:
        return groups(self.document, self._axes)

    @cached_property
    def _strides(self) -> tuple[int, ...]:
        return tuple(math.prod(len(axis) for axis in self.axes[index + 1 :]) for index in range(len(self.axes)))

    def _single(self, number: int) -> Setting:
        return Setting(
            self._axes, {name: (place,) for name, place in zip(self._axes, self.places(number), strict=True)}
        )

    def _of_variant(self, number: int, lines: "Iterator[str] | list[str] | tuple[str, ...]") -> Iterator[str]:
        return (line if self.size == 1 else f"variant {number}: {line}" for line in lines)

    def _name(self, number: int) -> str:
        return self.name if self.size == 1 else f"{self.name[:150]}-{number}"

    def _cell(self, chosen: Mapping[str, tuple[int, ...]]) -> Cell:
        setting = Setting(self._axes, chosen)
        filling = Filling(self.document, setting)
        spec = filled(filling.fields() | {"name": self.name}, self.name)
        masks: list[Mask] = [filling.formula(formula).allowed for formula in formulas(self.document.value)]
        masks += [row.holds for row in constraints(spec)]
        masks += [holds(comparison, spec, setting) for comparison in self.local]
        strides = dict(zip(self._axes, self._strides, strict=True))
        varied = setting.varied
        values = {name: self._axes[name].values for name in varied}
        return Cell(
            axes=tuple(Axis(name, tuple(values[name][place] for place in chosen[name])) for name in varied),
            spec=spec,
            masks=tuple(mask for mask in masks if not is_everywhere(mask)),
            numbers=tuple(chosen[name] for name in varied),
            strides=tuple(strides[name] for name in varied),
            offset=sum(chosen[name][0] * strides[name] for name in chosen if name not in varied),
        )


def _written(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields with an image size of two equal sides as one number."""
    match fields:
        case {"image_size": [height, width]} if height == width:
            return fields | {"image_size": height}
    return fields
