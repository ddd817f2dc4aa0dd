"""A LeViT's checkpoint: which layout it is in, the spec behind it, and its tensors under their names in a plan."""

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from levit_explore.analysis.offsets import offsets
from levit_explore.errors import CheckpointError, SpecError
from levit_explore.model.build import build
from levit_explore.model.families import readable
from levit_explore.model.files import CheckpointFile, open_checkpoint
from levit_explore.model.infer import Inferred, infer
from levit_explore.model.key_layout import KeyLayout, key_layout
from levit_explore.model.keys import Naming, from_plan, naming, to_plan
from levit_explore.model.modules import Levit
from levit_explore.model.state import COUNT, INDEX, index_biases, int_shape, same_tensors, state_shapes
from levit_explore.plan.fuse import fuse
from levit_explore.plan.levit import plan
from levit_explore.plan.tree import Plan, join
from levit_explore.spec.fields import Spec
from levit_explore.spec.load import bundled_names, load_spec
from levit_explore.spec.parse import make_spec
from levit_explore.spec.words import listed, printable, quoted

_DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


@dataclass(frozen=True)
class Checkpoint:
    """A file and what was found in it. Keys of tensors that the plan does not name are `unexpected`."""

    file: CheckpointFile
    layout: KeyLayout
    plan: Plan
    bundled: str | None  # the bundled spec that these are weights of
    assumed: tuple[str, ...]  # what of the spec no tensor tells
    keys: Mapping[str, str]  # name in the plan, or of an index buffer beside its biases -> key in the file
    missing: tuple[str, ...]  # as the file would call them
    unexpected: tuple[str, ...]

    @property
    def spec(self) -> Spec:
        """The spec that was inferred, or the bundled one."""
        return self.plan.spec

    def tensors(self) -> dict[str, Tensor]:
        """Every tensor under its name in the plan, linear layers as matrices.

        Raises CheckpointError where tensors are missing, unknown, of a wrong shape or type, or not finite.
        """
        if self.missing or self.unexpected:
            raise CheckpointError(f"{_path(self.file)}: {_differences(self.missing, self.unexpected)}")
        self._check_offsets()
        return {
            name: self._tensor(name) if name in self.keys else torch.tensor(0)  # a count of batches that is not there
            for name in state_shapes(self.plan)
        }

    def biases(self) -> dict[str, Tensor]:
        """The bias tables (heads, offsets) by path of their attention.

        Of a safetensors file nothing else is read, but the index buffers where it has them. Raises CheckpointError
        where a table is missing, unknown or there twice, or an index is not levit.py's.
        """
        ending = ".attention_biases"
        missing, unexpected = (
            tuple(key for key in keys if key.endswith(ending)) for keys in (self.missing, self.unexpected)
        )
        if missing or unexpected:
            raise CheckpointError(f"{_path(self.file)}: {_differences(missing, unexpected)}")
        self._check_offsets()
        return {name.removesuffix(ending): self._tensor(name) for name in self.keys if name.endswith(ending)}

    def _tensor(self, name: str) -> Tensor:
        key = self.keys[name]
        tensor = self.file.tensor(key)
        if name.endswith(COUNT):
            return tensor
        if tensor.dtype not in _DTYPES:
            allowed = listed([_type_name(dtype) for dtype in _DTYPES])
            raise CheckpointError(f"{_path(self.file)}: {key} is of type {_type_name(tensor.dtype)}, not {allowed}")
        if not tensor.isfinite().all():
            raise CheckpointError(f"{_path(self.file)}: {key} has values that are infinite or not a number")
        return tensor.reshape(_matrix_shape(name, tuple(tensor.shape)))

    def _check_offsets(self) -> None:
        """Raises CheckpointError for an index buffer that does not hold the offsets of levit.py."""
        for name, bias in index_biases(self.plan).items():
            if name in self.keys:
                found = self.file.tensor(self.keys[name])
                if not torch.equal(found, torch.as_tensor(offsets(bias)).to(found.dtype)):
                    raise CheckpointError(f"{_path(self.file)}: {self.keys[name]} has other offsets than levit.py's")


class Loaded(NamedTuple):
    """A model with its weights, in eval mode, and its spec."""

    model: Levit
    spec: Spec


def load_checkpoint(path: str | Path, weights: str | None = None) -> Loaded:
    """The built model with the weights in `path`, whatever layout they are in, and its spec.

    A file of 1x1 convolutions gives a model of maps, for then its logits are those of the file's own model to the last
    bit; any other file gives a model of tokens.
    Raises CheckpointError in one line where the file cannot be read, is not a LeViT's or lacks tensors.
    """
    checkpoint = read_checkpoint(path, weights)
    tensors = checkpoint.tensors()
    with torch.device("meta"):  # without values of its own
        model = build(checkpoint.plan, "maps" if checkpoint.layout.maps else "tokens")
    own = {  # in memory of their own, for the file may be written over
        name: tensors.pop(name).reshape(meta.shape).clone() for name, meta in model.state_dict().items()
    }
    model.load_state_dict(own, assign=True)
    return Loaded(model.eval(), checkpoint.spec)


def read_checkpoint(path: str | Path, weights: str | None = None) -> Checkpoint:
    """What is in a checkpoint: layout and spec from its keys and shapes; tensors are read when they are asked for.

    Raises CheckpointError where the keys are not those of a LeViT.
    """
    return recognise(open_checkpoint(path, weights))


