"""Cells by hand, bounds by hand, and the brute force that the engine is held against."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from levit_explore import activation_memory, balance, flops, make_spec, params, plan
from levit_explore.analysis.traffic import bytes_moved
from levit_explore.plan.tree import Plan
from levit_explore.space.bounds import Bound
from levit_explore.space.cells import Axis, Cell

SMALL = {
    "image_size": 32,
    "num_classes": 10,
    "stages": [
        {"dim": 16, "depth": 1, "heads": 2, "key_dim": 8},
        {"dim": 24, "depth": 1, "heads": 3, "key_dim": 8},
        {"dim": 32, "depth": 1, "heads": 4, "key_dim": 8},
    ],
}


@dataclass(frozen=True)
class Bounded(Bound):
    """A bound by hand."""

    text: str = "a bound"


def cell(fields: Mapping[str, Any], choices: Mapping[str, Sequence[Any]], masks: Sequence[Any] = ()) -> Cell:
    """The cell of a spec whose fields at some paths ("stages.0.dim") hold these choices, one after another."""
    shape = [len(values) for values in choices.values()]
    given: dict[Any, Any] = {path: np.array(values) for path, values in choices.items()}
    for index, path in enumerate(given):
        given[path] = given[path].reshape([-1 if place == index else 1 for place in range(len(shape))])
    return Cell(
        axes=tuple(Axis(path, tuple(values)) for path, values in choices.items()),
        spec=make_spec(edited(fields, given)),
        masks=tuple(masks),
        numbers=tuple(tuple(range(length)) for length in shape),
        strides=tuple(math.prod(shape[place + 1 :]) for place in range(len(shape))),
        offset=0,
    )


def edited(fields: Any, values: Mapping[str, Any]) -> Any:
    """Nested fields with the values at some paths replaced."""
    own = values.get("")
    if own is not None:
        return own

    def inside(key: Any) -> dict[str, Any]:
        cut = {path.partition(".")[::2]: value for path, value in values.items()}
        return {rest: value for (first, rest), value in cut.items() if first == str(key)}

    match fields:
        case Mapping():
            added = {path.split(".")[0] for path in values} - set(fields)
            return {key: edited(fields.get(key, {}), inside(key)) for key in (*fields, *sorted(added))}
        case list():
            return [edited(item, inside(index)) for index, item in enumerate(fields)]
    return fields


def singles(fields: Mapping[str, Any], choices: Mapping[str, Sequence[Any]]) -> list[Plan]:
    """The plans of all variants, one by one, in the order of their numbers."""
    combined = itertools.product(*choices.values())
    return [plan(make_spec(edited(fields, dict(zip(choices, values, strict=True))))) for values in combined]


def counts(model: Plan) -> dict[str, int]:
    """All quantities of a single plan, by the analyses that have nothing to do with the engine."""
    found = balance(model)
    return {
        "flops": flops(model),
        "attention": found.whole.attention,
        "mlp": found.whole.mlp,
        "params": params(model),
        "activation_memory": activation_memory(model),
        "bytes_moved": bytes_moved(model),
        "depth": sum(stage.depth for stage in model.spec.stages),
    }
