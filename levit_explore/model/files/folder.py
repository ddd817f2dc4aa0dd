"""Folders of save_pretrained: which file holds the weights, and the config beside it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from levit_explore.errors import CheckpointError
from levit_explore.model.files.header import MAX_BYTES, read_object
from levit_explore.spec.words import listed, printable

_WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin")
_CONFIG = "config.json"
_SUFFIXES = (".pth", ".pt", ".bin", ".safetensors")


def weights_file(folder: Path) -> Path:
    """The file with a folder's weights; raises CheckpointError with what was looked for if there is none."""
    names = sorted(path.name for path in folder.iterdir())
    for name in _WEIGHTS:
        if name in names:
            return folder / name
    others = [printable(name) for name in names if name.endswith(_SUFFIXES)]
    hint = f"; it has {listed(others[:3], 'and')}: give the path of one" if others else ""
    raise CheckpointError(f"{printable(str(folder))}: is a folder without {listed(list(_WEIGHTS))}{hint}")


def read_config(folder: Path) -> Mapping[str, Any] | None:
    """The config.json of a folder, None if it has none; raises CheckpointError if it is not a JSON object."""
    path = folder / _CONFIG
    if not path.is_file():
        return None
    with path.open("rb") as stream:
        return read_object(stream.read(MAX_BYTES + 1), f"{printable(str(path))}: the config")
