"""Files of torch.save, loaded by torch with weights_only once their pickle has been looked through."""

import os
import warnings
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor, serialization

from levit_explore.errors import CheckpointError
from levit_explore.model.files.archive import survey_archive
from levit_explore.model.files.checkpoint import CheckpointFile, without_module
from levit_explore.model.files.entries import choose, state_dicts
from levit_explore.model.files.legacy import survey_legacy
from levit_explore.spec.words import printable, quoted


def open_pth(path: Path, weights: str | None, legacy: bool) -> CheckpointFile:
    """The state dict called `weights` in a file of torch.save: a zip archive, or the `legacy` format.

    The tensors of an archive stay in the file until they are used. A legacy file is read whole, and of that only the
    chosen state dict is kept.
    """
    file = printable(str(path))
    found = state_dicts(_load(path, legacy), file)
    entry = choose(list(found), weights, file)
    names = without_module(found[entry])
    tensors = {name: found[entry][stored] for name, stored in names.items()}
    _check_sizes(tensors, path.stat().st_size, file)
    return CheckpointFile(
        path=path,
        container="pth (legacy)" if legacy else "pth",
        weights=entry,
        choices=tuple(found),
        shapes={name: tuple(tensor.shape) for name, tensor in tensors.items()},
        dtypes={name: tensor.dtype for name, tensor in tensors.items()},
        read=tensors.__getitem__,
    )


def _load(path: Path, legacy: bool) -> object:
    found = survey_legacy(path) if legacy else survey_archive(path)
    try:
        with warnings.catch_warnings(action="ignore"), _allowing_only(Namespace):
            if legacy or path.suffix == ".safetensors":  # by that suffix torch would not look at the content
                with path.open("rb") as stream:
                    return torch.load(stream, map_location="cpu", weights_only=True)
            return torch.load(os.fspath(path), map_location="cpu", weights_only=True, mmap=True)
    except OSError:
        raise
    except Exception as error:  # whatever a pickle leads torch to
        raise CheckpointError(f"{printable(str(path))}: {_reason(error, found.protocol)}") from None


def _reason(error: Exception, protocol: int) -> str:
    if protocol > 2:
        return f"is written with pickle protocol {protocol}, which has no safe reading; save it again with protocol 2"
    return f"is damaged or not written by torch.save (torch stops with {type(error).__name__})"


@contextmanager
def _allowing_only(harmless: type) -> Iterator[None]:
    """Lets torch build objects of one class besides its own, whatever else the program has allowed."""
    before = serialization.get_safe_globals()
    serialization.clear_safe_globals()
    try:
        with serialization.safe_globals([harmless]):
            yield
    finally:
        serialization.add_safe_globals(before)


def _check_sizes(tensors: Mapping[str, Tensor], size: int, file: str) -> None:
    """Raises for a tensor that repeats its few values, by strides of 0, to more bytes than the file has."""
    for name, tensor in tensors.items():
        if tensor.numel() * tensor.element_size() > size:
            shape = " x ".join(str(side) for side in tensor.shape)
            raise CheckpointError(f"{file}: {quoted(name)} is {shape} values, more than the file's {size} bytes hold")
