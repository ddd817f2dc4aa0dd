"""What shows itself in a notebook."""

import copy
from importlib import import_module
from typing import Self, SupportsIndex, TypeVar, overload

T = TypeVar("T")


class Displayed:
    """A value that IPython shows as HTML, or as a picture; where it has neither form, by its repr."""

    def _repr_html_(self) -> str | None:
        return _shown("html", self)

    def _repr_svg_(self) -> str | None:
        return _shown("svg", self)


class DisplayedList(list[T], Displayed):
    """A list that shows itself, as do its slices."""

    @overload
    def __getitem__(self, place: SupportsIndex) -> T: ...

    @overload
    def __getitem__(self, place: slice) -> Self: ...

    def __getitem__(self, place: SupportsIndex | slice) -> T | Self:
        """The value at a place, or for a slice a list of the same kind."""
        if not isinstance(place, slice):
            return super().__getitem__(place)
        some = copy.copy(self)
        some[:] = super().__getitem__(place)
        return some


def _shown(form: str, value: Displayed) -> str | None:
    # plans and results stand below the floor that draws them, so they meet it only when they are looked at
    shown: str | None = getattr(import_module("levit_explore.render.notebook"), form)(value)
    return shown
