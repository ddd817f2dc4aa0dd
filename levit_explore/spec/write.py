"""A Spec as plain values and as YAML, in the format that it was read from."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import yaml

from levit_explore.spec.fields import ConvStem, PatchStem, Spec
from levit_explore.spec.load import load_document
from levit_explore.spec.parse import parse
from levit_explore.spec.reader import read_yaml

_LINE_ENDS = "\x85\u2028\u2029"  # YAML 1.1 reads these as line ends where they are not escaped


def fields(spec: Spec) -> dict[str, Any]:
    """Every field of `spec` as JSON and YAML know values, defaults included; reading it back gives `spec` again."""
    values: dict[str, Any] = _plain(spec)
    return values | {"attention_activation": values["attention_activation"] or "none"}


def to_yaml(values: dict[str, Any]) -> str:
    """The text of a spec file with these fields: a line a field, a line a stage."""
    lines: list[str] = []
    for key, value in values.items():
        if key == "stages":
            lines += ["stages:", *(f"  - {_flow(stage)}" for stage in value)]
        else:
            lines.append(f"{key}: {_flow(value)}")
    return "\n".join(lines) + "\n"


def _flow(value: Any) -> str:
    text = _dumped(value, allow_unicode=True)
    return _dumped(value, allow_unicode=False) if any(end in text for end in _LINE_ENDS) else text


def _dumped(value: Any, allow_unicode: bool) -> str:
    text: str = yaml.safe_dump(
        value, default_flow_style=True, sort_keys=False, width=10**9, allow_unicode=allow_unicode
    )
    return text.removesuffix("\n").removesuffix("\n...")


def _plain(value: Any) -> Any:
    match value:
        case ConvStem(dims):
            return {"kind": "convs", "dims": list(dims)}
        case PatchStem(size):
            return {"kind": "patch", "size": size}
        case _ if dataclasses.is_dataclass(value):
            parts = [(field, getattr(value, field.name)) for field in dataclasses.fields(value)]
            given = [(field.name, part) for field, part in parts if part not in (None, "") or part != field.default]
            return {name: _plain(part) for name, part in given}
        case tuple():
            return [_plain(item) for item in value]
        case str():
            return str(value)
        case _:
            return value


def derived(name: str, source: str, edits: Sequence[str], size: str | None) -> str:
    """The text of a spec file called `name`: the fields of `source` with edits, defaults left to be derived.

    Raises SpecError where the edited spec is not sound, or its name or source is too long to be read back.
    """
    document, default_name = load_document(source, edits, size)
    origin = parse(document, default_name).name
    changes = [*edits, *([f"image_size={size}"] if size else [])]
    own = {"name": name, "source": f"{origin}{' with ' if changes else ''}{', '.join(changes)}"}
    rest = {key: value for key, value in document.value.items() if key not in ("name", "source", "published")}
    text = to_yaml(own | rest)
    parse(read_yaml(text.encode(errors="surrogatepass"), "the new spec", lines=False), name)
    return text
