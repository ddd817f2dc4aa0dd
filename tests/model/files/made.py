"""Small checkpoints in every container, made by torch and by hand."""

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from levit_explore.errors import CheckpointError
from levit_explore.model.files import open_checkpoint

TENSORS = {
    "stem.weight": torch.arange(6.0).reshape(2, 3),
    "bn.running_mean": torch.tensor([0.5, -2.0], dtype=torch.float64),
    "bn.num_batches_tracked": torch.tensor(7),
    "half": torch.tensor([[1.5, 2.5]], dtype=torch.float16),
    "brain": torch.tensor([3.0, 4.0], dtype=torch.bfloat16),
    "bias_idxs": torch.tensor([[0, 1], [1, 0]]),
    "empty": torch.empty(0, 4),
}


def other(value: float = 9.0) -> dict[str, Tensor]:
    """A second state dict, unlike TENSORS."""
    return {"other": torch.tensor([value])}


def training_state() -> dict[str, Any]:
    """What the official training script saves, after one step."""
    parameter = torch.nn.Parameter(torch.ones(3))
    parameter.grad = torch.ones(3)
    optimizer = torch.optim.AdamW([parameter])
    optimizer.step()
    return {
        "model": TENSORS,
        "optimizer": optimizer.state_dict(),
        "lr_scheduler": torch.optim.lr_scheduler.MultiStepLR(optimizer, [3, 5]).state_dict(),
        "epoch": 3,
        "model_ema": {"module": other()},
        "scaler": {"scale": 65536.0, "growth_factor": 2.0, "_growth_tracker": 0},
        "args": argparse.Namespace(lr=5e-4, output_dir="out", device="cuda", betas=(0.9, 0.999)),
    }


def zipped(content: Any, path: Path) -> Path:
    torch.save(content, path)
    return path


def legacy(content: Any, path: Path) -> Path:
    torch.save(content, path, _use_new_zipfile_serialization=False)
    return path


def safetensors(tensors: Mapping[str, Tensor], path: Path) -> Path:
    save_file(dict(tensors), path)
    return path


def sharded(tensors: Mapping[str, Tensor], path: Path) -> Path:
    """Two shards beside the index at `path`."""
    index = {}
    for number, names in enumerate((list(tensors)[::2], list(tensors)[1::2])):
        shard = f"model-{number}.safetensors"
        safetensors({name: tensors[name] for name in names}, path.parent / shard)
        index |= dict.fromkeys(names, shard)
    path.write_text(json.dumps({"metadata": {"total_size": 1}, "weight_map": index}))
    return path


def folder(weights: Callable[[Mapping[str, Tensor], Path], Path], name: str) -> Callable[[Any, Path], Path]:
    """A writer of folders with `name`, made by `weights`, and a config.json."""

    def write(content: Any, path: Path) -> Path:
        path.mkdir()
        weights(content, path / name)
        (path / "config.json").write_text('{"model_type": "levit", "depths": [2, 3, 4]}')
        return path

    return write


WRITERS: dict[str, tuple[str, Callable[[Any, Path], Path]]] = {  # what is written, the container, its writer
    "zip": ("pth", zipped),
    "legacy": ("pth (legacy)", legacy),
    "safetensors": ("safetensors", safetensors),
    "sharded safetensors": ("sharded safetensors", sharded),
    "folder of safetensors": ("folder", folder(safetensors, "model.safetensors")),
    "folder of shards": ("folder", folder(sharded, "model.safetensors.index.json")),
    "folder of a zip": ("folder", folder(zipped, "pytorch_model.bin")),
    "folder of legacy": ("folder", folder(legacy, "pytorch_model.bin")),
}
PICKLES = {name: write for name, (_, write) in WRITERS.items() if "safetensors" not in name and "shards" not in name}


def raw_safetensors(header: Any, data: bytes, path: Path, length: int | None = None) -> Path:
    """A safetensors file of a header, JSON or text, and bytes; `length` is what it claims the header to have."""
    text = (header if isinstance(header, str) else json.dumps(header)).encode()
    path.write_bytes((len(text) if length is None else length).to_bytes(8, "little") + text + data)
    return path


def same(left: Mapping[str, Tensor], right: Mapping[str, Tensor]) -> bool:
    """Whether names, order, types, shapes and values are the same."""
    return list(left) == list(right) and all(
        a.dtype == b.dtype and a.shape == b.shape and torch.equal(a, b)
        for a, b in zip(left.values(), right.values(), strict=True)
    )


def refusal(path: str | Path, weights: str | None = None) -> str:
    """The message for a checkpoint that is not read."""
    try:
        open_checkpoint(path, weights).tensors()
    except CheckpointError as error:
        return str(error)
    raise AssertionError(f"{path} was read")
