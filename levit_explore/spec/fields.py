"""A spec: everything that a user says about a LeViT-style network, every default filled in.

The rules beside the fields are the only description of the format: the parser, its messages, the JSON Schema
and `--set` read them. Sizes may be integer arrays, and then a spec stands for many variants at once.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from levit_explore.display import Displayed
from levit_explore.sizes import Grid, Ratio, Size
from levit_explore.spec.rules import Choice, Flag, Integer, Number, Text
from levit_explore.spec.structures import Fields, Kinds, ListOf, Sides, about


class Activation(StrEnum):
    """A non-linearity, by its name in torch.nn.functional."""

    HARDSWISH = "hardswish"
    SILU = "silu"
    GELU = "gelu"
    RELU = "relu"


class Position(StrEnum):
    """How a network knows where a token stands."""

    BIAS = "bias"  # learned attention biases by |dy|, |dx| in every attention
    EMBEDDING = "embedding"  # one learned vector a token, added after the stem (Table 5, A5)
    NONE = "none"


class NormKind(StrEnum):
    """Which norm stands where."""

    BATCHNORM = "batchnorm"  # after every convolution and linear layer
    LAYERNORM = "layernorm"  # before every attention, MLP and head; the stem keeps its BatchNorm (Table 5, A3)


_RATIO = Number(0, 64, closed=False)
_MLP_RATIO = Number(0, 64)
_KEY_DIM = Integer(hint="published models use 16 or 32")
_DIMS = "how many channels each 3x3 stride-2 convolution gives"
_MLP_DOC = "hidden dimension of the MLP over its input; 0 leaves the MLP out"
_ATTN_DOC = "value dimension of a head over key_dim, rounded down"


@dataclass(frozen=True)
class ConvStem:
    """3x3 stride-2 convolutions with padding 1, an activation between them."""

    dims: tuple[Size, ...] = field(metadata=about(ListOf(Integer(), most=8), _DIMS))


@dataclass(frozen=True)
class PatchStem:
    """One convolution of kernel and stride `size`, as in ViT."""

    size: Size = field(metadata=about(Integer(), "side of a patch in pixels"))


@dataclass(frozen=True)
class Downsample:
    """Shrinking attention into a stage and the MLP after it."""

    heads: Size = field(metadata=about(Integer(), "attention heads", derived="dim of the stage before // key_dim"))
    key_dim: Size = field(
        metadata=about(_KEY_DIM, "channels of a head's queries and keys", derived="key_dim of its stage")
    )
    attn_ratio: Ratio = field(default=4, metadata=about(_RATIO, _ATTN_DOC))
    mlp_ratio: Ratio = field(default=2, metadata=about(_MLP_RATIO, _MLP_DOC))
    stride: Size = field(default=2, metadata=about(Integer(), "keeps every stride-th row and column of queries"))


@dataclass(frozen=True)
class Stage:
    """`depth` pairs of attention and MLP on one grid, behind the downsample that leads into them."""

    dim: Size = field(metadata=about(Integer(), "channels of a token"))
    depth: Size = field(
        metadata=about(Integer(low=0, high=1000), "pairs of attention and MLP; 0 leaves the downsample alone")
    )
    heads: Size = field(metadata=about(Integer(), "attention heads"))
    key_dim: Size = field(metadata=about(_KEY_DIM, "channels of a head's queries and keys"))
    attn_ratio: Ratio = field(default=2, metadata=about(_RATIO, _ATTN_DOC))
    mlp_ratio: Ratio = field(default=2, metadata=about(_MLP_RATIO, _MLP_DOC))
    downsample: Downsample | None = field(
        default=None,
        metadata=about(Fields(Downsample), "shrinking attention that leads into this stage; not on the first stage"),
    )


@dataclass(frozen=True)
class Published:
    """What a paper prints about a model, as it prints it. Never inherited by an edited spec."""

    source: str = field(metadata=about(Text(), "where it is printed"))
    params_m: float | None = field(default=None, metadata=about(Number(0, 1e9), "parameters, in millions"))
    flops_m: float | None = field(default=None, metadata=about(Number(0, 1e9), "FLOPs, in millions"))
    top1: float | None = field(default=None, metadata=about(Number(0, 100), "ImageNet top-1 accuracy, per cent"))
    top1_real: float | None = field(default=None, metadata=about(Number(0, 100), "ImageNet-Real top-1, per cent"))
    top1_v2: float | None = field(default=None, metadata=about(Number(0, 100), "ImageNet-V2 top-1, per cent"))
    images_per_s_v100: float | None = field(
        default=None, metadata=about(Number(0, 1e9), "images/s on a V100, fp16, batch 2048")
    )
    images_per_s_xeon_6138: float | None = field(
        default=None, metadata=about(Number(0, 1e9), "images/s on one thread of a Xeon 6138, batch 16")
    )
    images_per_s_graviton2: float | None = field(
        default=None, metadata=about(Number(0, 1e9), "images/s on a Graviton2, one thread, batch 16")
    )
    note: str = field(default="", metadata=about(Text(), "where the print and the code differ"))


@dataclass(frozen=True)
class Spec(Displayed):
    """A LeViT-style network in full."""

    name: str = field(metadata=about(Text(200), "what the network is called", derived="the file's name"))
    source: str = field(default="", metadata=about(Text(), "where the network comes from"))
    image_size: Grid = field(default=(224, 224), metadata=about(Sides(), "pixels; one number or [height, width]"))
    in_channels: Size = field(default=3, metadata=about(Integer(), "channels of the image"))
    num_classes: Size = field(
        default=1000, metadata=about(Integer(0, 1_000_000), "classes; 0 leaves the classifier out")
    )
    distillation: bool = field(default=True, metadata=about(Flag(), "a second head; the two are averaged at inference"))
    drop_path: float = field(
        default=0.0, metadata=about(Number(0, 0.99), "rate at which training drops a residual branch")
    )
    activation: Activation = field(
        default=Activation.HARDSWISH, metadata=about(Choice(Activation), "non-linearity in stem and MLPs")
    )
    attention_activation: Activation | None = field(
        metadata=about(
            Choice(Activation, none=True),
            "non-linearity on the attention output before its projection (none: Table 5, A7)",
            derived="the same as activation",
        ),
        kw_only=True,
    )
    position: Position = field(
        default=Position.BIAS,
        metadata=about(Choice(Position), "attention biases, an embedding after the stem, or none"),
    )
    norm: NormKind = field(
        default=NormKind.BATCHNORM,
        metadata=about(Choice(NormKind), "BatchNorm after each layer, or LayerNorm before each block"),
    )
    stem: ConvStem | PatchStem = field(
        metadata=about(
            Kinds({"convs": ConvStem, "patch": PatchStem}, "{kind: patch, size: 16}"),
            "what turns the image into tokens",
            derived="convs with C/8, C/4, C/2 and C channels, C the first stage's dim",
        ),
        kw_only=True,
    )
    stages: tuple[Stage, ...] = field(
        metadata=about(ListOf(Fields(Stage), most=64), "the stages, in order"), kw_only=True
    )
    published: Published | None = field(default=None, metadata=about(Fields(Published), "what a paper prints about it"))
