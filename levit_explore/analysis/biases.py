"""Attention biases by offset: the map of every attention, and the views of it that pictures show."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from levit_explore.analysis.offsets import offsets, signed_offsets
from levit_explore.display import Displayed, DisplayedList
from levit_explore.errors import LevitError
from levit_explore.plan.ops import AttentionBias
from levit_explore.plan.tree import Plan, walk
from levit_explore.sizes import single
from levit_explore.spec.words import shown

Floats: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
Ints: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]

RARE = 0.1  # an offset with fewer pairs than this for each query is rare: hardly trained, and hardly used
MOST_KEYS = 2**14  # of a map: 128 x 128, as of images of 2048 pixels
_MOST_PAIRS = 2**26  # of query and key in an index that is held whole


@dataclass(frozen=True, eq=False)
class BiasMap(Displayed):
    """The biases of one attention, by offset from query to key; `table` is None where there are no weights.

    LeViT's depend on |dy| and |dx| alone: (heads, H*W), column |dy| * W + |dx|. Where the sign counts too, as in Swin,
    the map is `signed`: (heads, (2H-1) * (2W-1)), column (qy - ky + H-1) * (2W-1) + qx - kx + W-1, and stride 1.
    """

    path: str  # of the attention
    heads: int
    key_grid: tuple[int, int]  # (H, W)
    stride: int  # queries stand on every stride-th row and column of the key grid
    table: Floats | None = field(default=None, repr=False)
    signed: bool = False
    class_token: Floats | None = field(default=None, repr=False)  # (heads, 3): to the keys, from the queries, to itself

    def __post_init__(self) -> None:
        if self.keys > MOST_KEYS:
            raise LevitError(f"{self.path}: has {shown(self.keys)} keys; maps are made of at most {MOST_KEYS}")

    @property
    def query_grid(self) -> tuple[int, int]:
        """(H, W) of the queries."""
        height, width = self.key_grid
        return -(-height // self.stride), -(-width // self.stride)

    @property
    def queries(self) -> int:
        """The number of queries."""
        return math.prod(self.query_grid)

    @property
    def keys(self) -> int:
        """The number of keys."""
        return math.prod(self.key_grid)

    @property
    def offsets(self) -> int:
        """The number of offsets, and so of columns: as many as keys, or where signs count nearly four times as many."""
        return math.prod(2 * side - 1 for side in self.key_grid) if self.signed else self.keys

    @property
    def learned(self) -> bool:
        """Whether there are weights, and not all of them are the zeros that training starts from."""
        return self.table is not None and bool(np.any(self.table))

    @property
    def values(self) -> Floats:
        """The table, or the zeros that training starts from; (heads, offsets)."""
        return np.zeros((self.heads, self.offsets)) if self.table is None else self.table

    @property
    def shifted(self) -> Floats:
        """The table less each head's maximum: softmax does not see the difference, and heads become comparable."""
        values: Floats = self.values - self.values.max(axis=1, keepdims=True)
        return values

    @cached_property
    def index(self) -> Ints:
        """The offset of every pair, (queries, keys). Raises LevitError where that is too large to hold."""
        if self.queries * self.keys > _MOST_PAIRS:
            raise LevitError(f"{self.path}: {self.queries} x {self.keys} pairs of query and key are too many to hold")
        return self.index_of(0, self.queries)

    def index_of(self, start: int, stop: int) -> Ints:
        """The offsets of the pairs of some queries, (stop - start, keys)."""
        if self.signed:
            return signed_offsets(self.key_grid, start, stop)
        return offsets(AttentionBias("attention_biases", self.heads, self.key_grid, self.stride), start, stop)

    def row(self, y: int, x: int) -> Ints:
        """The offset of every key for the query in row `y` and column `x`, (keys,). Raises LevitError as `query`."""
        token = self.query(y, x)
        row: Ints = self.index_of(token, token + 1)[0]
        return row

    @property
    def places(self) -> Ints:
        """|dy| and |dx| of every offset, or dy and dx from query to key where signs count, (2, offsets)."""
        height, width = self.key_grid
        if self.signed:
            down, along = np.divmod(np.arange(self.offsets), 2 * width - 1)
            return np.array([height - 1 - down, width - 1 - along])
        return np.array(np.divmod(np.arange(self.offsets), width))

    @cached_property
    def support(self) -> Ints:
        """How many pairs of query and key each offset serves, (offsets,)."""
        down, along = (_support(side, self.stride, self.signed) for side in self.key_grid)
        return np.outer(down, along).ravel()

    @property
    def rare(self) -> "np.ndarray[Any, np.dtype[np.bool_]]":
        """Which offsets serve fewer pairs than one for every ten queries, (offsets,)."""
        return self.support < RARE * self.queries

    @property
    def bias(self) -> Floats:
        """What is added to the logits, (heads, queries, keys)."""
        return self.values[:, self.index]

    @property
    def prior(self) -> Floats:
        """softmax(bias), the attention where all q.k are equal; (heads, queries, keys)."""
        return softmax(self.bias)

    @property
    def quadrants(self) -> Floats:
        """The table as maps (heads, H, W), the query in the upper left corner. Raises LevitError where signs count."""
        return self.quadrant(self.values)

    @property
    def unfolded(self) -> Floats:
        """The table by signed offset, (heads, 2H-1, 2W-1), the query in the middle and every key where it lies from it.

        The quadrants are mirrored unless the map is signed.
        """
        unfolded: Floats = self.unfold(self.values)
        return unfolded

    def quadrant(self, table: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
        """Values by offset, (n, offsets), as maps by |dy| and |dx|, (n, H, W). Raises LevitError where signs count."""
        if self.signed:
            raise LevitError(
                f"{self.path}: its biases differ by the sign of the offset, so that no quadrant stands for all; "
                "the view unfolded shows all four"
            )
        return table.reshape(-1, *self.key_grid)

    def unfold(self, table: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
        """Values by offset, (n, offsets), as maps by dy and dx from query to key, (n, 2H-1, 2W-1)."""
        height, width = self.key_grid
        if self.signed:
            return table.reshape(-1, 2 * height - 1, 2 * width - 1)[:, ::-1, ::-1]
        down, along = (abs(np.arange(1 - side, side)) for side in self.key_grid)
        return self.quadrant(table)[:, down[:, None], along]

    def query(self, y: int, x: int) -> int:
        """The index of the query in row `y` and column `x` of the query grid. Raises LevitError where there is none."""
        height, width = self.query_grid
        if not (0 <= y < height and 0 <= x < width):
            raise LevitError(
                f"query {y},{x}: {self.path} has {height} x {width} queries; Y must be 0 to {height - 1} "
                f"and X 0 to {width - 1}"
            )
        return y * width + x


class BiasMaps(DisplayedList[BiasMap]):
    """The maps of several attentions."""


def bias_maps(plan: Plan, tables: Mapping[str, Any] | None = None) -> BiasMaps:
    """The map of every attention that has biases, in the order they run.

    `tables` are arrays (heads, H*W) by path of the attention. Raises LevitError for one of another shape.
    """
    maps = BiasMaps()
    for step in walk(plan):
        if isinstance(step.node, AttentionBias):
            path = step.path.removesuffix(f".{step.node.name}")
            height, width = (single(side) for side in step.node.grid)
            table = None if tables is None or path not in tables else np.asarray(tables[path], dtype=np.float64)
            found = BiasMap(path, single(step.node.heads), (height, width), single(step.node.stride), table)
            if table is not None and table.shape != (found.heads, found.keys):
                raise LevitError(
                    f"{path}: a bias table of shape {table.shape}; {found.heads} heads on a key grid of "
                    f"{height} x {width} have {(found.heads, found.keys)}"
                )
            maps.append(found)
    return maps


def softmax(logits: Floats) -> Floats:
    """The shares of attention that logits give, along the last axis."""
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: Floats = weights / weights.sum(axis=-1, keepdims=True)
    return shares


def _support(side: int, stride: int, signed: bool) -> Ints:
    """How many pairs of query and key on one axis lie each number of tokens apart, or from 1 - side to side - 1."""
    apart = np.arange(0, side, stride)[:, None] - np.arange(side)
    if signed:
        return np.bincount((apart + side - 1).ravel(), minlength=2 * side - 1)
    return np.bincount(abs(apart).ravel(), minlength=side)
