"""What a sweep is asked to make small: objectives such as `-depth`, and expressions such as `flops + 20 * params`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from levit_explore.errors import LevitError
from levit_explore.search.rows import Counts, Rows
from levit_explore.search.tables import LIMIT
from levit_explore.space.bounds import is_zero, whole_weights
from levit_explore.space.exact import Exact, calculated, exact
from levit_explore.space.grammar import expression
from levit_explore.space.names import SUMS, TOTALS, reads
from levit_explore.space.nodes import Calculation, Name, Node, Total, UnreadableError
from levit_explore.spec.document import field_name
from levit_explore.spec.words import did_you_mean, listed, quoted

OBJECTIVES = ("flops", "params", "activation_memory", "bytes_moved", "depth", "balance", "attention", "mlp")
_DIVIDING = ("/", "//", "%")
PARTS = 10**6  # in which the distance of balance from 1 is told
NONE = np.iinfo(np.int64).max  # of a network without attention, or without an MLP


@dataclass(frozen=True)
class Objective:
    """A quantity to be made small, or with `sign` -1 large; of balance its distance from 1."""

    name: str
    sign: int = 1

    def __call__(self, rows: Rows) -> Counts:
        """The value of every row, less being better."""
        return self.sign * (distance(rows) if self.name == "balance" else rows.columns[self.name])

    @property
    def weights(self) -> Mapping[str, int] | None:
        """What it is a sum of; None for balance, which is none."""
        return None if self.name == "balance" else {self.name: self.sign}

    def __str__(self) -> str:
        return f"{'-' if self.sign < 0 else ''}{self.name}"


def objectives(text: str) -> tuple[Objective, ...]:
    """The objectives in `flops,params,-depth`. Raises LevitError for a name that is none, or is there twice."""
    found: dict[str, Objective] = {}
    for word in text.split(","):
        name = word.strip().removeprefix("-").strip()
        where = f"--objectives {text if len(text) <= 80 else text[:77] + '...'}"
        if name not in OBJECTIVES:
            fix = did_you_mean(name, OBJECTIVES) or f"; they are {listed([*OBJECTIVES], 'and')}"
            raise LevitError(f"{where}: {quoted(name)} is no objective{fix}")
        if name in found:
            raise LevitError(f"{where}: {name} is there twice")
        found[name] = Objective(name, -1 if word.strip().startswith("-") else 1)
    return tuple(found.values())


def distance(rows: Rows) -> Counts:
    """How far the balance of every row is from 1, in whole millionths: of the greater cost over the lesser, less 1.

    2 and 1/2 are equally far. Whole numbers leave no doubt about which of two is less.
    """
    attention, mlp = rows.columns["attention"], rows.columns["mlp"]
    low, high = np.minimum(attention, mlp), np.maximum(attention, mlp)
    if len(high) and int(high.max()) * PARTS >= LIMIT:
        high, low = high.astype(object), low.astype(object)
    found = high * PARTS // np.where(low > 0, low, 1) - PARTS
    return np.where(low > 0, found, NONE).astype(np.int64)


@dataclass(frozen=True)
class Ranking:
    """An expression of quantities by which variants are ranked, the least first."""

    text: str
    node: Node

    def __call__(self, rows: Rows) -> NDArray[Any]:
        """The value of every row: exact where it is a sum of quantities, the nearest float where it is a quotient.

        A row that has none, for something is divided by zero, has infinity. Raises LevitError where a value is too
        large for a float.
        """
        if not len(rows):
            return np.empty(0)
        value = calculated(self.node, lambda node: _read(node, rows))
        above, below, there = np.broadcast_arrays(value.above, value.below, value.defined)
        whole = value.below.ndim == 0 and there.all()  # else something is divided by a total
        if whole and max(abs(int(above.max())), abs(int(above.min()))) < LIMIT:
            return above.astype(np.int64)
        try:
            return np.where(there, (above / below).astype(np.float64), np.inf)
        except OverflowError:
            raise LevitError("--by: the expression comes to more than 10^308, the largest that is ranked") from None

    @property
    def weights(self) -> Mapping[str, int] | None:
        """Whole weights of totals whose sum ranks alike; None where the expression is no sum of them."""
        return whole_weights(self.node)

    def __str__(self) -> str:
        return self.text


def ranking(text: str) -> Ranking:
    """The expression in a text such as `flops + 20 * params`. Raises LevitError where it cannot be read."""
    try:
        node = _meant(expression(text))
        if not any(isinstance(part, Total) for part in reads(node)):
            raise UnreadableError(f"is {quoted(text)}, which reads no total; they are {listed([*TOTALS], 'and')}")
    except UnreadableError as error:
        raise LevitError(f"--by: the expression {error}") from None
    return Ranking(text, node)


def _meant(node: Node) -> Node:
    match node:
        case Name((name,)) if name in TOTALS:
            return Total(str(name))
        case Name(path):
            fix = did_you_mean(path[0], TOTALS) or f"; they are {listed([*TOTALS], 'and')}"
            raise UnreadableError(f"reads {field_name(path)}, which is not a total{fix}")
        case Calculation(sign, left, right):
            made = Calculation(sign, _meant(left), _meant(right))
            if sign in _DIVIDING and is_zero(made.right):
                raise UnreadableError("divides by what is 0 in every network, and so ranks none")
            return made
    return node


def _read(node: Node, rows: Rows) -> Exact:
    match node:
        case Total("balance"):
            mlp = rows.columns["mlp"]
            return Exact(rows.columns["attention"], np.where(mlp > 0, mlp, 1), mlp > 0)
        case Total(name) if name in SUMS:
            return exact(rows.columns[name])
    raise AssertionError(node)
