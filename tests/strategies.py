"""Random valid specs, small enough to be built as torch models, and the variants that fields of arrays stand for."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from levit_explore.spec.fields import Activation, NormKind, Position, Spec
from levit_explore.spec.parse import make_spec

ACTIVATIONS = [option.value for option in Activation]
RATIOS = st.sampled_from([0.5, 1, 1.5, 2, 3.7, 4]) | st.floats(0.25, 4)


def specs(max_dim: int = 32, max_stages: int = 4, max_side: int = 40) -> st.SearchStrategy[Spec]:
    """Specs over all options, with sizes up to these."""
    return spec_fields(max_dim, max_stages, max_side).map(make_spec)


@st.composite
def spec_fields(draw: st.DrawFn, max_dim: int = 32, max_stages: int = 4, max_side: int = 40) -> dict[str, Any]:
    """The fields of such a spec, as a file would have them: what has a default is sometimes left out."""
    stages = [draw(_stage(max_dim))]
    while len(stages) < max_stages and draw(st.booleans()):
        stages.append(draw(_stage(max_dim, before=stages[-1]["dim"])))
    stem, stride = draw(_stem(stages[0]["dim"], max_dim))
    side = st.integers(stride, max(stride, max_side))
    optional = {
        "image_size": side | st.tuples(side, side).map(list),
        "in_channels": st.integers(1, 4),
        "distillation": st.booleans(),
        "drop_path": st.floats(0, 0.5),
        "activation": st.sampled_from(ACTIVATIONS),
        "attention_activation": st.sampled_from([*ACTIVATIONS, "none"]),
        "position": st.sampled_from([option.value for option in Position]),
        "norm": st.sampled_from([option.value for option in NormKind]),
    }
    fields = draw(st.fixed_dictionaries({}, optional=optional))
    fields.setdefault("image_size", draw(side))  # the default of 224 pixels is not small
    return fields | {"num_classes": draw(st.integers(10, 1000)), "stages": stages} | stem


def variant(value: Any, index: int) -> Any:
    """The fields of one of the variants that fields with arrays stand for."""
    match value:
        case dict():
            return {key: variant(item, index) for key, item in value.items()}
        case list():
            return [variant(item, index) for item in value]
        case np.ndarray():
            return value[index].item()
        case _:
            return value


@st.composite
def _stem(draw: st.DrawFn, dim: int, max_dim: int) -> tuple[dict[str, Any], int]:
    """The stem's field, left out where the default will do, and the stem's stride."""
    match draw(st.sampled_from(["default", "convs", "patch"])):
        case "patch":
            size = draw(st.integers(4, 16))
            return {"stem": {"kind": "patch", "size": size}}, size
        case "default" if dim >= 8:
            return {}, 16
        case _:
            dims = [*draw(st.lists(st.integers(1, max_dim), max_size=3)), dim]
            return {"stem": {"kind": "convs", "dims": dims}}, 2 ** len(dims)


@st.composite
def _stage(draw: st.DrawFn, max_dim: int, before: int | None = None) -> dict[str, Any]:
    key_dim = draw(st.integers(4, 16))
    required = {
        "dim": st.integers(4, max_dim),
        "depth": st.integers(0, 2),
        "heads": st.integers(1, 4),
        "key_dim": st.just(key_dim),
    }
    ratios = {"attn_ratio": RATIOS, "mlp_ratio": RATIOS | st.just(0)}
    stage = draw(st.fixed_dictionaries(required, optional=ratios))
    if before is not None:
        optional = ratios | {"key_dim": st.integers(4, 16), "stride": st.integers(1, 3)}
        downsample = draw(st.fixed_dictionaries({}, optional=optional))
        derived = before // downsample.get("key_dim", key_dim)
        if derived == 0 or draw(st.booleans()):
            downsample["heads"] = draw(st.integers(1, 4))
        stage |= {"downsample": downsample} if downsample else {}
    return stage