def recognise(file: CheckpointFile) -> Checkpoint:
    """What is in a file that has been opened. Raises CheckpointError as `read_checkpoint` does."""
    names = naming(file.shapes)
    hint = "; `levit-explore biases` shows its attention biases" if readable(file.shapes) else ""
    if names is None:
        some = listed([printable(key) for key in list(file.shapes)[:3]], "and")
        raise CheckpointError(f"{_path(file)}: not a LeViT of levit.py, timm or transformers; it holds {some}{hint}")
    try:
        return _recognised(file, names)
    except SpecError as error:
        problem = error.problems[0].removeprefix("spec: ")
        raise CheckpointError(f"{_path(file)}: no spec has these sizes: {problem}") from None
    except CheckpointError as error:
        raise CheckpointError(f"{_path(file)}: not a whole LeViT: {error}{hint}") from None


def _recognised(file: CheckpointFile, names: Naming) -> Checkpoint:
    """The network whose tensors a file has under these names, and how far they are those that it needs."""
    renamed = to_plan(file.shapes, names)
    keys = {name: key for key, name in reversed(renamed.items())}  # of two keys for one name the first
    shapes = {name: _matrix_shape(name, file.shapes[key]) for name, key in keys.items()}
    inferred = infer(shapes, lambda path: _second_row(file, keys.get(join(path, INDEX))))
    fused = "stem.conv1.weight" in keys
    planned, bundled, assumed = _settled(file, inferred, fused)
    expected = state_shapes(planned)
    optional = {name: int_shape(bias.out[1:]) for name, bias in index_biases(planned).items()}
    try:
        theirs = from_plan(expected, names)
    except KeyError as error:
        raise CheckpointError(f"{quoted(error.args[0])} has no place in {names} names") from None
    known = expected | optional
    return Checkpoint(
        file,
        key_layout(
            names, (file.shapes[key] for name, key in keys.items() if not name.startswith("stem.")), planned.spec
        ),
        planned,
        bundled,
        assumed,
        keys={name: keys[name] for name in known if name in keys},
        missing=tuple(theirs[name] for name in expected if name not in keys and not name.endswith(COUNT)),
        unexpected=tuple(key for key, name in renamed.items() if keys[name] != key or shapes[name] != known.get(name)),
    )


def _planned(spec: Spec, fused: bool) -> Plan:
    return fuse(plan(spec)) if fused else plan(spec)


def _settled(file: CheckpointFile, inferred: Inferred, fused: bool) -> tuple[Plan, str | None, tuple[str, ...]]:
    """The plan of the bundled spec with these tensors, and its name, or of the inferred; and what it rests on."""
    spec = make_spec(inferred.fields, file.path.resolve().stem[:200])
    planned = _planned(spec, fused)
    fitting = [known for known in map(load_spec, bundled_names()) if _fits(known, planned)]
    if fitting:
        bundled = min(fitting, key=lambda known: _activations(known) != _activations(spec))
        others = [known.name for known in fitting if known is not bundled]
        assumed = (f"{bundled.name}: {listed(others, 'and')} would have the same tensors",) if others else ()
        return _planned(bundled, fused), bundled.name, assumed
    try:
        configured = make_spec(inferred.fields | {"image_size": (file.config or {}).get("image_size")}, spec.name)
    except SpecError:  # there is none, or it is of another network
        return planned, None, inferred.assumed
    if not same_tensors(_planned(configured, fused), planned):
        return planned, None, inferred.assumed
    told = tuple(words for words in inferred.assumed if not words.startswith(("image_size: ", "grid: ")))
    return _planned(configured, fused), None, told


def _fits(spec: Spec, planned: Plan) -> bool:
    """Whether the network of `spec` has the tensors of a plan; most are told apart without planning them."""
    outlines = ([(stage.dim, stage.depth) for stage in one.stages] for one in (spec, planned.spec))
    return operator.eq(*outlines) and same_tensors(_planned(spec, planned.fused), planned)


def _activations(spec: Spec) -> tuple[object, object]:
    return spec.activation, spec.attention_activation


def _matrix_shape(name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a tensor with 1x1 convolutions as matrices; those of the stem stay as they are."""
    return shape[:2] if len(shape) == 4 and shape[2:] == (1, 1) and not name.startswith("stem.") else shape


def _second_row(file: CheckpointFile, key: str | None) -> list[int]:
    """The offsets of the second query in an index buffer (queries, keys); none where there is no such."""
    if key is None or len(file.shapes[key]) != 2 or file.shapes[key][0] < 2 or file.dtypes[key].is_complex:
        return []
    row: list[int] = file.tensor(key)[1].long().tolist()
    return row


def _path(file: CheckpointFile) -> str:
    return printable(str(file.path))


def _type_name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _differences(missing: tuple[str, ...], unexpected: tuple[str, ...]) -> str:
    """What is wrong with a checkpoint's tensors, in words."""
    parts = (("missing", missing), ("unknown or of a wrong shape", unexpected))
    return "; ".join(f"{words}: {_some(names)}" for words, names in parts if names)


def _some(names: tuple[str, ...]) -> str:
    return printable(names[0]) + (f" and {len(names) - 1} more" if len(names) > 1 else "")
