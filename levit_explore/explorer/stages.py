"""Stages added, doubled and removed."""

import copy
from collections.abc import Mapping
from typing import Any

from levit_explore.errors import SpecError
from levit_explore.explorer.differences import Value
from levit_explore.explorer.steps import dim_step
from levit_explore.sizes import truncate
from levit_explore.spec.rules import LIMIT


def added(value: Value, index: int) -> Value:
    """The fields with a stage behind the one at `index`, wider by half and with as many more heads.

    Its dim is a whole number of the steps of dim; key_dim, depth and ratios are alike, its downsample is derived.
    """
    stages = _stages(value, index)
    return {**value, "stages": [*stages[: index + 1], _grown(stages[index]), *stages[index + 1 :]]}


def doubled(value: Value, index: int) -> Value:
    """The fields with the stage at `index` once more behind it."""
    stages = _stages(value, index)
    again = copy.deepcopy(stages[index])  # of its own, so that an edit of one leaves the other
    return {**value, "stages": [*stages[: index + 1], again, *stages[index + 1 :]]}


def removed(value: Value, index: int) -> Value:
    """The fields without the stage at `index`; a new first stage loses its downsample."""
    stages = _stages(value, index)
    left = [*stages[:index], *stages[index + 1 :]]
    first = [{name: item for name, item in stage.items() if name != "downsample"} for stage in left[:1]]
    return {**value, "stages": [*first, *left[1:]]}


def _stages(value: Value, index: int) -> list[Mapping[str, Any]]:
    stages: list[Mapping[str, Any]] = value["stages"]
    if not 0 <= index < len(stages):
        raise SpecError(f"stages has entries 0 to {len(stages) - 1}; {index} is none of them")
    return stages


def _grown(stage: Mapping[str, Any]) -> Mapping[str, Any]:
    by = dim_step(stage["key_dim"])
    dim = min(by * max(1, round(1.5 * stage["dim"] / by)), max(LIMIT // by * by, stage["dim"]))
    heads = min(max(1, truncate(dim / stage["dim"], stage["heads"])), LIMIT)
    rest = {name: item for name, item in stage.items() if name != "downsample"}
    return {**rest, "dim": dim, "heads": heads}
