"""What decides which variants a space has, their numbers and bounds, as one hash."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from levit_explore.space.bounds import Bound
from levit_explore.space.cells import Axis
from levit_explore.space.nodes import Calculation, Comparison, Field, Node, Number, Shared, Total
from levit_explore.space.template import Formula, Slot
from levit_explore.spec.fields import Downsample, Spec, Stage

_SAID_ONLY = ("name", "source", "published")


def digest(
    template: Mapping[str, Any], axes: Iterable[Axis], bounds: Iterable[Bound], local: Iterable[Comparison]
) -> str:
    """A sha256 in hex: the same for spaces that differ in names, in how they are written, or in what is a default."""
    axes = list(axes)
    numbers = {axis.name: index for index, axis in enumerate(axes)}
    content = {
        "axes": [[_value(value) for value in axis.values] for axis in axes],
        "fields": _canonical(_completed(template), numbers),
        "bounds": sorted(
            [[*sorted(bound.weights.items())], bound.at_most] for bound in {_key(b): b for b in bounds}.values()
        ),
        "local": sorted({json.dumps(_comparison(comparison, numbers)) for comparison in local}),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _key(bound: Bound) -> tuple[tuple[tuple[str, int], ...], int]:
    return tuple(sorted(bound.weights.items())), bound.at_most


def _completed(template: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with defaults that are plain values written out, and without those that say something only."""
    stages = [_with_defaults(Stage, stage) for stage in template["stages"]]
    for stage in stages[1:]:
        stage["downsample"] = _with_defaults(Downsample, stage.get("downsample") or {})
    fields = _with_defaults(
        Spec, {"attention_activation": template.get("activation", Spec.activation)} | dict(template)
    )
    return {key: value for key, value in fields.items() if key not in _SAID_ONLY} | {"stages": stages}


def _with_defaults(data: type[Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    plain = {field.name: field.default for field in dataclasses.fields(data)}
    return {name: value for name, value in plain.items() if value not in (dataclasses.MISSING, None)} | dict(fields)


def _canonical(value: Any, numbers: Mapping[str, int]) -> Any:
    match value:
        case Mapping():
            return {key: _canonical(item, numbers) for key, item in value.items()}
        case list() | tuple():
            return [_canonical(item, numbers) for item in value]
        case Slot(axis, side):
            return {"axis": numbers[axis], "side": side}
        case Formula():
            return {"formula": _node(value.node, numbers)}
    return _value(value)


def _comparison(comparison: Comparison, numbers: Mapping[str, int]) -> list[Any]:
    """A comparison as one of `<= < == !=`; the other two are turned round."""
    sides = [_node(comparison.left, numbers), _node(comparison.right, numbers)]
    turned = comparison.sign in (">", ">=")
    return [comparison.sign.replace(">", "<"), *(reversed(sides) if turned else sides)]


def _node(node: Node, numbers: Mapping[str, int]) -> list[Any]:
    match node:
        case Number(value):
            return ["number", str(value)]
        case Field(path):
            return ["field", *path]
        case Shared(axis):
            return ["axis", numbers[axis]]
        case Total(name):
            return ["total", name]
        case Calculation(sign, left, right):
            return [sign, _node(left, numbers), _node(right, numbers)]
    raise AssertionError(node)


def _value(value: Any) -> Any:
    """A number as a fraction, so that 2 and 2.0 are the same."""
    return str(Fraction(repr(value))) if type(value) in (int, float) else value
