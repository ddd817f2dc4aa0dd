"""From the names and shapes of tensors to the spec of the network that they are the weights of."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from levit_explore.errors import CheckpointError
from levit_explore.model import grids
from levit_explore.model.grids import TokenGrid
from levit_explore.model.state import INDEX

_STEM = r"stem\.conv(\d{1,9})\."
_STAGE = r"stages\.(\d{1,9})\."


@dataclass(frozen=True)
class Inferred:
    """The fields of a spec, and in words what of them no tensor told."""

    fields: dict[str, Any]
    assumed: tuple[str, ...]


def infer(shapes: Mapping[str, tuple[int, ...]], offsets: Callable[[str], Sequence[int]]) -> Inferred:
    """The spec behind tensors under their names in a plan, as far as names and shapes tell it.

    `offsets` gives, by the path of an attention, those of its second query to all keys where an index buffer has
    them, else none. It is only asked what shapes leave open. Raises CheckpointError where a tensor that no LeViT can
    do without is missing, or has no shape that any LeViT gives it.
    """
    tensors = _Tensors({name: shape for name, shape in shapes.items() if all(shape)}, offsets)
    stem, stride = _stem(tensors)
    grid = _first_grid(tensors)
    fields = {
        "image_size": [side * stride for side in grid],
        "in_channels": tensors.layer("stem.conv1", sides=4)[1],
        **_heads(tensors),
        "position": _position(tensors),
        "norm": "layernorm" if tensors.some(r"(stages\..+|head)\.norm\.weight") else "batchnorm",
        "stem": stem,
        "stages": list(_stages(tensors, grid)),
    }
    tensors.assume(f"image_size: {grid[0]} x {grid[1]} tokens times the stem's stride of {stride}")
    tensors.assume("activation and attention_activation: hardswish, as in levit.py")
    return Inferred(fields, tuple(tensors.assumed))


@dataclass
class _Tensors:
    """The shapes of a network's tensors, and what had to be assumed where they do not tell."""

    shapes: Mapping[str, tuple[int, ...]]
    offsets: Callable[[str], Sequence[int]]
    assumed: list[str] = field(default_factory=list)

    def assume(self, words: str) -> None:
        if words not in self.assumed:
            self.assumed.append(words)

    def has(self, path: str) -> bool:
        return any(name in self.shapes for name in (f"{path}.linear.weight", f"{path}.weight"))

    def layer(self, path: str, sides: int = 2) -> tuple[int, ...]:
        """The shape of a layer's weight, (out, in) first, whether its norm is folded or not."""
        for name in (f"{path}.linear.weight", f"{path}.weight"):
            if len(self.shapes.get(name, ())) == sides:
                return self.shapes[name]
        raise CheckpointError(f"has no weight with {sides} sides for what timm calls {path}")

    def biases(self, path: str) -> tuple[int, int] | None:
        """(heads, offsets) of an attention."""
        match self.shapes.get(f"{path}.attention_biases"):
            case (heads, offsets):
                return heads, offsets
        return None

    def tokens(self, index: int) -> int | None:
        """The number of tokens of a stage, as keys of an attention, or as queries in an index buffer."""
        for path in (f"stages.{index}.blocks.0.attn", f"stages.{index + 1}.downsample.attn_downsample"):
            if (biases := self.biases(path)) is not None:
                return biases[1]
        match self.shapes.get(f"stages.{index}.downsample.attn_downsample.{INDEX}"):
            case (queries, _):
                return queries
        return None

    def some(self, pattern: str) -> bool:
        """Whether any name is one of `pattern`."""
        return any(re.fullmatch(pattern, name) for name in self.shapes)

    def count(self, pattern: str) -> int:
        """One more than the largest index that names matching `pattern` hold."""
        found = [int(match[1]) for name in self.shapes if (match := re.match(pattern, name))]
        return max(found, default=-1) + 1


def _stem(tensors: _Tensors) -> tuple[dict[str, Any], int]:
    """The stem and its stride. A single convolution is a patch stem unless its kernel is 3."""
    count = max(1, tensors.count(_STEM) - 1)
    weights = [tensors.layer(f"stem.conv{index}", sides=4) for index in range(1, count + 1)]
    kernel = weights[0][2]
    if len(weights) == 1 and kernel != 3:
        return {"kind": "patch", "size": kernel}, kernel
    return {"kind": "convs", "dims": [weight[0] for weight in weights]}, 2 ** len(weights)


def _heads(tensors: _Tensors) -> dict[str, Any]:
    classes = tensors.layer("head")[0] if tensors.has("head") else 0
    return {"num_classes": classes, "distillation": tensors.has("head_dist")}


def _position(tensors: _Tensors) -> str:
    """What tells tokens where they are; a network without attention could have the biases that most have."""
    if tensors.some(r".+\.attention_biases"):
        return "bias"
    if len(tensors.shapes.get("pos_embed", ())) == 3:
        return "embedding"
    return "none" if tensors.some(r"stages\..+\.proj\..+") else "bias"


