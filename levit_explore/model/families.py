"""Attention biases of networks that are no LeViT, whose tables have names of their own.

Two kinds of table are read: `attention_biases` by |dy| and |dx|, as LeViT's (TinyViT, EfficientFormer,
EfficientFormerV2, EfficientViT-M), and `relative_position_bias_table` by signed offset (Swin, BEiT, GCViT, CoAtNet,
MaxViT), under the names of timm, torchvision and transformers.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import torch

from levit_explore.analysis.biases import BiasMap, Floats
from levit_explore.errors import CheckpointError
from levit_explore.model.files import CheckpointFile
from levit_explore.model.keys import naming
from levit_explore.model.state import INDEX
from levit_explore.spec.words import listed, printable

_UNSIGNED, _SIGNED = "attention_biases", "relative_position_bias_table"
_INDEXES = {_UNSIGNED: INDEX, _SIGNED: "relative_position_index"}
_TABLE = re.compile(rf"(?:(?P<owner>.+)\.)?(?P<kind>{_UNSIGNED}|{_SIGNED})")
_OWNERS = (".rel_pos", ".relative_position_bias")  # modules of an attention that hold nothing but its table
_MADE = re.compile(r"(?:.+\.)?(?:cpb_mlp|meta_mlp|continuous_position_bias_mlp|(?:shared_)?rel_pos\.mlp)\..+")
_BY_QUERY = re.compile(r"(?:.+\.)?rel_pos_[hw]")
# Attentions of a LeViT, in timm's names, those of levit.py, and those of transformers.
_LEVIT = re.compile(
    r"stages\.\d+\.(?:blocks\.\d+\.attn|downsample\.attn_downsample)"
    r"|blocks\.\d+(?:\.m)?"
    r"|(?:levit\.)?encoder\.stages\.\d+\.layers\.\d+(?:\.module)?"
)
_CLASS_TOKEN = 3  # rows behind those of the offsets: class token to keys, queries to class token, and to itself


def foreign(keys: Iterable[str]) -> bool:
    """Whether keys are not those of a LeViT: its stem has other names, or what makes its biases has."""
    found = list(keys)
    return naming(found) is None or any(
        _MADE.fullmatch(key)
        or _BY_QUERY.fullmatch(key)
        or (
            (table := _TABLE.fullmatch(key))
            and (table["kind"] == _SIGNED or not _LEVIT.fullmatch(table["owner"] or ""))
        )
        for key in found
    )


def readable(keys: Iterable[str]) -> bool:
    """Whether keys are those of another network with tables of attention biases."""
    found = list(keys)
    return foreign(found) and any(_TABLE.fullmatch(key) for key in found)


def foreign_maps(file: CheckpointFile) -> list[BiasMap]:
    """The map of every attention that has a table, in the order of the numbers in their paths.

    Nothing but the tables is read, and the index beside them where the file has one. Raises CheckpointError where there
    are no tables, with the reason if it is known, and where the grid of one is not.
    """
    keys = [key for key in file.shapes if _TABLE.fullmatch(key)]
    if not keys:
        raise CheckpointError(f"{printable(str(file.path))}: {_without(file)}")
    return sorted((_map(file, key) for key in keys), key=lambda one: [int(n) for n in re.findall(r"\d+", one.path)])


def _without(file: CheckpointFile) -> str:
    """Why there are no tables."""
    for key in file.shapes:
        if _MADE.fullmatch(key):
            return (
                "has no table of attention biases: a small network makes them from coordinates "
                f"({printable(key)}), so that only running the model gives them"
            )
        if _BY_QUERY.fullmatch(key):
            return (
                "has no table of attention biases: they are products of the queries "
                f"({printable(key)}), so that they differ from image to image"
            )
    some = listed([printable(key) for key in list(file.shapes)[:3]], "and")
    return f"not a LeViT of levit.py, timm or transformers, nor another network with attention biases; it holds {some}"


def _map(file: CheckpointFile, key: str) -> BiasMap:
    """The map of one table."""
    match = _TABLE.fullmatch(key)
    assert match is not None
    owner, kind = match["owner"] or "", match["kind"]
    path = next((owner.removesuffix(end) for end in _OWNERS if owner.endswith(end)), owner) or kind
    table = _table(file, key)
    if kind == _UNSIGNED:
        empty = BiasMap(path, len(table), (1, 1), _stride(file, key, owner))
        return replace(empty, key_grid=_grid(file, key, empty, table.shape[1]), table=table)
    empty, token = BiasMap(path, len(table), (1, 1), 1, signed=True), None
    if len(file.shapes[key]) == 3:  # which tells the grid
        height, width = ((side + 1) // 2 for side in file.shapes[key][1:])
        return replace(empty, key_grid=(height, width), table=table)
    if table.shape[1] % 2 == 0:  # (2H-1) * (2W-1) is odd
        table, token = table[:, :-_CLASS_TOKEN], table[:, -_CLASS_TOKEN:]
    return replace(empty, key_grid=_grid(file, key, empty, table.shape[1]), table=table, class_token=token)


def _table(file: CheckpointFile, key: str) -> Floats:
    """A table as (heads, columns), its columns in the order of BiasMap, those of a class token behind them."""
    shape, where = file.shapes[key], f"{printable(str(file.path))}: {printable(key)}"
    signed = key.endswith(_SIGNED)
    even = len(shape) == 3 and not all(side % 2 for side in shape[1:])  # a side is 2H-1 or 2W-1
    if len(shape) not in ((2, 3) if signed else (2,)) or 0 in shape or even:
        raise CheckpointError(f"{where} has the shape {shape}, which is not that of a table of attention biases")
    tensor = file.tensor(key)
    if not tensor.is_floating_point():
        raise CheckpointError(f"{where} is of type {str(tensor.dtype).removeprefix('torch.')}, not floating point")
    if not tensor.isfinite().all():
        raise CheckpointError(f"{where} has values that are infinite or not a number")
    values: Floats = tensor.double().numpy()
    if not signed:
        return values
    if len(shape) == 2:  # (offsets, heads)
        return np.ascontiguousarray(values.T)
    return np.ascontiguousarray(values[:, ::-1, ::-1]).reshape(shape[0], -1)  # (heads, 2H-1, 2W-1), by key less query


def _stride(file: CheckpointFile, key: str, owner: str) -> int:
    """The step of the queries, which the layers beside a table tell: downsampling has a query layer apart."""
    prefix = f"{owner}." if owner else ""
    beside = {name.removeprefix(prefix) for name in file.shapes if name.startswith(prefix)}
    layers = {name.split(".")[0] for name in beside}
    if {"q", "kv"} <= layers or any(name.startswith("q.local.") for name in beside):  # the latter in EfficientFormerV2
        return 2
    if layers & {"qkv", "qkvs"} or {"q", "k", "v"} <= layers:
        return 1
    raise CheckpointError(
        f"{printable(str(file.path))}: nothing beside {printable(key)} tells how its queries stand: "
        "neither qkv, nor q and kv, nor q, k and v"
    )


def _grid(file: CheckpointFile, key: str, empty: BiasMap, columns: int) -> tuple[int, int]:
    """The key grid of a table with so many columns: that of the index beside it, or else the square one."""
    where = f"{printable(str(file.path))}: {printable(key)}"
    grids = list(_grids(columns, empty.signed))
    name = _SIGNED if empty.signed else _UNSIGNED
    index = key.removesuffix(name) + _INDEXES[name]
    if index not in file.shapes:
        square = [grid for grid in grids if grid[0] == grid[1]]
        if not square:
            raise CheckpointError(
                f"{where} has {columns} offsets, which are not those of a square grid; without {printable(index)} "
                "the file does not tell which grid it is"
            )
        return square[0]
    for grid in grids:
        one = replace(empty, key_grid=grid)
        if _fits(file, index, one):
            return grid
    raise CheckpointError(f"{where} has {columns} offsets, and {printable(index)} is an index of none of their grids")


def _grids(columns: int, signed: bool) -> Iterator[tuple[int, int]]:
    """The grids that have so many offsets."""
    for low in range(1, math.isqrt(columns) + 1):
        if columns % low == 0:
            for sides in dict.fromkeys([(low, columns // low), (columns // low, low)]):
                if not signed:
                    yield sides
                elif all(side % 2 for side in sides):
                    yield (sides[0] + 1) // 2, (sides[1] + 1) // 2


def _fits(file: CheckpointFile, index: str, one: BiasMap) -> bool:
    """Whether an index buffer, (queries, keys) or flat, has a map's offsets; a class token comes first in both."""
    sizes = [(one.queries, one.keys), (one.queries + 1, one.keys + 1)][: 1 + one.signed]
    for extra, size in enumerate(sizes):
        if math.prod(file.shapes[index]) == math.prod(size) and not file.dtypes[index].is_complex:
            found = file.tensor(index).reshape(size)[extra:, extra:]
            return torch.equal(found, torch.as_tensor(one.index).to(found.dtype))
    return False
