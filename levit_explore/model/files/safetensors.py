"""Safetensors: eight bytes of length, a JSON header that places every tensor, then the tensors' bytes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from levit_explore.errors import CheckpointError
from levit_explore.model.files.checkpoint import CheckpointFile, without_module
from levit_explore.model.files.entries import choose
from levit_explore.model.files.header import MAX_BYTES, read_object
from levit_explore.spec.words import printable, quoted, shown

_DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "BOOL": torch.bool,
    "U64": torch.uint64,
    "U32": torch.uint32,
    "U16": torch.uint16,
    "U8": torch.uint8,
    "C64": torch.complex64,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
}
_MAX_SIDES = 8
_MAX_VALUES = 2**60


def open_safetensors(path: Path, weights: str | None) -> CheckpointFile:
    """The tensors of a safetensors file, of which only the header is read now."""
    return from_places(path, "safetensors", read_header(path), weights)


@dataclass(frozen=True)
class Place:
    """Where a tensor lies: its file, its bytes there from `start` on, and what they mean."""

    path: Path
    start: int
    dtype: torch.dtype
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """In bytes."""
        return math.prod(self.shape) * self.dtype.itemsize


def from_places(path: Path, container: str, places: Mapping[str, Place], weights: str | None) -> CheckpointFile:
    """A checkpoint whose tensors are read one by one from their places."""
    entry = choose([""], weights, printable(str(path)))
    by_name = {name: places[stored] for name, stored in without_module(places).items()}
    return CheckpointFile(
        path=path,
        container=container,
        weights=entry,
        choices=("",),
        shapes={name: place.shape for name, place in by_name.items()},
        dtypes={name: place.dtype for name, place in by_name.items()},
        read=lambda name: _read(by_name[name]),
    )


def read_header(path: Path) -> dict[str, Place]:
    """The place of every tensor by name; they fill the file without gap or overlap.

    Raises CheckpointError for a header that says otherwise, or that is longer than the file.
    """
    file, size = printable(str(path)), path.stat().st_size
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if not 2 <= length <= size - 8:
            raise CheckpointError(f"{file}: is cut short or damaged: its header claims {length} of {size} bytes")
        header = read_object(stream.read(min(length, MAX_BYTES + 1)), f"{file}: the header")
    places = {
        name: _place(path, 8 + length, entry, f"{file}: {quoted(name)}")
        for name, entry in header.items()
        if name != "__metadata__"
    }
    if not places:
        raise CheckpointError(f"{file}: holds no tensors")
    _check_gapless(places, 8 + length, size, file)
    return places


def _place(path: Path, data: int, entry: Any, what: str) -> Place:
    """The place that a header's `entry` describes, in a file whose tensors begin at `data`."""
    match entry:
        case {"dtype": str(dtype), "shape": [*shape], "data_offsets": [int(begin), int(end)]}:
            pass
        case _:
            raise CheckpointError(f"{what} should be described by dtype, shape and data_offsets")
    if dtype not in _DTYPES:
        raise CheckpointError(f"{what} has dtype {quoted(dtype)}; known are {', '.join(_DTYPES)}")
    place = Place(path, data + begin, _DTYPES[dtype], _shape(shape, what))
    if place.size != end - begin or begin < 0:
        sides = " x ".join(str(side) for side in shape) or "one"
        raise CheckpointError(
            f"{what} lies at bytes {shown(begin)} to {shown(end)}, but {sides} of {dtype} are {place.size} bytes"
        )
    return place


def _shape(sides: list[Any], what: str) -> tuple[int, ...]:
    if len(sides) > _MAX_SIDES:
        raise CheckpointError(f"{what} has {len(sides)} sides; at most {_MAX_SIDES} are read")
    for side in sides:
        if type(side) is not int or side < 0:
            raise CheckpointError(f"{what} has a side that is {shown(side)}; it must be zero or a positive integer")
    if math.prod(max(side, 1) for side in sides) >= _MAX_VALUES:  # torch counts so, even where a side is 0
        raise CheckpointError(f"{what} has more values than torch can count")
    return tuple(sides)


def _check_gapless(places: Mapping[str, Place], data: int, size: int, file: str) -> None:
    end, before = data, "the header"
    for name, place in sorted(places.items(), key=lambda item: (item[1].start, item[1].size)):
        if place.start != end:
            fault = "overlaps" if place.start < end else "leaves a gap after"
            raise CheckpointError(f"{file}: is damaged: {quoted(name)} {fault} {before}")
        end, before = place.start + place.size, quoted(name)
    if end != size:
        fault = "is cut short" if end > size else "is damaged"
        raise CheckpointError(f"{file}: {fault}: its header and tensors need {end} bytes, but it has {size}")


def _read(place: Place) -> Tensor:
    data = bytearray(place.size)
    with place.path.open("rb") as stream:
        stream.seek(place.start)
        if stream.readinto(data) < place.size:
            raise CheckpointError(f"{printable(str(place.path))}: has become shorter since it was opened")
    if not data:
        return torch.empty(place.shape, dtype=place.dtype)
    return torch.frombuffer(data, dtype=place.dtype).reshape(place.shape)
