"""What the next sensible value of a field is. Its bounds are those of the field's own rule."""

import dataclasses
import math
from typing import Any

from levit_explore.errors import SpecError
from levit_explore.explorer.declared import declared, effective
from levit_explore.spec.document import field_name
from levit_explore.spec.fields import ConvStem, Spec
from levit_explore.spec.rules import Choice, Flag, Integer, Number, Path, Text
from levit_explore.spec.structures import ListOf, Sides

_FINE = 1e-9  # sums of decimal steps are rounded to this


def stepped(spec: Spec, path: Path, steps: int) -> Any:
    """The value of a field after so many of its steps up, or down where negative; it stops at the rule's bounds.

    One step is 1 for heads and other counts, 8 for key_dim, 0.5 for a ratio, 0.05 for drop_path, the total stride for
    an image, and for dim the smallest multiple of key_dim from 32, so that dim // key_dim stays whole. A choice goes
    round, a flag turns, stem.dims gains or loses its first; text stays. Raises SpecError for what is no field.
    """
    value, field = effective(path, spec), declared(path, spec)
    match field and field.metadata["rule"]:
        case Flag():
            return value != bool(steps % 2)
        case Choice(names=names):
            return _round(names, value, steps)
        case Integer(low, high):
            return _along(value, _by(path, spec), steps, low, high)
        case Number() as rule:
            return _along_ratio(value, steps, rule, path)
        case Sides():
            return _along_sides(spec, steps)
        case ListOf(most=most) if path[0] == "stem":
            return _stem_dims(value, steps, most)
        case Text():
            return value
        case None if path == ("stem", "kind"):
            return _round(stem_kinds(), value, steps)
    raise SpecError(f"{field_name(path)} is not a single value; step a field in it")


def stem_kinds() -> list[str]:
    """The words that a stem's kind may be."""
    rule = {field.name: field for field in dataclasses.fields(Spec)}["stem"].metadata["rule"]
    return list(rule.kinds)


def total_stride(spec: Spec) -> int:
    """How many pixels of a side come to one token of the last stage, where nothing is rounded."""
    strides = [stage.downsample.stride for stage in spec.stages if stage.downsample is not None]
    return math.prod([stem_stride(spec), *strides])  # type: ignore[list-item]  # single sizes


def stem_stride(spec: Spec) -> int:
    """How many pixels of a side come to one token of the first stage."""
    return 2 ** len(spec.stem.dims) if isinstance(spec.stem, ConvStem) else spec.stem.size  # type: ignore[return-value]


def dim_step(key_dim: int) -> int:
    """The smallest multiple of key_dim from 32."""
    return key_dim * -(-32 // key_dim)


def _by(path: Path, spec: Spec) -> int:
    match path:
        case ("stages", int(index), "dim"):
            return dim_step(spec.stages[index].key_dim)  # type: ignore[arg-type]
        case (*_, "key_dim"):
            return 8
        case _:
            return 1


def _along(value: int, by: int, steps: int, low: int, high: int) -> int:
    """`value` plus as many steps as the bounds leave room for."""
    return value + by * max(-((value - low) // by), min((high - value) // by, steps))


def _along_ratio(value: float, steps: int, rule: Number, path: Path) -> float:
    by = 0.05 if path == ("drop_path",) else 0.5
    room = (value - rule.low) / by
    down = math.floor(room + _FINE) if rule.closed else math.ceil(room - _FINE) - 1
    count = max(-down, min(math.floor((rule.high - value) / by + _FINE), steps))
    found = round(value + by * count, 9) if count else value
    return int(found) if found == int(found) else found


def _round(words: list[str], word: str, steps: int) -> str:
    return words[(words.index(word) + steps) % len(words)]


def _along_sides(spec: Spec, steps: int) -> Any:
    """Both sides along by the same count; none falls below the stem's stride."""
    by, low, high = total_stride(spec), stem_stride(spec), Integer().high
    height, width = (int(side) for side in spec.image_size)
    room = min(height, width)
    count = max(-((room - low) // by), min((high - max(height, width)) // by, steps))
    sides = [height + by * count, width + by * count]
    return sides[0] if sides[0] == sides[1] else sides


def _stem_dims(dims: list[int], steps: int, most: int) -> list[int]:
    """A first convolution of half the channels put before the others, or taken away, once a step."""
    for _ in range(min(abs(steps), most)):
        if steps > 0 and len(dims) < most and dims[0] >= 2:
            dims = [dims[0] // 2, *dims]
        elif steps < 0 and len(dims) > 1:
            dims = dims[1:]
    return dims