def _first_grid(tensors: _Tensors) -> TokenGrid:
    """The grid of tokens behind the stem, from the first attention's offsets or the position embedding."""
    counts: list[int] = []
    while tokens := tensors.tokens(len(counts)):
        counts.append(tokens)
    if counts:
        own, next_one = "stages.0.blocks.0.attn", "stages.1.downsample.attn_downsample"
        offsets = tensors.offsets(own if tensors.biases(own) else next_one)
        return _grid(tensors, counts, grids.width(offsets))
    if _position(tensors) == "embedding":
        return _grid(tensors, [tensors.shapes["pos_embed"][1]], None)
    tensors.assume("grid: 14 x 14 tokens behind the stem, for nothing tells their number")
    return 14, 14


def _grid(tensors: _Tensors, counts: list[int], width: int | None) -> TokenGrid:
    """The grid of tokens behind the stem: as its width says, or a square, or the squarest that leaves the next ones."""
    if width and counts[0] % width == 0:
        grid = counts[0] // width, width
        sure = grid[0] > 1 or width == 1  # a row has the offsets of a column
    else:
        grid = grids.rectangle(counts)
        sure = grids.is_only(grid, counts)
    if not sure:
        tensors.assume(f"grid: {counts[0]} tokens as {grid[0]} x {grid[1]}; it may be another rectangle")
    return grid


def _stages(tensors: _Tensors, grid: TokenGrid) -> Iterator[dict[str, Any]]:
    """The fields of every stage, following the grid from downsample to downsample."""
    dim = tensors.layer(f"stem.conv{tensors.count(_STEM) - 1}", sides=4)[0]
    for index in range(max(1, tensors.count(_STAGE))):
        fields: dict[str, Any] = {}
        shrinking = f"stages.{index}.downsample.attn_downsample"
        if index > 0:
            dim = tensors.layer(f"{shrinking}.proj.ln")[0]
            attention = _attention(tensors, shrinking, tensors.layer(f"{shrinking}.q.ln")[0])
            stride = _stride(tensors, index, grid)
            grid = grids.kept(grid, stride)
            mlp_ratio = _mlp_ratio(tensors, f"stages.{index}.downsample.mlp", dim)
            fields["downsample"] = attention | {"mlp_ratio": mlp_ratio, "stride": stride}
        yield {"dim": dim, **_body(tensors, index, dim, fields.get("downsample", {})), **fields}


def _body(tensors: _Tensors, index: int, dim: int, downsample: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a stage's blocks. Without blocks nothing tells their heads, which then are the downsample's."""
    depth = tensors.count(rf"stages\.{index}\.blocks\.(\d{{1,9}})\.")
    if depth == 0:
        heads, key_dim = downsample.get("heads", 1), downsample.get("key_dim", 16)
        tensors.assume(f"stages[{index}]: heads {heads}, key_dim {key_dim} and ratios of 2, for it has no block")
        return {"depth": 0, "heads": heads, "key_dim": key_dim}
    path = f"stages.{index}.blocks.0"
    qkv, values = tensors.layer(f"{path}.attn.qkv")[0], tensors.layer(f"{path}.attn.proj.ln")[1]
    attention = _attention(tensors, f"{path}.attn", (qkv - values) // 2)
    return {"depth": depth, **attention, "mlp_ratio": _mlp_ratio(tensors, f"{path}.mlp", dim)}


def _attention(tensors: _Tensors, path: str, queries: int) -> dict[str, Any]:
    """Heads, key_dim and attn_ratio; `queries` is the number of channels of all heads' queries."""
    values = tensors.layer(f"{path}.proj.ln")[1]
    biases = tensors.biases(path)
    if queries < 1 or (biases and (queries % biases[0] or values % biases[0])):
        share = f"{biases[0] if biases else 1} heads cannot share"
        raise CheckpointError(f"{path}: {share} {queries} channels of queries and {values} of values")
    if biases is None:
        key_dim = next(
            (size for size in (16, 32, 64) if queries % size == 0 and values % (queries // size) == 0), queries
        )
        heads = queries // key_dim
        tensors.assume(
            f"{path}: {heads} heads of key_dim {key_dim}, for without attention biases only the product is told"
        )
    else:
        heads = biases[0]
        key_dim = queries // heads
    return {"heads": heads, "key_dim": key_dim, "attn_ratio": _ratio(values // heads, key_dim)}


def _mlp_ratio(tensors: _Tensors, path: str, dim: int) -> float:
    return _ratio(tensors.layer(f"{path}.ln1")[0], dim) if tensors.has(f"{path}.ln1") else 0


def _ratio(product: int, size: int) -> float:
    """The ratio that gives `product` when it is multiplied by `size` and rounded down."""
    if product % size == 0:
        return product // size
    ratio = product / size
    while int(ratio * size) < product:
        ratio = math.nextafter(ratio, math.inf)
    return ratio


def _stride(tensors: _Tensors, index: int, grid: TokenGrid) -> int:
    """The stride of the downsample into a stage, from the number of tokens it leaves, or from its own offsets."""
    fitting = grids.strides(grid, tensors.tokens(index))
    if len(fitting) == 1:
        return fitting[0]
    offsets = tensors.offsets(f"stages.{index}.downsample.attn_downsample")
    if offsets and (stride := grids.stride(offsets, grid[1])) in fitting:
        return stride
    stride = 2 if 2 in fitting or not fitting else fitting[0]
    tensors.assume(f"stages[{index}].downsample.stride: {stride}")
    return stride
