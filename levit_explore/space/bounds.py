"""Comparisons of totals as linear bounds with whole weights: `0.8 <= balance` is 4 mlp - 5 attention <= 0.

A network with neither attention nor MLP has no balance and keeps no bound on it. Beside one that 0 and 0 would keep
there stands a further bound, -attention - mlp <= -1.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from levit_explore.space.names import reads
from levit_explore.space.nodes import Calculation, Comparison, Node, Number, Total, UnreadableError
from levit_explore.spec.words import listed

_IN_BYTES = ("activation_memory", "bytes_moved")
_Linear: TypeAlias = dict[str, Fraction]  # total -> weight; "" -> what is added
_ONE = ""


@dataclass(frozen=True)
class Bound:
    """The sum of weight * total is `at_most`; all are whole, without a common divisor of the weights."""

    weights: Mapping[str, int]
    at_most: int
    text: str


def is_bound(comparison: Comparison) -> bool:
    """Whether a comparison is over totals, and not over fields alone. Raises UnreadableError where it mixes the two."""
    names = [node for node in reads(comparison.left, comparison.right) if not isinstance(node, Number)]
    totals = [node.name for node in names if isinstance(node, Total)]
    if not names:
        raise UnreadableError(f"is {comparison.text}, which reads no field and no total")
    if totals and len(totals) < len(names):
        raise UnreadableError(
            f"is {comparison.text}, which mixes {totals[0]} with fields; a total is held against numbers"
        )
    in_bytes = any(node.in_bytes for node in reads(comparison.left, comparison.right) if isinstance(node, Number))
    other = [name for name in totals if name not in _IN_BYTES] if totals else ["a field"]
    if in_bytes and other:
        raise UnreadableError(
            f"is {comparison.text}, but {other[0]} is not in bytes; {listed([*_IN_BYTES], 'and')} are"
        )
    return bool(totals)


def bounds(comparison: Comparison) -> tuple[Bound, ...]:
    """The bounds that together say what a comparison of totals does: two for `==`, else one, and one more for balance.

    Raises UnreadableError.
    """
    difference = _plus(_linear(comparison.left), _linear(comparison.right), -1)
    match comparison.sign:
        case "<=" | "<":
            signs = [1]
        case ">=" | ">":
            signs = [-1]
        case "==":
            signs = [1, -1]
        case _:
            raise UnreadableError(f"is {comparison.text}; a total is compared by <, <=, ==, >= or >")
    made = [_bound(_scaled(difference, sign), comparison) for sign in signs]
    if not made[0].weights:
        raise UnreadableError(f"is {comparison.text}, in which the totals cancel out")
    if difference.get("balance") and comparison.sign not in ("<", ">"):
        made.append(Bound({"attention": -1, "mlp": -1}, -1, comparison.text))
    return tuple(made)


def is_zero(node: Node) -> bool:
    """Whether an expression of totals is 0 in every network, as far as sums of totals tell."""
    try:
        return not any(_linear(node).values())
    except UnreadableError:
        return False


def whole_weights(node: Node) -> Mapping[str, int] | None:
    """The weights of a sum of totals in the smallest whole numbers, for what order it gives; None of no such sum."""
    try:
        found = {name: weight for name, weight in _linear(node).items() if weight and name != _ONE}
    except UnreadableError:
        return None
    if not found or "balance" in found:
        return None
    unit = _unit(found)
    return {name: int(weight / unit) for name, weight in sorted(found.items())}


def _unit(weights: _Linear) -> Fraction:
    """The greatest number that all weights are whole multiples of; 0 of none."""
    return Fraction(
        math.gcd(*(w.numerator for w in weights.values())), math.lcm(*(w.denominator for w in weights.values()))
    )


def _bound(difference: _Linear, comparison: Comparison) -> Bound:
    """`difference` <= 0, or < 0 where the comparison is strict, in the smallest whole numbers."""
    weights = _without_balance({name: weight for name, weight in difference.items() if weight}, comparison)
    at_most = -weights.pop(_ONE, Fraction(0))
    unit = _unit(weights)
    at_most = at_most / unit if unit else at_most
    strict = comparison.sign in ("<", ">")
    whole = math.ceil(at_most) - 1 if strict else math.floor(at_most)
    return Bound({name: int(weight / unit) for name, weight in sorted(weights.items())}, whole, comparison.text)


def _without_balance(difference: _Linear, comparison: Comparison) -> _Linear:
    """The same with balance, which is attention / mlp, multiplied out: true of a network without an MLP as well."""
    if "balance" not in difference:
        return difference
    if set(difference) - {"balance", _ONE}:
        raise UnreadableError(f"is {comparison.text}; balance is a ratio, held against a number alone")
    return {"attention": difference["balance"], "mlp": difference.get(_ONE, Fraction(0))}


def _linear(node: Node) -> _Linear:
    match node:
        case Number(value):
            return {_ONE: value}
        case Total(name):
            return {name: Fraction(1)}
        case Calculation("+", left, right):
            return _plus(_linear(left), _linear(right))
        case Calculation("-", left, right):
            return _plus(_linear(left), _linear(right), -1)
        case Calculation("*", left, right):
            first, second = _linear(left), _linear(right)
            return _scaled(second, _number(first)) if set(first) <= {_ONE} else _scaled(first, _number(second))
        case Calculation("/", left, right):
            by = _number(_linear(right))
            if not by:
                raise UnreadableError("divides by zero")
            return _scaled(_linear(left), 1 / by)
    raise UnreadableError("is no sum of totals; they may be added, and multiplied or divided by numbers")


def _number(linear: _Linear) -> Fraction:
    if set(linear) - {_ONE}:
        raise UnreadableError("is no sum of totals; they may be added, and multiplied or divided by numbers")
    return linear.get(_ONE, Fraction(0))


def _plus(left: _Linear, right: _Linear, sign: int = 1) -> _Linear:
    return {name: left.get(name, Fraction(0)) + sign * right.get(name, Fraction(0)) for name in {**left, **right}}


def _scaled(linear: _Linear, factor: Fraction | int) -> _Linear:
    return {name: weight * factor for name, weight in linear.items()}
