"""Random small spaces: any field may be a choice, a shared choice or an expression, and few are sound throughout."""

import math
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from tests.strategies import ACTIVATIONS

_EXPRESSIONS = {
    "dim": ["stages[0].heads * 8", "k * 2", "key_dim * heads", "dim[0] + 8", "max(dim[0], 16) // 2"],
    "depth": ["heads - 1", "4 - stages[0].heads", "min(heads, k)", "dim % 3"],
    "heads": ["dim / key_dim", "dim // key_dim", "k / 2", "(dim - k) / key_dim", "depth + 1"],
    "key_dim": ["dim / heads", "k", "dim / (heads - 2)"],
    "attn_ratio": ["dim / key_dim / 3", "k / 4", "1.5 - depth / 2"],
    "mlp_ratio": ["2 - heads", "k / 8", "stages[0].heads - 1", "dim / 7 - 1"],
}
_SIDES = st.integers(15, 40)
_SQUARES = st.just("k + 24") | st.lists(_SIDES, min_size=2, max_size=3, unique=True).map(
    lambda sides: {"choices": [sides[0], *([side, side] for side in sides[1:])]}
)
_VALUES = {
    "dim": st.sampled_from([7, 8, 12, 16, 20, 24, 32, 40]),
    "depth": st.integers(0, 3),
    "heads": st.integers(1, 4),
    "key_dim": st.sampled_from([2, 4, 8, 16]),
    "attn_ratio": st.sampled_from([0.2, 0.5, 1, 1.5, 2, 3.7]),
    "mlp_ratio": st.sampled_from([0, 0.05, 0.5, 1, 1.5, 2]),
    "stride": st.integers(1, 3),
}
_CONSTRAINTS = [
    "dim[0] <= dim[1]",
    "2 <= depth[0] + depth[1] < 4 and heads[0] != 3",
    "dim[0] % 8 == 0",
    "stages[1].heads >= stages[0].heads",
    "stages[1].downsample.heads >= 2",
    "attn_ratio[0] * key_dim[0] / 3 > 1.25",
    "mlp_ratio[0] + 0.1 <= 1.6",
    "dim[0] / (heads[0] - 1) >= 6",
    "max(dim[0], dim[1]) // 3 - k <= 12",
    "image_size[0] >= image_size[1]",
    "num_classes == 0 and in_channels >= 1",
    "-dim[1] < -k * 2",
]
_SQUARE = {  # of an image whose sides are equal in every variant
    "depth": ["image_size // 16 - 1"],
    "mlp_ratio": ["image_size / 32", "1.5 - image_size / 40"],
    "constraints": ["image_size > 20", "dim[0] + 8 <= image_size", "image_size % 2 == 0"],
}


@st.composite
def spaces(draw: st.DrawFn, most: int = 60, square: bool = False) -> dict[str, Any]:
    """The fields of a space of two stages, of not more variants than `most`.

    Images that must be `square` are so by a choice or an expression, and their side is read.
    """
    tops: dict[str, Any] = {
        "image_size": _choice(_SIDES | st.lists(_SIDES, min_size=2, max_size=2)),
        "num_classes": _choice(st.sampled_from([0, 10, 100])),
        "in_channels": _choice(st.integers(1, 4)),
        "activation": _choice(st.sampled_from(ACTIVATIONS)),
        "attention_activation": _choice(st.sampled_from([*ACTIVATIONS, "none"])),
        "position": _choice(st.sampled_from(["bias", "embedding", "none"])),
        "norm": _choice(st.sampled_from(["batchnorm", "layernorm"])),
        "distillation": _choice(st.booleans()),
        "stem": _stem(),
    }
    fields = draw(st.fixed_dictionaries({}, optional=tops))
    fields.setdefault("image_size", 32)
    if square:
        fields["image_size"] = draw(_SQUARES)
    stages = [draw(_stage(False, square)), draw(_stage(True, square))]
    shared = {"k": draw(st.lists(st.sampled_from([2, 4, 8, 16]), min_size=1, max_size=2, unique=True))}
    constraints = draw(st.lists(st.sampled_from(_CONSTRAINTS), max_size=3))
    constraints += draw(st.lists(st.sampled_from(_SQUARE["constraints"]), min_size=1, max_size=2)) if square else []
    whole = {"where": {"k": {"choices": shared["k"]}}, **fields, "stages": stages, "constraints": constraints}
    stages[0]["key_dim"] = {"as": "k"}
    whole = dict(draw(st.permutations(list(whole.items()))))
    assume(_size(whole) <= most)
    return whole


def _size(value: Any) -> int:
    match value:
        case {"choices": choices}:
            return len(choices)
        case {"range": [low, high], "step": step}:
            return int((high - low) / step) + 1
        case dict():
            return math.prod(_size(item) for item in value.values())
        case list():
            return math.prod(_size(item) for item in value)
    return 1


def _choice(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A plain value or a choice of several, each once however it is written."""
    several = st.lists(values, min_size=1, max_size=3, unique_by=lambda value: str(_short(value)))
    return values | several.map(lambda chosen: {"choices": chosen})


def _short(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value[0] == value[1] else value


def _ranges(name: str) -> st.SearchStrategy[Any]:
    if name in ("attn_ratio", "mlp_ratio"):
        return st.sampled_from([{"range": [0.5, 1.3], "step": 0.4}, {"range": [1, 2], "step": 0.7}])
    if name == "dim":
        return st.just({"range": [8, 30], "step": 8})
    return st.integers(1, 8).map(lambda low: {"range": [low, low + 5], "step": 2})


def _field(name: str, square: bool) -> st.SearchStrategy[Any]:
    some = _choice(_VALUES[name]) | _ranges(name)
    texts = [*_EXPRESSIONS.get(name, []), *(_SQUARE.get(name, []) if square else [])]
    return some | some | st.sampled_from(texts) if texts else some


@st.composite
def _stage(draw: st.DrawFn, later: bool, square: bool) -> dict[str, Any]:
    required = {name: _field(name, square) for name in ("depth", "heads")}
    required["dim"] = _field("dim", square) if later else _choice(_VALUES["dim"])
    required["key_dim"] = _field("key_dim", square)
    ratios = {name: _field(name, square) for name in ("attn_ratio", "mlp_ratio")}
    stage = draw(st.fixed_dictionaries(required, optional=ratios))
    if later and draw(st.booleans()):
        parts = {name: _choice(_VALUES[name]) for name in ("key_dim", "attn_ratio", "mlp_ratio", "stride")}
        heads = st.sampled_from(["dim[0] / key_dim[0]", "stages[1].heads", "k"]) | st.integers(1, 3)
        stage["downsample"] = draw(st.fixed_dictionaries({}, optional=parts | {"heads": heads}))
    return stage


def _stem() -> st.SearchStrategy[Any]:
    convs = st.sampled_from([["dim[0] / 2", "dim[0]"], [{"choices": [4, 8]}, "stages[0].dim"], ["dim[0]"], [8, 16]])
    patch = _choice(st.integers(4, 16)) | st.just("k * 2")
    return convs.map(lambda dims: {"kind": "convs", "dims": dims}) | patch.map(lambda s: {"kind": "patch", "size": s})
