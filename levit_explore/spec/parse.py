"""From a document to a Spec: every rule checked, every default filled in, every constraint held."""

from collections.abc import Mapping
from typing import Any

from levit_explore.errors import SpecError
from levit_explore.sizes import Size, arrays, wide
from levit_explore.spec.constraints import broken
from levit_explore.spec.document import Document, field_name
from levit_explore.spec.fields import (
    Activation,
    ConvStem,
    Downsample,
    NormKind,
    PatchStem,
    Position,
    Published,
    Spec,
    Stage,
)
from levit_explore.spec.rules import Path
from levit_explore.spec.structures import Fields
from levit_explore.spec.words import listed

_SPEC = Fields(Spec)
_NO_STAGE_BEFORE = (
    "stands on the first stage, which has nothing to downsample; remove it, or move it to the stage it leads into"
)


def make_spec(fields: Mapping[str, Any], name: str = "spec") -> Spec:
    """The spec that a mapping in the format of a spec file describes. Sizes may be integer arrays.

    Raises SpecError with one line for every mistake.

    >>> spec = make_spec({"stages": [{"dim": 128, "depth": 2, "heads": 4, "key_dim": 16}]})
    >>> spec.stem
    ConvStem(dims=(16, 32, 64, 128))
    """
    return parse(Document(fields, {}), name)


def parse(document: Document, name: str) -> Spec:
    """The spec in `document`, called `name` unless it says otherwise. Raises SpecError with all mistakes at once.

    What fields owe to each other is looked at where nothing that a spec must have is wrong or missing, and told
    where it does not rest on the default of a field that is wrong.
    """
    complaints = [*_SPEC.check(document.value), *misplaced(document.value)] or _uneven(document.value)
    wrong = {path for path, _ in complaints}
    sound = _without(document.value, wrong)
    if () not in wrong and not [*_SPEC.check(sound), *misplaced(sound)]:
        spec = filled(sound, name)
        complaints += [(row.path, row.complaint()) for row in broken(spec) if not row.rests_on(wrong)]
        if not complaints and not document.problems:
            return spec
    lines = [f"{document.place(path)}: {field_name(path) or 'the spec'} {complaint}" for path, complaint in complaints]
    raise SpecError(*document.problems, *lines)


def _without(value: Any, paths: set[Path], path: Path = ()) -> Any:
    """Nested mappings without the fields at `paths`, so that what is sound in a spec can be looked at further."""
    match value:
        case Mapping():
            kept = {key: item for key, item in value.items() if (*path, key) not in paths}
            return {key: _without(item, paths, (*path, key)) for key, item in kept.items()}
        case list():
            return [_without(item, paths, (*path, index)) for index, item in enumerate(value)]
        case _:
            return value


def misplaced(value: Any) -> list[tuple[Path, str]]:
    """A complaint where the first stage has a downsample, which fields by themselves do not know."""
    match value:
        case {"stages": [{"downsample": given}, *_]} if given is not None:
            return [(("stages", 0, "downsample"), _NO_STAGE_BEFORE)]
    return []


def _uneven(value: Any) -> list[tuple[Path, str]]:
    shapes = {array.shape for array in arrays(value)}
    if len(shapes) > 1:
        import numpy as np

        try:
            np.broadcast_shapes(*shapes)
        except ValueError:
            given = listed([f"{shape}" for shape in sorted(shapes)], "and")
            return [((), f"holds arrays of the shapes {given}; they must broadcast to one shape")]
    return []


def _widened(value: Any) -> Any:
    match value:
        case Mapping():
            return {key: _widened(item) for key, item in value.items()}
        case list() | tuple():
            return [_widened(item) for item in value]
        case _:
            return wide(value)


def filled(checked: Mapping[str, Any], name: str) -> Spec:
    """The checked fields with the paper's defaults where they say nothing (Graham et al. 2021, section 4, Table 2)."""
    fields = _widened(checked)
    stages: list[Stage] = []
    for stage in fields["stages"]:
        stages.append(_stage(stage, stages[-1] if stages else None))
    activation = Activation(fields.get("activation", Activation.HARDSWISH))
    given: dict[str, Any] = {key: value for key, value in fields.items() if key not in ("image_size", "published")}
    return Spec(
        **given
        | {
            "name": fields.get("name", name),
            "activation": activation,
            "attention_activation": _attention_activation(fields.get("attention_activation", activation)),
            "position": Position(fields.get("position", Position.BIAS)),
            "norm": NormKind(fields.get("norm", NormKind.BATCHNORM)),
            "stem": _stem(fields.get("stem"), stages[0].dim),
            "stages": tuple(stages),
            "image_size": _sides(fields.get("image_size", 224)),
            "published": Published(**fields["published"]) if fields.get("published") else None,
        }
    )


def _attention_activation(value: str) -> Activation | None:
    return None if value == "none" else Activation(value)


def _sides(value: Any) -> tuple[Size, Size]:
    height, width = value if isinstance(value, list | tuple) else (value, value)
    return height, width


def _stem(fields: Mapping[str, Any] | None, dim: Size) -> ConvStem | PatchStem:
    match fields:
        case None:
            return ConvStem((dim // 8, dim // 4, dim // 2, dim))
        case {"kind": "patch", "size": size}:
            return PatchStem(size)
        case {"dims": dims}:
            return ConvStem(tuple(dims))
        case _:
            raise AssertionError(fields)


def _stage(fields: Mapping[str, Any], before: Stage | None) -> Stage:
    own = {key: value for key, value in fields.items() if key != "downsample"}
    if before is None:
        return Stage(**own)
    given = fields.get("downsample", {})
    key_dim = given.get("key_dim", own["key_dim"])
    derived = {"key_dim": key_dim, "heads": before.dim // key_dim}
    return Stage(**own, downsample=Downsample(**derived | given))
