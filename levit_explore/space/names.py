"""What the names in expressions and comparisons mean: fields, shared choices and totals."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from levit_explore.space.cells import Axis
from levit_explore.space.nodes import Calculation, Comparison, Field, Name, Node, Shared, Total, UnreadableError
from levit_explore.space.template import Formula, Slot, rule_at, value_at
from levit_explore.spec.document import field_name
from levit_explore.spec.fields import Spec, Stage
from levit_explore.spec.rules import Integer, Number, Path
from levit_explore.spec.structures import Fields
from levit_explore.spec.words import did_you_mean

SUMS = ("flops", "attention", "mlp", "params", "activation_memory", "bytes_moved", "depth")
TOTALS = (*SUMS, "balance")
RESERVED = frozenset({*TOTALS, "max", "min", "and", "choices", "range", "step", "as"})
_NO_SUM = "peak_memory"
_DEFAULT_STEM = 4  # convolutions, where a spec does not write its stem


@dataclass(frozen=True)
class Scope:
    """The names that a space has: its fields as written, and those of its shared choices."""

    fields: Mapping[str, Any]
    shared: frozenset[str]
    axes: Mapping[str, Axis] = dataclasses.field(default_factory=dict)
    totals: bool = False  # whether a name may be a total: in constraints, not in expressions of fields


def meant(node: Node, scope: Scope, part: Path = ()) -> Node:
    """An expression with its names looked up, first among the fields of the stage or downsample that it stands in.

    Raises UnreadableError where a name has no meaning.
    """
    match node:
        case Name(path):
            return _meant(path, scope, part)
        case Calculation(sign, left, right):
            return Calculation(sign, meant(left, scope, part), meant(right, scope, part))
    return node


def compared(comparison: Comparison, scope: Scope) -> Comparison:
    """A comparison with its names looked up. Raises UnreadableError where a name has no meaning."""
    left, right = meant(comparison.left, scope), meant(comparison.right, scope)
    return dataclasses.replace(comparison, left=left, right=right)


def reads(*nodes: Node) -> Iterator[Node]:
    """The fields, shared choices, totals and numbers of expressions, in order."""
    for node in nodes:
        if isinstance(node, Calculation):
            yield from reads(node.left, node.right)
        else:
            yield node


def _meant(path: Path, scope: Scope, part: Path) -> Node:
    head = path[0]
    if len(path) == 2 and isinstance(path[1], int) and head in _numbers(Stage):
        return _field(("stages", path[1], head), path, scope)
    if part and _kind_rule((*part, head), scope) is not None:
        return _field((*part, *path), path, scope)
    if len(path) == 1 and head in scope.shared:
        return Shared(str(head))
    if len(path) == 1 and scope.totals and head in TOTALS:
        return Total(str(head))
    if len(path) == 1 and head in TOTALS:
        raise UnreadableError(f"reads {head}, a count of the whole network, which constraints alone may read")
    if head == _NO_SUM:
        raise UnreadableError(f"reads {head}, which is no sum of parts; did you mean activation_memory?")
    return _field(path, path, scope, part)


def _field(path: Path, given: Path, scope: Scope, part: Path = ()) -> Field:
    """The field at a path, made sure of; `given` is how it was written."""
    name = field_name(given)
    if path == ("image_size",):
        if not _is_square(scope.fields.get("image_size"), scope.axes):
            raise UnreadableError(
                f"reads {name}, which has two sides; write image_size[0] (height) or image_size[1] (width)"
            )
        path = ("image_size", 0)
    stages = len(scope.fields["stages"])
    if path[0] == "stages" and len(path) > 1 and isinstance(path[1], int) and path[1] >= stages:
        known = f"the stages are 0 to {stages - 1}" if stages > 1 else "there is stage 0 alone"
        raise UnreadableError(f"reads {name}; {known}")
    if path[:3] == ("stages", 0, "downsample"):
        raise UnreadableError(f"reads {name}; the first stage has no downsample")
    rule = _kind_rule(path, scope)
    if rule is None or (path[:2] == ("stem", "dims") and path[-1] in range(_stem_dims(scope), 99)):
        raise UnreadableError(f"reads {name}, which is not a field{_nearest(given, scope, part)}")
    if not isinstance(rule, Integer | Number):
        raise UnreadableError(f"reads {name}, which is not a number")
    return Field(path)


def _is_square(size: Any, axes: Mapping[str, Axis]) -> bool:
    """Whether both sides of an image are the same in every variant, for they are one choice or one expression."""
    match size:
        case [Slot(axis), Slot(other)] if axis == other:
            return axis not in axes or not any(isinstance(value, str) for value in axes[axis].values)
        case [Formula() as height, Formula() as width]:
            return height.node == width.node
        case [height, width]:
            return bool(height == width)
    return True


def _kind_rule(path: Path, scope: Scope) -> Any:
    return rule_at(path, value_at(scope.fields, ("stem", "kind")) or "convs")


def _stem_dims(scope: Scope) -> int:
    return len(value_at(scope.fields, ("stem", "dims")) or range(_DEFAULT_STEM))


def _nearest(given: Path, scope: Scope, part: Path) -> str:
    """The name nearest to one that means nothing, or all there are."""
    owner = _kind_rule(part, scope)
    own = _numbers(owner.data) if part and isinstance(owner, Fields) else []
    known = [*own, *sorted(scope.shared), *(TOTALS if scope.totals else ()), *_numbers(Spec)]
    if len(given) == 1:
        indexed = [f"{name}[0]" for name in _numbers(Stage) if name == given[0]]
        near = f"; did you mean {indexed[0]}?" if indexed else did_you_mean(given[0], known)
        return near or f"; the names here are {', '.join(known)}"
    if len(given) == 2 and isinstance(given[1], int):
        indexed = [f"{name}[{given[1]}]" for name in _numbers(Stage)]
        return did_you_mean(field_name(given), indexed) or f"; such are {', '.join(indexed)}"
    owner = _kind_rule(given[:-1], scope)
    return did_you_mean(given[-1], _numbers(owner.data)) if isinstance(owner, Fields) else ""


def _numbers(data: type[Any]) -> list[str]:
    """The fields of a part of a spec that hold numbers which may be read."""
    fields = [field for field in dataclasses.fields(data) if isinstance(field.metadata["rule"], Integer | Number)]
    return [field.name for field in fields if field.name != "drop_path"]
