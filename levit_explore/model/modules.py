"""The modules of a LeViT (Graham et al. 2021, section 4). Sizes and names of children come from the plan.

Shape comments use B batch, N tokens, C channels, (H, W) a grid; between blocks tokens lie as a Layout says.
"""

from abc import ABC
from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from levit_explore.analysis.offsets import offsets
from levit_explore.model.layouts import Layout
from levit_explore.plan.ops import AttentionBias, MatMul, Residual, Subsample
from levit_explore.plan.tree import Block, Plan, out
from levit_explore.sizes import single


class Named(nn.Sequential):
    """Children in the order they run, under their names in the plan."""

    def __init__(self, children: Mapping[str, nn.Module]) -> None:
        super().__init__()
        for name, child in children.items():
            self.add_module(name, child)


class Stem(Named):
    """Four 3x3 stride-2 convolutions that turn (B, 3, 224, 224) into (B, C, 14, 14), or what the spec has instead."""


class LinearNorm(Named):
    """A linear layer on (B, N, C) and the BatchNorm of its output over batch and tokens."""

    def forward(self, x: Tensor) -> Tensor:
        """(B, N, C) -> (B, N, out)."""
        linear, norm = self
        x = linear(x)
        normed: Tensor = norm(x.flatten(0, 1)).reshape_as(x)
        return normed


class Head(Named):
    """A norm and a linear classifier on pooled features: (B, C) -> (B, classes)."""


class ResidualAdd(nn.Module):
    """The input plus a branch; training drops the branch of a whole image at a rate of `drop_path`."""

    def __init__(self, op: Residual) -> None:
        super().__init__()
        self.drop_path = op.drop_path

    def forward(self, x: Tensor, branch: Tensor) -> Tensor:
        """`x + branch`, shapes alike."""
        if self.training and self.drop_path > 0:
            kept = torch.rand(x.shape[0], *[1] * (x.dim() - 1), device=x.device) >= self.drop_path
            branch = branch * (kept / (1 - self.drop_path)).to(branch.dtype)
        return x + branch

    def extra_repr(self) -> str:
        """What `print(model)` shows."""
        return f"drop_path={self.drop_path}"


class Mlp(Named):
    """x + ln2(act(ln1(x))) on every token; the ratio of hidden to input dimension is 2 in the paper."""

    def forward(self, x: Tensor) -> Tensor:
        """Tokens in, tokens of the same shape out."""
        *branch, add = self
        y = x
        for layer in branch:
            y = layer(y)
        out: Tensor = add(x, y)
        return out


class TokenSubsample(nn.Module):
    """Every stride-th row and column of tokens: the queries of a shrinking attention."""

    def __init__(self, op: Subsample, layout: Layout) -> None:
        super().__init__()
        height, width = op.grid
        self.grid, self.stride, self.layout = (single(height), single(width)), single(op.stride), layout

    def forward(self, x: Tensor) -> Tensor:
        """(B, H * W, C) -> (B, ceil(H / stride) * ceil(W / stride), C)."""
        return self.layout.subsample(x, self.grid, self.stride)

    def extra_repr(self) -> str:
        """What `print(model)` shows."""
        return f"grid={self.grid}, stride={self.stride}"


