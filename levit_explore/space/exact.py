"""Fractions for many variants at once, exact: int64 where that is wide enough, Python's ints where it is not."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from levit_explore.sizes import is_array
from levit_explore.space.nodes import Calculation, Node, Number, UnreadableError
from levit_explore.spec.rules import Integer
from levit_explore.spec.rules import Number as Decimal

Array: TypeAlias = "np.ndarray[Any, Any]"
_WIDE = 2**62
MOST_COMBINATIONS = 2**24  # of the values that one expression reads: their masks are held as a whole


@dataclass(frozen=True)
class Exact:
    """`above / below` for each variant, `below` positive; not `defined` where something was divided by zero."""

    above: Array
    below: Array
    defined: Array


def exact(value: Any) -> Exact:
    """A number, or an array of numbers, as fractions; a float is the decimal that it is written as.

    >>> str(exact(0.1).below)
    '10'
    """
    if not is_array(value):
        fraction = Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
        return _of(_whole(fraction.numerator), _whole(fraction.denominator))
    if value.dtype.kind in "iu":
        return _of(value.astype(np.int64), _whole(1))
    given, where = np.unique(value, return_inverse=True)
    fractions = [Fraction(repr(number)) for number in given.tolist()]
    below = math.lcm(*(fraction.denominator for fraction in fractions))
    above = [int(fraction * below) for fraction in fractions]
    kind = np.int64 if max(map(abs, above)) < _WIDE else object
    return _of(np.array(above, dtype=kind)[where.reshape(value.shape)], _whole(below))


def calculated(node: Node, read: Callable[[Node], Exact]) -> Exact:
    """The value of an expression; `read` gives those of its names. Raises UnreadableError where it reads too much."""
    match node:
        case Number(value):
            return exact(value)
        case Calculation(sign, left, right):
            return _SIGNS[sign](*_together(calculated(left, read), calculated(right, read)))
        case _:
            return read(node)


def compared(left: Exact, sign: str, right: Exact) -> Array:
    """Whether `left <= right`, or what else the sign is, for each variant; False where one is not defined."""
    left, right = _together(left, right)
    across, back = _times(left.above, right.below), _times(right.above, left.below)
    holds = np.asarray(_COMPARED[sign](across, back), dtype=bool)
    return np.asarray(holds & left.defined & right.defined)


def settled(value: Exact, rule: Integer | Decimal) -> tuple[Array, Array]:
    """The numbers that a field with this rule would hold, and where it allows them; others are filled with one that is.

    A number for an integer field must come out even; one for another is the float nearest to it.
    """
    if isinstance(rule, Integer):
        numbers = _apply(np.floor_divide, 0, value.above, value.below)
        allowed = (value.above % value.below == 0) & (numbers >= rule.low) & (numbers <= rule.high)
    else:
        allowed = compared(value, ">=" if rule.closed else ">", exact(rule.low))
        allowed = allowed & compared(value, "<=", exact(rule.high))
        numbers = _divided(np.where(allowed, value.above, 0), value.below)
    allowed = np.asarray(allowed, dtype=bool) & value.defined
    numbers = np.broadcast_to(numbers, allowed.shape)
    some = allowed & np.asarray(numbers != 0, dtype=bool)  # a filled 0 would leave a part out
    fill = numbers[some].min() if some.any() else 1
    kind = np.int64 if isinstance(rule, Integer) else np.float64
    return np.where(allowed, numbers, fill).astype(kind), allowed


def _divided(above: Array, below: Array) -> Array:
    if max(_largest(above), _largest(below)) >= 2**53:
        above, below = above.astype(object), below.astype(object)
    return np.asarray(above / below, dtype=np.float64)  # one rounding: of floats without error, or Python's own


def _together(left: Exact, right: Exact) -> tuple[Exact, Exact]:
    combinations = math.prod(np.broadcast_shapes(left.defined.shape, right.defined.shape))
    if combinations > MOST_COMBINATIONS:
        raise UnreadableError(f"reads choices with {combinations} combinations; at most {MOST_COMBINATIONS} are read")
    return left, right


def _plus(left: Exact, right: Exact, sign: int = 1) -> Exact:
    across, back = _times(left.above, right.below), _times(right.above, _whole(sign), left.below)
    above = _apply(np.add, _largest(across) + _largest(back), across, back)
    return Exact(above, _times(left.below, right.below), left.defined & right.defined)


def _minus(left: Exact, right: Exact) -> Exact:
    return _plus(left, right, -1)


def _product(left: Exact, right: Exact) -> Exact:
    above, below = _times(left.above, right.above), _times(left.below, right.below)
    return Exact(above, below, left.defined & right.defined)


def _quotient(left: Exact, right: Exact) -> Exact:
    defined = np.asarray(right.above != 0, dtype=bool)
    turned = np.where(right.above < 0, -1, 1)
    above = _times(left.above, right.below, turned)
    below = _times(left.below, np.asarray(np.where(defined, right.above, 1)), turned)
    return Exact(above, below, left.defined & right.defined & defined)


def _floor(left: Exact, right: Exact) -> Exact:
    quotient = _quotient(left, right)
    above = _apply(np.floor_divide, 0, quotient.above, quotient.below)
    return Exact(above, np.ones_like(above), quotient.defined)


def _remainder(left: Exact, right: Exact) -> Exact:
    return _minus(left, _product(_floor(left, right), right))


def _chosen(left: Exact, right: Exact, sign: str) -> Exact:
    defined = np.asarray(left.defined & right.defined)
    first = compared(left, sign, right)
    above, below = (
        np.asarray(np.where(first, a, b)) for a, b in ((left.above, right.above), (left.below, right.below))
    )
    return Exact(above, below, defined)


_SIGNS: dict[str, Callable[[Exact, Exact], Exact]] = {
    "+": _plus,
    "-": _minus,
    "*": _product,
    "/": _quotient,
    "//": _floor,
    "%": _remainder,
    "max": lambda left, right: _chosen(left, right, ">="),
    "min": lambda left, right: _chosen(left, right, "<="),
}
_COMPARED: dict[str, Callable[[Array, Array], Any]] = {
    "<=": np.less_equal,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    ">": np.greater,
}


def _of(above: Array, below: Array) -> Exact:
    return Exact(above, below, np.ones(above.shape, dtype=bool))


def _whole(number: int) -> Array:
    return np.array(number, dtype=np.int64 if abs(number) < _WIDE else object)


def _times(first: Array, *others: Array) -> Array:
    for other in others:
        first = _apply(np.multiply, _largest(first) * _largest(other), first, other)
    return first


def _largest(whole: Array) -> int:
    return _WIDE if whole.dtype == object else max(abs(int(whole.min())), abs(int(whole.max())))


def _apply(operation: Callable[[Array, Array], Any], bound: int, left: Array, right: Array) -> Array:
    """`operation` in a type that holds results up to `bound`."""
    kind = object if bound >= _WIDE or object in (left.dtype, right.dtype) else np.int64
    return np.asarray(operation(left.astype(kind), right.astype(kind)), dtype=kind)
