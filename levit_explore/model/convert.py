"""The same weights in another layout, with BatchNorm folded or for another image size."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.functional import interpolate

from levit_explore.analysis.offsets import offsets
from levit_explore.errors import CheckpointError, LevitError
from levit_explore.model.checkpoint import Checkpoint
from levit_explore.model.fuse import fold
from levit_explore.model.key_layout import KeyLayout, native_alone
from levit_explore.model.keys import Naming, from_plan
from levit_explore.model.state import in_state_dict_order, index_biases, state_shapes
from levit_explore.plan.fuse import fuse
from levit_explore.plan.levit import plan
from levit_explore.plan.ops import AttentionBias, Linear, PositionEmbedding
from levit_explore.plan.tree import Plan, join, out, walk
from levit_explore.sizes import Grid, single
from levit_explore.spec.parse import make_spec
from levit_explore.spec.write import fields
from levit_explore.writing import write_file


@dataclass(frozen=True)
class Weights:
    """A state dict under the names of a plan, linear layers as matrices."""

    plan: Plan
    tensors: Mapping[str, Tensor]


def converted(
    checkpoint: Checkpoint, layout: KeyLayout, fused: bool = False, image_size: int | list[int] | None = None
) -> dict[str, Tensor]:
    """The state dict of a checkpoint in another layout, folded or for another image size where that is asked for."""
    weights = Weights(checkpoint.plan, checkpoint.tensors())
    if image_size is not None:
        weights = resized(weights, image_size)
    return written(folded(weights) if fused else weights, layout)


def folded(weights: Weights) -> Weights:
    """The same weights with every BatchNorm folded into the layer beside it.

    Raises CheckpointError where that leaves the numbers that their type can hold.
    """
    tensors = fold(weights.plan, weights.tensors)
    for name, tensor in tensors.items():
        if not tensor.isfinite().all():
            kind = str(tensor.dtype).removeprefix("torch.")
            raise CheckpointError(f"{name}: folding BatchNorm gives values that {kind} cannot hold; leave out --fuse")
    return Weights(fuse(weights.plan), tensors)


def resized(weights: Weights, image_size: int | list[int]) -> Weights:
    """The same weights for another image size: bias tables and position embeddings resampled on their grid.

    Bicubic and antialiased, as in timm's resize_rel_pos_bias_table_levit; everything else does not depend on size.
    Raises SpecError for a size that the network cannot take.
    """
    spec = make_spec(fields(weights.plan.spec) | {"image_size": image_size})
    target = fuse(plan(spec)) if weights.plan.fused else plan(spec)
    ops = {step.path: step.node for step in walk(weights.plan)}
    tensors = dict(weights.tensors)
    for step in walk(target):
        before = ops.get(step.path)
        if isinstance(step.node, AttentionBias) and isinstance(before, AttentionBias):
            tensors[step.path] = _resampled(tensors[step.path], before.grid, step.node.grid)
        elif isinstance(step.node, PositionEmbedding):
            rows = tensors[step.path][0].T  # (1, tokens, dim) -> (dim, tokens)
            tensors[step.path] = _resampled(rows, _stem_grid(weights.plan), _stem_grid(target)).T[None]
    return Weights(target, tensors)


def written(weights: Weights, layout: KeyLayout) -> dict[str, Tensor]:
    """The state dict that a file in some layout holds. Raises CheckpointError where the layout cannot hold it."""
    if layout is not KeyLayout.NATIVE and native_alone(weights.plan.spec):
        raise CheckpointError(f"--to {layout}: no model of it has LayerNorm, or no attention biases; choose native")
    if layout is KeyLayout.HF and weights.plan.fused:
        raise CheckpointError("--to hf: transformers has no model with folded BatchNorm; choose levit, timm or native")
    tensors = dict(weights.tensors)
    if layout.naming is Naming.LEVIT:  # levit.py keeps the offsets in its checkpoints
        tensors |= {name: torch.as_tensor(offsets(bias)) for name, bias in index_biases(weights.plan).items()}
    keys = from_plan(in_state_dict_order([*state_shapes(weights.plan), *tensors]), layout.naming)
    linear = _linear_weights(weights.plan) if layout.maps else set()
    return {key: tensors[name][:, :, None, None] if name in linear else tensors[name] for name, key in keys.items()}


def save(tensors: Mapping[str, Tensor], path: Path, entry: str | None = None) -> None:
    """Writes a state dict as its suffix says, as safetensors or with torch.save, there under `entry` if one is given.

    Raises LevitError for another suffix, or where the file cannot be written.
    """
    match path.suffix.lower():
        case ".safetensors":
            write_file(path, lambda file: _write_safetensors(_apart(tensors), file))
        case ".pth" | ".pt" | ".bin":
            whole = _apart(tensors)
            write_file(path, lambda file: _write_pth({entry: whole} if entry else whole, file))
        case suffix:
            given = f"the suffix {suffix}" if suffix else "a name without a suffix"
            raise LevitError(f"-o {path}: {given} names no kind of checkpoint; end it in .safetensors or .pth")


def _write_safetensors(tensors: dict[str, Tensor], file: Path) -> None:
    file.touch()  # whose errors, unlike those below, say what is wrong with the place
    try:
        save_file(tensors, file, metadata={"format": "pt"})  # without which transformers refuses it
    except SafetensorError as error:
        raise OSError(str(error)) from None


def _write_pth(state: Mapping[str, object], file: Path) -> None:
    with file.open("wb") as stream:
        try:
            torch.save(state, stream)
        except RuntimeError:  # what torch makes of a write that stops halfway
            raise OSError("writing stopped halfway; the disk may be full") from None


def _apart(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors contiguous and each in memory of its own, as files have them."""
    apart: dict[str, Tensor] = {}
    taken: set[int] = set()
    for key, tensor in tensors.items():
        memory = tensor.untyped_storage()
        own = tensor.is_contiguous() and memory.nbytes() == tensor.nbytes and memory.data_ptr() not in taken
        apart[key] = tensor if own else tensor.clone(memory_format=torch.contiguous_format)
        taken.add(memory.data_ptr())
    return apart


def _resampled(table: Tensor, grid: Grid, target: Grid) -> Tensor:
    """A table (rows, H * W) on another grid, in the dtype it came in."""
    height, width = (single(side) for side in grid)
    size = [single(side) for side in target]
    if size == [height, width]:
        return table
    wide = table if table.dtype is torch.float64 else table.float()
    maps = wide.view(1, -1, height, width)
    return interpolate(maps, size=size, mode="bicubic", antialias=True).flatten(2)[0].to(table.dtype)


def _stem_grid(plan: Plan) -> Grid:
    _, height, width = out(plan.root["stem"])
    return height, width


def _linear_weights(plan: Plan) -> set[str]:
    """The names of the weights that are 1x1 convolutions where tokens lie as maps."""
    return {
        join(step.path, "weight")
        for step in walk(plan)
        if isinstance(step.node, Linear) and step.node.tokens is not None
    }
