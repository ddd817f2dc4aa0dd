"""What an opened checkpoint file holds: names, shapes and types at once, tensors when asked for."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from levit_explore.errors import CheckpointError
from levit_explore.spec.words import did_you_mean, printable, quoted


@dataclass(frozen=True, eq=False)
class CheckpointFile:
    """One state dict of a file or folder; `tensor` reads it, from safetensors only the bytes it needs."""

    path: Path
    container: str  # "pth", "pth (legacy)", "safetensors", "sharded safetensors" or "folder"
    weights: str  # the entry that holds the state dict, such as "model"; "" if the file is one
    choices: tuple[str, ...]  # all entries that hold one, in the order of preference
    shapes: Mapping[str, tuple[int, ...]] = field(repr=False)
    dtypes: Mapping[str, torch.dtype] = field(repr=False)
    read: Callable[[str], Tensor] = field(repr=False)
    config: Mapping[str, Any] | None = field(default=None, repr=False)  # a folder's config.json

    def tensor(self, name: str) -> Tensor:
        """The tensor called `name`, on the CPU; raises CheckpointError where there is none.

        Tensors of a .pth share memory with a private map of the file: do not write the file while they are in use.
        """
        file = printable(str(self.path))
        if name not in self.shapes:
            raise CheckpointError(f"{file}: has no tensor {quoted(name)}{did_you_mean(name, self.shapes)}")
        try:
            return self.read(name)
        except OSError as error:
            raise CheckpointError(f"{file}: cannot be read any more ({error.strerror or error})") from None

    def tensors(self, names: Iterable[str] | None = None) -> dict[str, Tensor]:
        """The tensors called `names`, or all of them, in that order."""
        return {name: self.tensor(name) for name in (self.shapes if names is None else names)}


def without_module(names: Iterable[str]) -> dict[str, str]:
    """Names without the "module." that data-parallel training puts before all of them, each with the stored name."""
    stored = list(names)
    prefix = "module." if all(name.startswith("module.") for name in stored) else ""
    return {name.removeprefix(prefix): name for name in stored}
