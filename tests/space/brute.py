"""What a space means, said again in the plainest way: every combination is one plain spec, and Python compares."""

import dataclasses
import itertools
import math
import re
from collections.abc import Iterator
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np

from levit_explore import SpecError, balance, flops, make_spec, params, plan
from levit_explore.space.cells import Cell
from levit_explore.spec.fields import Spec

_INTEGERS = ("dim", "depth", "heads", "key_dim", "stride", "image_size", "num_classes", "in_channels", "size", "dims")
_TEXTS = ("kind", "activation", "attention_activation", "position", "norm", "name")


def variants(space: dict[str, Any]) -> list[Spec | None]:
    """The spec of every number; None where a formula, a constraint of fields or the spec itself does not hold."""
    axes = list(_axes(space, ()))
    choices = itertools.product(*(values for _, values in axes))
    return [_variant(space, dict(zip((key for key, _ in axes), chosen, strict=True))) for chosen in choices]


def fitting(space: dict[str, Any], totals: list[str]) -> list[int]:
    """The numbers of the variants that comparisons of totals hold for; balance without an MLP is infinite or none."""
    specs = [(number, spec) for number, spec in enumerate(variants(space)) if spec is not None]
    return [number for number, spec in specs if all(_python(text, _totals(spec)) for text in totals)]


def _totals(spec: Spec) -> dict[str, Any]:
    """What a network costs; NaN, which keeps no comparison, for a balance that there is none of."""
    model = plan(spec)
    whole = balance(model).whole
    alone = math.inf if whole.attention else math.nan
    ratio = Fraction(whole.attention, whole.mlp) if whole.mlp else alone
    costs = {"flops": flops(model), "attention": whole.attention, "mlp": whole.mlp, "params": params(model)}
    return {name: Fraction(cost) for name, cost in costs.items()} | {"balance": ratio}


def by_cells(cells: Iterator[Cell]) -> dict[int, Spec | None]:
    """The same by number, taken out of the arrays of cells; None where a mask excludes it."""
    found: dict[int, Spec | None] = {}
    for cell in cells:
        for index in np.ndindex(cell.shape):
            steps = zip(cell.numbers, index, cell.strides, strict=True)
            number = cell.offset + sum(numbers[at] * stride for numbers, at, stride in steps)
            assert number not in found
            there = all(bool(_pick(mask, index)) for mask in cell.masks)
            found[number] = _nameless(_pick(cell.spec, index)) if there else None
    return found


def _axes(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, list[Any]]]:
    match value:
        case {"choices": choices}:
            yield path[1] if path[0] == "where" else path, choices
        case {"range": [low, high], **rest}:
            step = Fraction(str(rest.get("step", 1)))
            count = int((Fraction(str(high)) - Fraction(str(low))) / step)
            values = [Fraction(str(low)) + index * step for index in range(count + 1)]
            yield path[1] if path[0] == "where" else path, [_number(value) for value in values]
        case dict():
            for key, item in value.items():
                yield from _axes(item, (*path, key))
        case list() if path[0] != "constraints":
            for index, item in enumerate(value):
                yield from _axes(item, (*path, index))


def _variant(space: dict[str, Any], chosen: dict[Any, Any]) -> Spec | None:
    fields = {key: value for key, value in space.items() if key not in ("where", "constraints")}
    filled = _filled(fields, (), chosen)
    shared = {key: Fraction(str(value)) for key, value in chosen.items() if isinstance(key, str)}
    try:
        for _ in range(8):  # formulas may read formulas
            filled = _worked_out(filled, (), filled, shared)
        spec = make_spec(filled)
    except (SpecError, ZeroDivisionError, OverflowError):
        return None
    names = shared | _names(spec)
    return _nameless(spec) if all(_true(text, names) for text in space.get("constraints", [])) else None


def _true(text: str, names: dict[str, Any]) -> bool:
    try:
        return bool(_python(text, names))
    except ZeroDivisionError:
        return False


def _filled(value: Any, path: tuple[Any, ...], chosen: dict[Any, Any]) -> Any:
    match value:
        case {"as": name}:
            return chosen[name]
        case _ if path in chosen:
            return chosen[path]
        case dict():
            return {key: _filled(item, (*path, key), chosen) for key, item in value.items()}
        case list():
            return [_filled(item, (*path, index), chosen) for index, item in enumerate(value)]
    return value


def _worked_out(value: Any, path: tuple[Any, ...], whole: Any, shared: dict[str, Any], part: Any = None) -> Any:
    match value:
        case dict():
            return {key: _worked_out(item, (*path, key), whole, shared, value) for key, item in value.items()}
        case list():
            return [_worked_out(item, (*path, index), whole, shared, part) for index, item in enumerate(value)]
        case str() if not {*path} & {*_TEXTS}:
            siblings = {key: _exact(item) for key, item in (part if len(path) > 1 else {}).items()}
            try:
                number = _python(value, _whole_names(whole) | shared | siblings)
            except (TypeError, NameError):
                return value
            if isinstance(number, str):  # of a formula that is not worked out yet
                return value
            return _number(number) if {*path} & {*_INTEGERS} else _ratio(number)
    return value


def _python(text: str, names: dict[str, Any]) -> Any:
    text = re.sub(r"\b(dim|depth|heads|key_dim|attn_ratio|mlp_ratio)\[(\d)\]", r"stages[\2].\1", text)
    text = re.sub(r"\bimage_size\b(?!\[)", "image_size[0]", text)
    exact = re.sub(r"(?<![\w\[.])(\d+(\.\d+)?)", r"Fraction('\1')", text)
    return eval(exact, {"__builtins__": {}}, names | {"Fraction": Fraction, "max": max, "min": min})


def _whole_names(fields: Any) -> dict[str, Any]:
    size = fields["image_size"]
    sides = size if isinstance(size, list) else [size, size]
    return {"stages": [_namespace(stage) for stage in fields["stages"]], "image_size": [_exact(side) for side in sides]}


def _names(spec: Spec) -> dict[str, Any]:
    values = dataclasses.asdict(spec)
    singles = {key: _exact(values[key]) for key in ("num_classes", "in_channels")}
    stages = {"stages": [_namespace(stage) for stage in values["stages"]]}
    return singles | stages | {"image_size": [Fraction(side) for side in spec.image_size]}


def _namespace(fields: dict[str, Any]) -> SimpleNamespace:
    parts = {key: _namespace(item) if isinstance(item, dict) else _exact(item) for key, item in fields.items()}
    return SimpleNamespace(**parts)


def _exact(value: Any) -> Any:
    return Fraction(repr(value)) if type(value) in (int, float) else value


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def _ratio(value: Fraction) -> int | float:
    number = float(value)
    return int(number) if number == int(number) else number


def _pick(value: Any, index: tuple[int, ...]) -> Any:
    """One variant of an array along its cell's axes, or of a spec of such arrays."""
    if isinstance(value, np.ndarray) and not value.ndim:
        return value.item()  # the same for all
    if isinstance(value, np.ndarray):
        return value[tuple(at if length > 1 else 0 for at, length in zip(index, value.shape, strict=True))].item()
    if isinstance(value, tuple):
        return tuple(_pick(item, index) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: _pick(getattr(value, field.name), index) for field in dataclasses.fields(value)}
        return dataclasses.replace(value, **parts)
    return value


def _nameless(spec: Spec) -> Spec:
    return dataclasses.replace(spec, name="")
