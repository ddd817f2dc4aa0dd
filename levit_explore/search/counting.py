"""The task of a sweep over a space: counting the variants of a range of numbers, cell by cell."""

import math
from dataclasses import dataclass
from functools import cached_property

from levit_explore.search.enumerate import enumerate_cell
from levit_explore.search.factors import Factors, factors
from levit_explore.search.numbers import numbers, span
from levit_explore.search.parts import Choice
from levit_explore.search.rows import Rows, joined, no_rows
from levit_explore.search.task import Task
from levit_explore.space.cells import Cell
from levit_explore.space.space import Space


@dataclass(frozen=True)
class Counting:
    """Gives the variants of a space whose numbers lie in a range, with some quantities under a convention.

    A process lays out the tables of a cell once.
    """

    space: Space
    quantities: tuple[str, ...]
    convention: str

    def __call__(self, start: int, stop: int) -> Rows:
        """The variants from number `start` to before `stop` that are allowed and within all bounds of the space."""
        found = [no_rows(self.quantities)]
        for cell, tables in self._cells:
            places = span(cell, start, stop)
            variants = enumerate_cell(tables, self.quantities, self.space.bounds, *places)
            found += [Rows(numbers(cell, some.places), some.values) for some in variants]
        return joined(*found)

    def __reduce__(self) -> tuple[type["Counting"], tuple[Space, tuple[str, ...], str]]:
        return Counting, (self.space, self.quantities, self.convention)  # without the tables

    @cached_property
    def _cells(self) -> list[tuple[Cell, Factors]]:
        asked = dict.fromkeys((*self.quantities, *(name for bound in self.space.bounds for name in bound.weights)))
        return [(cell, factors(cell, tuple(asked), self.convention)) for cell in self.space.cells()]


def counting(space: Space, quantities: tuple[str, ...], convention: str = "levit") -> Task:
    """The task that counts some quantities of all variants of a space."""
    lengths = [len(axis) for axis in space.axes]
    strides = [math.prod(lengths[place + 1 :]) for place in range(len(lengths))]
    choices = tuple(Choice(axis, stride) for axis, stride in zip(space.axes, strides, strict=True))
    work = Counting(space, quantities, convention)
    return Task(space.digest, convention, quantities, space.size, work, choices)
