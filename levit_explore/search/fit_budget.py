"""Budgets as they are given at the command line, as constraints of a design space."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from levit_explore.errors import LevitError
from levit_explore.space.grammar import expression
from levit_explore.space.nodes import Number, UnreadableError
from levit_explore.spec.words import printable

SAME = "same"
_BYTES = ("activation_memory",)


@dataclass(frozen=True)
class Budgets:
    """What a variant may cost at most, and its attention over its MLP, as given; None leaves it open."""

    flops: str | None = None
    params: str | None = None
    activation_memory: str | None = None
    balance: str | None = None

    @property
    def amounts(self) -> dict[str, str]:
        """The budgets that are at most an amount, by quantity."""
        given = {"flops": self.flops, "params": self.params, "activation_memory": self.activation_memory}
        return {name: text for name, text in given.items() if text is not None}


def constraints(budgets: Budgets, own: Mapping[str, int]) -> list[str]:
    """The budgets as constraints such as "flops <= 400M"; `own` is what "same" stands for.

    Raises LevitError where one is no amount, or none is given.
    """
    found = [f"{name} <= {_amount(name, text, own)}" for name, text in budgets.amounts.items()]
    if budgets.balance is not None:
        low, high = band(budgets.balance)
        found.append(f"{low} <= balance <= {high}")
    if not found:
        raise LevitError("fit: without a budget; give --flops, --params, --activation-memory or --balance")
    return found


def band(text: str) -> tuple[str, str]:
    """The two ends of "0.8:1.25", as they are written. Raises LevitError for anything else."""
    low, colon, high = (part.strip() for part in text.partition(":"))
    numbers = [_number(each) for each in (low, high)]
    least, most = numbers
    if not colon or least is None or most is None or least.in_bytes or most.in_bytes:
        raise LevitError(f"--balance {printable(text[:40])}: is no band; write LOW:HIGH, such as 0.8:1.25")
    if not 0 <= least.value <= most.value or not most.value:
        raise LevitError(f"--balance {printable(text[:40])}: the bounds must be 0 <= LOW <= HIGH, and HIGH above 0")
    return low, high


def fraction(text: str) -> Fraction:
    """The exact number that an end of a band stands for."""
    number = _number(text)
    assert number is not None
    return number.value


def _amount(name: str, text: str, own: Mapping[str, int]) -> str:
    option = f"--{name.replace('_', '-')} {printable(text[:40])}"
    if text.strip() == SAME:
        return str(own[name])
    number = _number(text)
    like = "8MB" if name in _BYTES else "400M" if name == "flops" else "10M"
    if number is None or (number.in_bytes and name not in _BYTES):
        units = "kB, MB, GB, KiB, MiB or GiB" if name in _BYTES else "k, M, G or T"
        raise LevitError(f"{option}: is no amount; write {like}, a number with {units} or without, or same")
    if number.value <= 0:
        raise LevitError(f"{option}: a budget must be above 0, such as {like}")
    return text.strip()


def _number(text: str) -> Number | None:
    """A number with or without a suffix; one below 0 as 0, which no budget may be either."""
    try:
        node = expression(text.strip().removeprefix("-"))
    except UnreadableError:
        return None
    if not isinstance(node, Number):
        return None
    return Number(Fraction(-1), node.in_bytes) if text.strip().startswith("-") else node
