"""Where values and the ticks of an axis stand, exact however large the values are and however nearly they agree."""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

_TICKS = 5  # about as many on an axis
_PREFIXES = ("", "k", "M", "G", "T", "P", "E", "Z", "Y")


def axis(values: Sequence[float]) -> dict[str, Any]:
    """The ticks that hold values, each with its label and its place from 0 to 1, and the places of the values."""
    marks = ticks(values)
    first, last = marks[0], marks[-1]

    def place(value: Fraction) -> float:
        return float((value - first) / (last - first))

    return {
        "ticks": [{"label": label, "at": place(tick)} for label, tick in zip(labels(marks), marks, strict=True)],
        "places": [place(_exact(value)) for value in values],
    }


def ticks(values: Sequence[float]) -> list[Fraction]:
    """Round numbers in equal steps, the first not above and the last not below all values.

    >>> [int(tick) for tick in ticks([76.6, 82.6])]
    [76, 78, 80, 82, 84]
    """
    low, high = _exact(min(values)), _exact(max(values))
    raw = (high - low or abs(high) or Fraction(1)) / (_TICKS - 1)
    power = Fraction(10) ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * Fraction(999, 1000))
    first, last = math.floor(low / step), math.ceil(high / step)
    return [place * step for place in range(first, max(last, first + 1) + 1)]


def labels(ticks: Sequence[Fraction]) -> list[str]:
    """Ticks in one unit, with as many decimals as tell them apart.

    >>> labels([Fraction(1128023000), Fraction(1128023500)])
    ['1.1280230 G', '1.1280235 G']
    """
    power = max(0, min(len(_PREFIXES) - 1, (len(str(int(max(ticks)))) - 1) // 3))
    scaled = [tick / 1000**power for tick in ticks]
    decimals = next(digits for digits in range(99) if all((one * 10**digits).denominator == 1 for one in scaled))
    return [f"{_decimal(one, decimals)} {_PREFIXES[power]}".strip() for one in scaled]


def _decimal(value: Fraction, decimals: int) -> str:
    """A value that is not negative, to the last of some decimals."""
    digits = str(int(value * 10**decimals)).zfill(decimals + 1)
    return f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits


def _exact(value: float) -> Fraction:
    """A value as its shortest decimal says."""
    return Fraction(str(value))
