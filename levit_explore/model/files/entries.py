"""Finding the state dicts in what torch.save wrote: the object itself, its entries, or theirs."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from levit_explore.errors import CheckpointError
from levit_explore.spec.words import did_you_mean, listed, quoted, shown, word

_PREFERRED = ("model", "state_dict", "model_ema", "state_dict_ema")


def state_dicts(loaded: object, file: str) -> dict[str, dict[str, Tensor]]:
    """The state dicts in a loaded object by name, the preferred first: "" for itself, "model" for an entry.

    A state dict one level deeper has its entry's name, or "entry.inner" if there are several in that entry.
    Raises CheckpointError if there are none.
    """
    if (bare := _tensors(loaded)) is not None:
        return {"": bare}
    found: dict[str, dict[str, Tensor]] = {}
    for key, value in _entries(loaded).items():
        inner = {name: tensors for name, part in _entries(value).items() if (tensors := _tensors(part)) is not None}
        if (tensors := _tensors(value)) is not None:
            found[key] = tensors
        elif len(inner) == 1:
            found[key] = next(iter(inner.values()))
        else:
            found |= {f"{key}.{name}": tensors for name, tensors in inner.items()}
    if not found:
        raise CheckpointError(f"{file}: holds no state dict, {_instead(loaded)}")
    return {name: found[name] for name in sorted(found, key=_rank)}


def choose(choices: Sequence[str], weights: str | None, file: str) -> str:
    """The entry to take: the first, or the one called `weights`; raises CheckpointError where there is none."""
    if weights is None:
        return choices[0]
    if weights in choices:
        return weights
    if list(choices) == [""]:
        raise CheckpointError(f"{file}: has no entry {quoted(weights)}; it is one state dict without entries")
    names = listed([word(name) for name in choices], "and")
    raise CheckpointError(f"{file}: has no weights {quoted(weights)}; it has {names}{did_you_mean(weights, choices)}")


def _tensors(value: object) -> dict[str, Tensor] | None:
    """The plain tensors of a state dict; None for what is not one. Extra states beside the tensors are left out."""
    entries = {key: part for key, part in _entries(value).items() if not key.endswith("_extra_state")}
    if not entries or not all(isinstance(part, Tensor) for part in entries.values()):
        return None
    return {key: torch.Tensor.detach(part) for key, part in entries.items()}


def _entries(value: object) -> dict[str, Any]:
    """The entries of a mapping by name; none for anything else."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        return {}
    return dict(value)


def _rank(name: str) -> int:
    """The place in the order of preference, of an entry or of one inside it."""
    return min((_PREFERRED.index(part) for part in name.split(".") if part in _PREFERRED), default=len(_PREFERRED))


def _instead(loaded: object) -> str:
    if isinstance(loaded, Mapping):
        names = [word(key) if isinstance(key, str) else shown(key) for key in list(loaded)[:8]]
        more = " and more" if len(loaded) > len(names) else ""
        return f"only {', '.join(names)}{more}" if names else "only an empty mapping"
    return "only one tensor" if isinstance(loaded, Tensor) else f"only {shown(loaded)}"
