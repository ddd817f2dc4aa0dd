"""How tokens lie in memory between blocks: as (B, N, C) or as maps (B, C, H, W). Outputs are equal in both."""

from abc import ABC, abstractmethod
from typing import Literal, TypeAlias

from torch import Tensor, nn

from levit_explore.plan.ops import Linear, Norm, Normalization
from levit_explore.sizes import single

LayoutName: TypeAlias = Literal["tokens", "maps"]


class Layout(ABC):
    """The layers that work on tokens, and the few reshapes that depend on how tokens lie."""

    name: LayoutName

    @abstractmethod
    def linear(self, op: Linear) -> nn.Module:
        """A linear layer on every token."""

    @abstractmethod
    def norm(self, op: Normalization) -> nn.Module:
        """A norm over the channels of every token."""

    @abstractmethod
    def enter(self, x: Tensor) -> Tensor:
        """Feature maps (B, C, H, W) as this layout has them."""

    @abstractmethod
    def split(self, x: Tensor, heads: int) -> Tensor:
        """The channels of every token dealt to heads: (B, heads, N, channels of a head)."""

    @abstractmethod
    def merge(self, x: Tensor, like: Tensor) -> Tensor:
        """The inverse of `split`, for tokens that lie as those of `like` do."""

    @abstractmethod
    def subsample(self, x: Tensor, grid: tuple[int, int], stride: int) -> Tensor:
        """Every stride-th row and column of the tokens on a grid (H, W)."""

    @abstractmethod
    def pool(self, x: Tensor) -> Tensor:
        """The mean over all tokens: (B, C)."""


class Tokens(Layout):
    """(B, N, C), tokens in row-major order; the layout of levit.py."""

    name = "tokens"

    def linear(self, op: Linear) -> nn.Module:
        return nn.Linear(single(op.in_dim), single(op.out_dim), bias=op.bias)

    def norm(self, op: Normalization) -> nn.Module:
        channels = single(op.channels)
        return nn.LayerNorm(channels) if op.kind is Norm.LAYER else nn.BatchNorm1d(channels)

    def enter(self, x: Tensor) -> Tensor:
        # (B, C, H, W) -> (B, N, C); contiguous, for then torch adds a linear layer's bias within the product
        return x.flatten(2).transpose(1, 2).contiguous()

    def split(self, x: Tensor, heads: int) -> Tensor:
        batch, tokens, _ = x.shape
        return x.view(batch, tokens, heads, x.shape[2] // heads).transpose(
            1, 2
        )  # (B, N, heads * d) -> (B, heads, N, d)

    def merge(self, x: Tensor, like: Tensor) -> Tensor:
        return x.transpose(1, 2).flatten(2)  # (B, heads, N, d) -> (B, N, heads * d)

    def subsample(self, x: Tensor, grid: tuple[int, int], stride: int) -> Tensor:
        maps: Tensor = x.unflatten(1, grid)  # (B, N, C) -> (B, H, W, C)
        return maps[:, ::stride, ::stride].flatten(1, 2)

    def pool(self, x: Tensor) -> Tensor:
        return x.mean(1)


class Maps(Layout):
    """(B, C, H, W), linear layers as 1x1 convolutions; the layout of levit_c.py."""

    name = "maps"

    def linear(self, op: Linear) -> nn.Module:
        return nn.Conv2d(single(op.in_dim), single(op.out_dim), kernel_size=1, bias=op.bias)

    def norm(self, op: Normalization) -> nn.Module:
        channels = single(op.channels)
        return MapLayerNorm(channels) if op.kind is Norm.LAYER else nn.BatchNorm2d(channels)

    def enter(self, x: Tensor) -> Tensor:
        return x

    def split(self, x: Tensor, heads: int) -> Tensor:
        batch, channels, height, width = x.shape
        return x.view(batch, heads, channels // heads, height * width).transpose(
            2, 3
        )  # (B, heads * d, H, W) -> (B, heads, N, d)

    def merge(self, x: Tensor, like: Tensor) -> Tensor:
        batch, heads, _, channels = x.shape
        return x.transpose(2, 3).reshape(
            batch, heads * channels, *like.shape[2:]
        )  # (B, heads, N, d) -> (B, heads * d, H, W)

    def subsample(self, x: Tensor, grid: tuple[int, int], stride: int) -> Tensor:
        return x[:, :, ::stride, ::stride]

    def pool(self, x: Tensor) -> Tensor:
        return x.mean((2, 3))


class MapLayerNorm(nn.LayerNorm):
    """LayerNorm over the channels of (B, C, H, W)."""

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C, H, W)."""
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
