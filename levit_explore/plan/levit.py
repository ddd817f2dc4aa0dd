"""How a LeViT is put together: the one place that turns a spec into sized operations.

Names follow timm's hierarchical module names. Sizes follow the convolutions' and strided slices' own arithmetic,
so that image sides of any length are right. Source: Graham et al. 2021, section 4; facebookresearch/LeViT levit.py.
"""

import dataclasses
import math
from typing import Any

from levit_explore.plan.arrays import widened
from levit_explore.plan.ops import (
    AttentionBias,
    Average,
    Conv,
    Linear,
    MatMul,
    Nonlinearity,
    Norm,
    Normalization,
    Pool,
    PositionEmbedding,
    Residual,
    Scale,
    Softmax,
    Subsample,
)
from levit_explore.plan.tree import Block, Kind, Node, Plan
from levit_explore.plan.work import Work
from levit_explore.sizes import Grid, Size, arrays, is_array, truncate
from levit_explore.spec.fields import Activation, ConvStem, Downsample, NormKind, PatchStem, Position, Spec, Stage


def plan(spec: Spec) -> Plan:
    """The operations of the network that `spec` describes, with all their sizes, for one image.

    Array sizes are counted as int64; raises SpecError where their counts could reach 2**63.
    """
    if any(True for _ in arrays(spec)):
        spec = widened(spec, _model)
    return Plan(spec, _model(spec))


def _model(spec: Spec) -> Block:
    stem, grid = _stem(spec)
    tokens = math.prod(grid)
    children: list[Node] = [stem]
    if spec.position is Position.EMBEDDING:
        children.append(PositionEmbedding("pos_embed", (tokens, spec.stages[0].dim)))
    stages: list[Block] = []
    dim = spec.stages[0].dim
    for index, stage in enumerate(spec.stages):
        block, grid = _stage(str(index), stage, dim, grid, spec)
        stages.append(block)
        dim = stage.dim
    children += [Block("stages", Kind.SEQUENCE, tuple(stages)), Pool("pool", math.prod(grid), dim), *_heads(dim, spec)]
    return Block("", Kind.MODEL, tuple(children))


def _stem(spec: Spec) -> tuple[Block, Grid]:
    """The stem and the grid of tokens that it gives."""
    match spec.stem:
        case ConvStem(dims):
            kernel, stride, padding = 3, 2, 1
        case PatchStem(size):
            kernel, stride, padding, dims = size, size, 0, (spec.stages[0].dim,)  # type: ignore[assignment]
    children: list[Node] = []
    channels, grid = spec.in_channels, spec.image_size
    for index, dim in enumerate(dims, start=1):
        if children:
            children.append(Nonlinearity(f"act{index - 1}", (channels, *grid), Work(spec.activation)))
        conv = Conv("linear", channels, dim, kernel, stride, padding, grid)
        channels, grid = dim, conv.out_grid
        norm = Normalization("bn", Norm.BATCH_2D, conv.out)  # the stem keeps BatchNorm beside LayerNorm blocks
        children.append(Block(f"conv{index}", Kind.LAYER, (conv, norm)))
    return Block("stem", Kind.STEM, tuple(children)), grid


def _stage(name: str, stage: Stage, in_dim: Size, grid: Grid, spec: Spec) -> tuple[Block, Grid]:
    """A stage behind the downsample that leads into it, and the grid that it works on."""
    children: list[Node] = []
    if stage.downsample is not None:
        shrinking, grid = _shrinking_attention(stage.downsample, in_dim, stage.dim, grid, spec)
        mlp = _mlp(stage.downsample.mlp_ratio, stage.dim, math.prod(grid), spec)
        children.append(Block("downsample", Kind.DOWNSAMPLE, (shrinking, *mlp)))
    body = (_attention(stage, grid, spec), *_mlp(stage.mlp_ratio, stage.dim, math.prod(grid), spec))
    children.append(Block("blocks", Kind.SEQUENCE, body, times=stage.depth))
    return Block(name, Kind.STAGE, tuple(children)), grid


def _attention(stage: Stage, grid: Grid, spec: Spec) -> Block:
    """Attention among the tokens of one grid (levit.py Attention)."""
    tokens, heads, key_dim = math.prod(grid), stage.heads, stage.key_dim
    value_dim = truncate(stage.attn_ratio, key_dim)
    return Block(
        "attn",
        Kind.ATTENTION,
        (
            *_norm_before(tokens, stage.dim, spec),
            _layer("qkv", tokens, stage.dim, heads * (2 * key_dim + value_dim), spec),
            *_mixing(AttentionBias("attention_biases", heads, grid), key_dim, value_dim, spec),
            _projection(tokens, heads * value_dim, stage.dim, spec, zero_init=True),
            Residual("add", (tokens, stage.dim), spec.drop_path),
        ),
    )


