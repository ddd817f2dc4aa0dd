"""Opening a checkpoint: a path is looked at, and the reader of what lies there is called."""

import dataclasses
import difflib
import os
from pathlib import Path

from levit_explore.errors import CheckpointError
from levit_explore.model.files.checkpoint import CheckpointFile
from levit_explore.model.files.content import HEAD, Content, content
from levit_explore.model.files.folder import read_config, weights_file
from levit_explore.model.files.pth import open_pth
from levit_explore.model.files.safetensors import open_safetensors
from levit_explore.model.files.shards import open_shards
from levit_explore.spec.words import listed, printable


def open_checkpoint(path: str | Path, weights: str | None = None) -> CheckpointFile:
    """What the checkpoint at `path` holds: a file of torch.save, safetensors, an index of shards, or a folder with one.

    The content decides, not the suffix. `weights` names the entry to take where a file holds several state dicts;
    by default the first of model, state_dict, model_ema, state_dict_ema. Nothing in the file is ever run.
    Raises CheckpointError in one line for whatever cannot be read, or would run code if it were.
    """
    path = Path(path)
    try:
        _check_exists(path)
        if not path.is_dir():
            return _open_file(path, weights)
        found = _open_file(weights_file(path), weights)
        return dataclasses.replace(found, path=path, container="folder", config=read_config(path))
    except OSError as error:
        raise CheckpointError(f"{printable(str(path))}: cannot be read ({error.strerror or error})") from None


def _check_exists(path: Path) -> None:
    file = printable(str(path))
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise CheckpointError(f"{file}: no such file{_nearest(path)}") from None
    except ValueError as error:  # a null byte in it
        raise CheckpointError(f"{file}: cannot be read ({error})") from None


def _open_file(path: Path, weights: str | None) -> CheckpointFile:
    if not path.is_file():
        raise CheckpointError(f"{printable(str(path))}: is not a regular file; give a checkpoint's path")
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    match content(head, path):
        case Content.ZIP:
            return open_pth(path, weights, legacy=False)
        case Content.LEGACY:
            return open_pth(path, weights, legacy=True)
        case Content.SAFETENSORS:
            return open_safetensors(path, weights)
        case Content.INDEX:
            return open_shards(path, weights)


def _nearest(path: Path) -> str:
    """The files beside `path` that are called nearly like it, as a question."""
    try:
        names = {name.lower(): name for name in sorted(os.listdir(path.parent))}
    except OSError:
        return f"; there is no folder {printable(str(path.parent))}"
    near = difflib.get_close_matches(path.name.lower()[:200], names, n=3, cutoff=0.7)
    return f"; did you mean {listed([printable(names[name]) for name in near])}?" if near else ""
