"""Array sizes as int64, and whether any count of them could leave that."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from levit_explore.errors import SpecError
from levit_explore.plan.tree import Block, params, tally
from levit_explore.sizes import is_array, single, total, wide
from levit_explore.spec.document import field_name
from levit_explore.spec.fields import Spec
from levit_explore.spec.rules import Path
from levit_explore.spec.words import listed

_SMALLEST = ("stride", "size")  # with which counts are the largest
_Data = TypeVar("_Data")


def widened(spec: Spec, model: Callable[[Spec], Block]) -> Spec:
    """The spec with arrays of int64 and float64, which the counts of its `model` cannot leave.

    Raises SpecError where a count could leave int64, in which numpy would wrap without a word.
    """
    spec = _map_leaves(spec, lambda path, value: wide(value))
    if _largest(spec, model) >= 2**63:
        ends = listed([_end(spec, field) for field in _to_reduce(spec, model)], "and")
        name = spec.name.strip() or "the spec"
        words = "the sizes are too large to count in 64 bits: their largest counts could reach 2**63"
        raise SpecError(f"{name}: {words}; take away {ends}")
    return spec


def _to_reduce(spec: Spec, model: Callable[[Spec], Block]) -> list[Path]:
    """The fields of arrays by which counts grow most, in order: with the least of these all counts fit, if with any."""
    fields = list(dict.fromkeys(_field(path) for path, value in _leaves(spec) if is_array(value)))
    found: list[Path] = []
    while fields and _largest(spec, model, found) >= 2**63:
        found.append(min(fields, key=lambda field: _largest(spec, model, [*found, field])))
        fields.remove(found[-1])
    return found


def _largest(spec: Spec, model: Callable[[Spec], Block], reduced: "list[Path] | tuple[()]" = ()) -> int:
    """What no count exceeds, with the least of all values in the reduced fields.

    Every count grows with every size, except that the smallest strides and patches leave the most tokens. So exact
    counts at two corners bound them all, but for a patch convolution, which may do 4 times the work of its corner.
    """
    work = total(tally(model(_corner(spec, _SMALLEST, reduced))).values())
    weights = params(model(_corner(spec, ("stride",), reduced)))
    return 8 * single(work + weights)  # 8: 4, and a weight of 2


def _corner(spec: Spec, smallest: tuple[str, ...], reduced: "list[Path] | tuple[()]") -> Spec:
    """The network of the largest of all sizes, except those fields of which the smallest is taken."""

    def extreme(path: Path, value: Any) -> Any:
        small = (_name(path) in smallest) != (_field(path) in reduced)
        return (value.min() if small else value.max()).item() if is_array(value) else value

    return _map_leaves(spec, extreme)


def _end(spec: Spec, field: Path) -> str:
    """The value of a field with which counts are the largest, in words."""
    values = [value for path, value in _leaves(spec) if _field(path) == field and is_array(value)]
    if _name(field) in _SMALLEST:
        return f"the smallest of {field_name(field)} ({min(value.min().item() for value in values)})"
    return f"the largest of {field_name(field)} ({max(value.max().item() for value in values)})"


def _field(path: Path) -> Path:
    """The field that a leaf is of: both sides of an image are one."""
    return path[:1] if path[0] == "image_size" else path


def _name(path: Path) -> str | int:
    return next(key for key in reversed(path) if isinstance(key, str))


def _leaves(spec: Spec) -> Iterator[tuple[Path, Any]]:
    found: list[tuple[Path, Any]] = []
    _map_leaves(spec, lambda path, value: found.append((path, value)))
    return iter(found)


def _map_leaves(data: _Data, change: Callable[[Path, Any], Any], path: Path = ()) -> _Data:
    """`data` with `change(path, value)` for every leaf of its nested dataclasses and tuples."""
    if isinstance(data, tuple):
        return tuple(_map_leaves(item, change, (*path, index)) for index, item in enumerate(data))  # type: ignore[return-value]
    if dataclasses.is_dataclass(data) and not isinstance(data, type):
        values = {
            field.name: _map_leaves(getattr(data, field.name), change, (*path, field.name))
            for field in dataclasses.fields(data)
        }
        return dataclasses.replace(data, **values)
    return change(path, data)  # type: ignore[no-any-return]
