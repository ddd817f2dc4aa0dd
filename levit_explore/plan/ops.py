"""The operations of a LeViT, each stating three facts about one image: its weights, its output and its work.

An op knows no counting convention and no torch. Parameters, FLOPs under any convention, the torch module and
the shapes of a checkpoint all follow from what stands here.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum

from levit_explore.plan.work import Facts, Work
from levit_explore.sizes import Grid, Shape, Size, ceil_div, elements


class Norm(StrEnum):
    """Which norm an op is: BatchNorm of maps or of tokens, or LayerNorm of tokens."""

    BATCH_2D = "batchnorm_2d"
    BATCH_1D = "batchnorm_1d"
    LAYER = "layernorm"


@dataclass(frozen=True)
class Op(ABC):
    """One operation on one image. A weight named "" is called like the op itself."""

    name: str

    @property
    def weights(self) -> dict[str, Shape]:
        """Learned parameters by name, as torch shapes them."""
        return {}

    @property
    @abstractmethod
    def out(self) -> Shape:
        """The output's shape without batch: (channels, H, W), (tokens, channels) or (heads, queries, keys)."""

    @property
    @abstractmethod
    def work(self) -> Facts:
        """Exact counts by kind of work."""


@dataclass(frozen=True)
class Conv(Op):
    """A square convolution on a grid of pixels."""

    in_channels: Size
    out_channels: Size
    kernel: Size
    stride: Size
    padding: int
    grid: Grid  # of the input
    bias: bool = False

    @property
    def weights(self) -> dict[str, Shape]:
        kernel: dict[str, Shape] = {"weight": (self.out_channels, self.in_channels, self.kernel, self.kernel)}
        return kernel | ({"bias": (self.out_channels,)} if self.bias else {})

    @property
    def out_grid(self) -> Grid:
        height, width = ((side + 2 * self.padding - self.kernel) // self.stride + 1 for side in self.grid)
        return height, width

    @property
    def out(self) -> Shape:
        return (self.out_channels, *self.out_grid)

    @property
    def work(self) -> Facts:
        outputs = elements(self.out)
        macs: Facts = {Work.CONV: outputs * self.in_channels * self.kernel * self.kernel}
        return macs | ({Work.CONV_BIAS: outputs} if self.bias else {})


@dataclass(frozen=True)
class Linear(Op):
    """A linear layer on every token, or where `tokens` is None on the pooled features."""

    tokens: "Size | None"
    in_dim: Size
    out_dim: Size
    bias: bool = False

    @property
    def weights(self) -> dict[str, Shape]:
        matrix: dict[str, Shape] = {"weight": (self.out_dim, self.in_dim)}
        return matrix | ({"bias": (self.out_dim,)} if self.bias else {})

    @property
    def out(self) -> Shape:
        return (self.out_dim,) if self.tokens is None else (self.tokens, self.out_dim)

    @property
    def work(self) -> Facts:
        tokens = 1 if self.tokens is None else self.tokens
        params = self.in_dim * self.out_dim
        work: Facts = {Work.LINEAR: tokens * params, Work.LINEAR_PARAMS: params}
        if self.bias:
            work |= {Work.LINEAR_BIAS: tokens * self.out_dim, Work.LINEAR_PARAMS: params + self.out_dim}
        return work


@dataclass(frozen=True)
class MatMul(Op):
    """A product of two activations in every head: queries times keys, or attention times values."""

    kind: Work
    heads: Size
    rows: Size
    inner: Size
    columns: Size

    @property
    def out(self) -> Shape:
        return (self.heads, self.rows, self.columns)

    @property
    def work(self) -> Facts:
        return {self.kind: self.rows * self.columns * self.inner * self.heads}


@dataclass(frozen=True)
class Normalization(Op):
    """A norm over the channels of a (channels, H, W), (tokens, channels) or (channels,) input."""

    kind: Norm
    shape: Shape
    zero_init: bool = False  # weights start at 0, so that a residual branch starts as the identity

    @property
    def channels(self) -> Size:
        return self.shape[0] if self.kind is Norm.BATCH_2D else self.shape[-1]

    @property
    def weights(self) -> dict[str, Shape]:
        return {"weight": (self.channels,), "bias": (self.channels,)}

    @property
    def out(self) -> Shape:
        return self.shape

    @property
    def work(self) -> Facts:
        count = elements(self.shape)
        match self.kind:
            case Norm.BATCH_2D:
                return {Work.BATCHNORM_2D: count, Work.BATCHNORM_2D_PARAMS: 2 * self.channels}
            case Norm.BATCH_1D:
                return {Work.BATCHNORM_1D: count}
            case Norm.LAYER:
                return {Work.LAYERNORM: count, Work.LAYERNORM_PARAMS: 2 * self.channels}


@dataclass(frozen=True)
class Elementwise(Op, ABC):
    """An op that gives one output element for each element of `shape`."""

    shape: Shape

    @property
    def out(self) -> Shape:
        return self.shape


@dataclass(frozen=True)
class Nonlinearity(Elementwise):
    """An activation function."""

    function: Work

    @property
    def work(self) -> Facts:
        return {self.function: elements(self.shape)}


@dataclass(frozen=True)
class Scale(Elementwise):
    """Attention logits times key_dim to the power of -1/2."""

    @property
    def work(self) -> Facts:
        return {Work.SCALE: elements(self.shape)}


@dataclass(frozen=True)
class Softmax(Elementwise):
    """Softmax over the keys."""

    @property
    def work(self) -> Facts:
        return {Work.SOFTMAX: elements(self.shape)}


@dataclass(frozen=True)
class Residual(Elementwise):
    """The branch's input added to its output; training drops the branch at a rate of `drop_path`."""

    drop_path: float = 0.0

    @property
    def work(self) -> Facts:
        return {Work.RESIDUAL: elements(self.shape)}


@dataclass(frozen=True)
class PositionEmbedding(Elementwise):
    """One learned vector added to every token."""

    @property
    def weights(self) -> dict[str, Shape]:
        return {"": (1, *self.shape)}

    @property
    def work(self) -> Facts:
        return {Work.POSITION: elements(self.shape)}


@dataclass(frozen=True)
class AttentionBias(Op):
    """A learned bias by head and offset, added to the logits; queries stand on every `stride`-th row and column.

    The weight's column for an offset is `|dy| * W + |dx|`, with (H, W) the key grid (levit.py Attention).
    """

    heads: Size
    grid: Grid  # of the keys
    stride: Size = 1

    @property
    def query_grid(self) -> Grid:
        return ceil_div(self.grid[0], self.stride), ceil_div(self.grid[1], self.stride)

    @property
    def weights(self) -> dict[str, Shape]:
        return {"": (self.heads, elements(self.grid))}

    @property
    def out(self) -> Shape:
        return (self.heads, elements(self.query_grid), elements(self.grid))

    @property
    def work(self) -> Facts:
        return {Work.ATTENTION_BIAS: elements(self.out)}


@dataclass(frozen=True)
class Subsample(Op):
    """Every `stride`-th row and column of a grid of tokens."""

    dim: Size
    grid: Grid  # of the input
    stride: Size

    @property
    def out(self) -> Shape:
        return (ceil_div(self.grid[0], self.stride) * ceil_div(self.grid[1], self.stride), self.dim)

    @property
    def work(self) -> Facts:
        return {}


@dataclass(frozen=True)
class Pool(Op):
    """The mean over all tokens."""

    tokens: Size
    dim: Size

    @property
    def out(self) -> Shape:
        return (self.dim,)

    @property
    def work(self) -> Facts:
        return {Work.POOL: self.tokens * self.dim}


@dataclass(frozen=True)
class Average(Elementwise):
    """The mean of the two heads' outputs, at inference."""

    @property
    def work(self) -> Facts:
        return {Work.AVERAGE: elements(self.shape)}
