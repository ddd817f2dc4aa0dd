"""A spec as text: YAML as it is written, or JSON."""

from enum import StrEnum
from pathlib import Path

from levit_explore.render.emit import by_suffix
from levit_explore.render.json import to_json
from levit_explore.render.sheet import document
from levit_explore.spec.fields import Spec
from levit_explore.spec.write import fields, to_yaml


class Format(StrEnum):
    """How a spec is written."""

    YAML = "yaml"
    JSON = "json"


_SUFFIXES = {".yaml": Format.YAML, ".yml": Format.YAML, ".json": Format.JSON}


def choose(form: Format | None, output: Path | None) -> Format:
    """The format asked for, or that of the file's suffix, or YAML. Raises LevitError for a suffix of another format."""
    if form is not None or output is None:
        return form or Format.YAML
    return by_suffix(output, _SUFFIXES)


def render(spec: Spec, form: Format) -> str:
    """All fields of a spec, defaults filled in. The YAML is a spec file again."""
    match form:
        case Format.YAML:
            return to_yaml(fields(spec))
        case Format.JSON:
            return to_json(document("show", spec.name, fields(spec)))
