"""Logarithms of ratios in whole units such that ratios whose products are equal have sums that are equal."""

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction


def parts(numbers: Iterable[int]) -> list[int]:
    """Numbers above 1, no two with a common divisor, of whose powers each of `numbers` is a product.

    In these each is a product in one way only, as in primes, but nothing need be factored.

    >>> parts([12, 18, 77, 7])
    [2, 3, 7, 11]
    """
    found: set[int] = set()
    left = list(numbers)
    while left:
        number = left.pop()
        other = next((each for each in found if math.gcd(each, number) > 1), None)
        if other is None:
            found |= {number} - {1}
        elif other != number:
            common = math.gcd(other, number)
            found.remove(other)
            left += [common, other // common, number // common]
    return sorted(found)


def log(ratio: Fraction, units: Mapping[int, int]) -> int:
    """The logarithm of a ratio, in units of which `units` says how many that of each part is.

    >>> log(Fraction(9, 2), {2: 100, 3: 158})
    216
    """
    return sum(units[part] * (_times(part, ratio.numerator) - _times(part, ratio.denominator)) for part in units)


def _times(part: int, number: int) -> int:
    """How many times a number can be divided by a part."""
    times = 0
    while number % part == 0:
        number //= part
        times += 1
    return times
