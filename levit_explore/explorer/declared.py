"""What the format says of the field at a path, and what a spec holds there."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from levit_explore.errors import SpecError
from levit_explore.explorer.differences import at, has
from levit_explore.spec.document import field_name
from levit_explore.spec.fields import Downsample, Spec, Stage
from levit_explore.spec.rules import Path
from levit_explore.spec.write import fields


def declared(path: Path, spec: Spec) -> "dataclasses.Field[Any] | None":
    """The dataclass field that declares the one value at `path`; None for wholes and for what is no field."""
    match path:
        case (str(name),):
            return _declared(Spec, name)
        case ("stem", str(name)):
            return _declared(type(spec.stem), name)
        case ("stages", int(), str(name)):
            return _declared(Stage, name)
        case ("stages", int(), "downsample", str(name)):
            return _declared(Downsample, name)
        case _:
            return None


def effective(path: Path, spec: Spec) -> Any:
    """The value at `path`, the default where nothing is written. Raises SpecError where a spec has no such field."""
    return effective_in(every_field(spec), path)


def every_field(spec: Spec) -> Mapping[str, Any]:
    """All fields of a spec as plain values, an empty source included."""
    return {"source": spec.source, **fields(spec)}


def effective_in(values: Mapping[str, Any], path: Path) -> Any:
    """The value at `path` among all fields of a spec; a square image has one side."""
    if not path or not has(values, path):
        raise SpecError(f"{field_name(path) or 'the spec'} is not a field of this spec")
    value = at(values, path)
    return value[0] if path == ("image_size",) and value[0] == value[1] else value


def _declared(data: type[Any], name: str) -> "dataclasses.Field[Any] | None":
    return next((field for field in dataclasses.fields(data) if field.name == name), None)