class HeadwiseAttention(nn.Module, ABC):
    """softmax(q.k * key_dim**-0.5 + bias).v in every head; the bias is learned by head and offset (|dy|, |dx|).

    The bias is looked up at every call: nothing is cached, so that no order of loading, casting and switching modes
    can leave an old one in use.
    """

    attention_bias_idxs: Tensor
    proj: nn.Module

    def __init__(self, block: Block, children: Mapping[str, nn.Module], layout: Layout) -> None:
        super().__init__()
        qk, av = block["qk"], block["av"]
        assert isinstance(qk, MatMul)
        assert isinstance(av, MatMul)
        self.layout = layout
        self.heads, self.key_dim, self.value_dim = single(qk.heads), single(qk.inner), single(av.columns)
        self.norm: nn.Module = nn.Identity()  # LayerNorm where the plan has one before the block
        for name, child in children.items():
            self.add_module(name, child)
        self.bias_op = next((op for op in block.children if isinstance(op, AttentionBias)), None)
        if self.bias_op is not None:
            heads, columns = self.bias_op.weights[""]
            self.attention_biases = nn.Parameter(torch.zeros(single(heads), single(columns)))
            _place_offsets(self)
            self.register_load_state_dict_post_hook(_place_offsets)  # type: ignore[no-untyped-call]

    def attend(self, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """Queries and keys (B, heads, N, key_dim), values (B, heads, N, value_dim) -> (B, heads, N, value_dim)."""
        logits = queries @ keys.transpose(-2, -1) * self.key_dim**-0.5
        if self.bias_op is not None:
            logits = logits + self.attention_biases[:, self.attention_bias_idxs]
        mixed: Tensor = logits.softmax(dim=-1) @ values
        return mixed

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> "HeadwiseAttention":
        """As every module's; offsets are no weights, so they are neither cast nor emptied but placed anew."""
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        _place_offsets(self)
        return self


def _place_offsets(attention: HeadwiseAttention, _: object = None) -> None:
    """Puts the offsets where the biases are; also after loading, which may take the biases off the meta device."""
    op = attention.bias_op
    if op is None:
        return
    device = attention.attention_biases.device
    if device.type == "meta":  # a shape alone, which costs nothing
        _, queries, keys = op.out
        index = torch.empty(single(queries), single(keys), dtype=torch.long, device=device)
    else:
        index = torch.as_tensor(offsets(op), device=device)
    attention.register_buffer("attention_bias_idxs", index, persistent=False)


class Attention(HeadwiseAttention):
    """Attention among the tokens of one grid, with a residual; values are attn_ratio times as wide as keys."""

    qkv: nn.Module
    add: nn.Module

    def forward(self, x: Tensor) -> Tensor:
        """Tokens in, tokens of the same shape out."""
        qkv = self.qkv(self.norm(x))
        widths = [self.key_dim, self.key_dim, self.value_dim]
        queries, keys, values = self.layout.split(qkv, self.heads).split(widths, dim=3)
        y = self.layout.merge(self.attend(queries, keys, values), like=qkv)
        out: Tensor = self.add(x, self.proj(y))
        return out


class ShrinkingAttention(HeadwiseAttention):
    """Attention of every stride-th row and column to all tokens; it changes dim and has no residual."""

    kv: nn.Module
    q: nn.Module

    def forward(self, x: Tensor) -> Tensor:
        """Tokens of a grid (H, W) in, tokens of the grid (ceil(H / stride), ceil(W / stride)) out."""
        x = self.norm(x)
        queries = self.q(x)
        keys, values = self.layout.split(self.kv(x), self.heads).split([self.key_dim, self.value_dim], dim=3)
        y = self.layout.merge(self.attend(self.layout.split(queries, self.heads), keys, values), like=queries)
        out: Tensor = self.proj(y)
        return out


class Levit(nn.Module):
    """Stem, stages, the mean over tokens, and one or two heads; without a class token.

    Gives (B, classes). With two heads, training gives the pair of their outputs and inference the mean. Without
    classes it gives the pooled features (B, C).
    """

    stem: nn.Module
    stages: nn.Module
    head: nn.Module
    head_dist: nn.Module

    def __init__(self, plan: Plan, children: Mapping[str, nn.Module], layout: Layout) -> None:
        super().__init__()
        self.plan, self.layout = plan, layout
        for name, child in children.items():
            self.add_module(name, child)
        self.heads = [name for name in ("head", "head_dist") if name in children]
        self.pos_embed: nn.Parameter | None = None
        if "pos_embed" in plan.root:
            tokens, dim = out(plan.root["pos_embed"])
            self.pos_embed = nn.Parameter(torch.zeros(1, single(tokens), single(dim)))
            nn.init.trunc_normal_(self.pos_embed, std=0.02)

    def forward(self, image: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """(B, channels, height, width) -> (B, classes), a pair of such in training, or (B, C) without classes."""
        self._check(image)
        x = self.stem(image)
        if self.pos_embed is not None:
            x = x + self.pos_embed.transpose(1, 2).view(1, *x.shape[1:])
        x = self.layout.pool(self.stages(self.layout.enter(x)))
        match self.heads:
            case []:
                features: Tensor = x
                return features
            case [_]:
                logits: Tensor = self.head(x)
                return logits
            case _:
                classes, distilled = self.head(x), self.head_dist(x)
                return (classes, distilled) if self.training else (classes + distilled) / 2

    def no_weight_decay(self) -> set[str]:
        """The names of the parameters that training leaves out of weight decay: biases and embeddings of position."""
        return {name for name, _ in self.named_parameters() if name.endswith(("attention_biases", "pos_embed"))}

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(channels, height, width) of the images that the model was built for."""
        height, width = self.plan.spec.image_size
        return single(self.plan.spec.in_channels), single(height), single(width)

    def _check(self, image: Tensor) -> None:
        tracing = torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]
        if not tracing and tuple(image.shape[1:]) != self.image_shape:
            shape = ", ".join(str(side) for side in self.image_shape)
            raise ValueError(f"the model was built for images of shape (batch, {shape}), not {tuple(image.shape)}")