def _shrinking_attention(part: Downsample, in_dim: Size, dim: Size, grid: Grid, spec: Spec) -> tuple[Block, Grid]:
    """Attention of fewer queries to all tokens of a grid, without residual (levit.py AttentionSubsample)."""
    heads, key_dim = part.heads, part.key_dim
    value_dim = truncate(part.attn_ratio, key_dim)
    bias = AttentionBias("attention_biases", heads, grid, part.stride)
    keys, queries = math.prod(grid), math.prod(bias.query_grid)
    block = Block(
        "attn_downsample",
        Kind.SHRINKING_ATTENTION,
        (
            *_norm_before(keys, in_dim, spec),
            _layer("kv", keys, in_dim, heads * (key_dim + value_dim), spec),
            Block(
                "q",
                Kind.SEQUENCE,
                (Subsample("down", in_dim, grid, part.stride), _layer("ln", queries, in_dim, heads * key_dim, spec)),
            ),
            *_mixing(bias, key_dim, value_dim, spec),
            _projection(queries, heads * value_dim, dim, spec),
        ),
    )
    return block, bias.query_grid


def _mixing(bias: AttentionBias, key_dim: Size, value_dim: Size, spec: Spec) -> tuple[Node, ...]:
    """softmax(q.k / sqrt(key_dim) + bias).v in every head."""
    heads, queries, keys = logits = bias.out
    return (
        MatMul("qk", Work.QK, heads, queries, key_dim, keys),
        Scale("scale", logits),
        *([bias] if spec.position is Position.BIAS else []),
        Softmax("softmax", logits),
        MatMul("av", Work.AV, heads, queries, keys, value_dim),
    )


def _projection(tokens: Size, in_dim: Size, dim: Size, spec: Spec, zero_init: bool = False) -> Block:
    layer = _layer("ln", tokens, in_dim, dim, spec, zero_init)
    return Block("proj", Kind.SEQUENCE, (*_activation(spec.attention_activation, (tokens, in_dim)), layer))


def _mlp(ratio: Any, dim: Size, tokens: Size, spec: Spec) -> tuple[Block, ...]:
    """Two linear layers on every token, with their residual; none where the ratio is 0."""
    if not is_array(ratio) and ratio == 0:
        return ()
    hidden = truncate(ratio, dim)
    children = (
        *_norm_before(tokens, dim, spec),
        _layer("ln1", tokens, dim, hidden, spec),
        *_activation(spec.activation, (tokens, hidden)),
        _layer("ln2", tokens, hidden, dim, spec, zero_init=True),
        Residual("add", (tokens, dim), spec.drop_path),
    )
    return (Block("mlp", Kind.MLP, children),)


def _heads(dim: Size, spec: Spec) -> tuple[Node, ...]:
    """The classifier, and with distillation a second one and their average."""
    if not is_array(spec.num_classes) and spec.num_classes == 0:
        return ()
    layernorm = spec.norm is NormKind.LAYERNORM
    norm = Normalization("norm", Norm.LAYER, (dim,)) if layernorm else Normalization("bn", Norm.BATCH_1D, (dim,))
    linear = Linear("linear", None, dim, spec.num_classes, bias=True)
    head = Block("head", Kind.HEAD, (norm, linear))
    if not spec.distillation:
        return (head,)
    return head, dataclasses.replace(head, name="head_dist"), Average("average", (spec.num_classes,))


def _layer(name: str, tokens: Size, in_dim: Size, out_dim: Size, spec: Spec, zero_init: bool = False) -> Block:
    """A linear layer and the BatchNorm after it, or with LayerNorm elsewhere a linear layer with a bias."""
    if spec.norm is NormKind.LAYERNORM:
        return Block(name, Kind.LAYER, (Linear("", tokens, in_dim, out_dim, bias=True),))
    norm = Normalization("bn", Norm.BATCH_1D, (tokens, out_dim), zero_init)
    return Block(name, Kind.LAYER, (Linear("linear", tokens, in_dim, out_dim), norm))


def _norm_before(tokens: Size, dim: Size, spec: Spec) -> tuple[Node, ...]:
    return (Normalization("norm", Norm.LAYER, (tokens, dim)),) if spec.norm is NormKind.LAYERNORM else ()


def _activation(function: Activation | None, shape: tuple[Size, ...]) -> tuple[Node, ...]:
    return () if function is None else (Nonlinearity("act", shape, Work(function)),)
