"""What distance is worth in other quantities: prices under which the nearest variant must be at least so far away.

For any price p of a bound, distance + p * (sum - what it may be) is at most the distance of a variant within the bound,
so its least over all variants bounds the distance from below (Lagrangian relaxation). Good prices make that bound high.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from levit_explore.search.fit_layout import Layout, layout, most
from levit_explore.search.forms import Limit
from levit_explore.search.tables import LIMIT, Array, merged, plus, reach, times

_ROUNDS = 2
_HIGHEST = 16  # times the greatest distance that all of a bounded sum may be worth
_LOWEST = -14  # as a power of two


@dataclass(frozen=True, eq=False)
class Priced:
    """The sum of `unit` * distance and of each bounded sum at its price.

    Of a variant within the bounds it is at most `allowance` more than `unit` times the distance.
    """

    layout: Layout
    unit: int
    allowance: int

    @property
    def least(self) -> int:
        """No variant within the bounds is nearer, whatever the masks."""
        return -(-(self.layout.least - self.allowance) // self.unit)


def priced(shape: Sequence[int], distance: Sequence[Array], limits: Sequence[Limit]) -> Priced:
    """The priced sum whose bound on the distance is the highest found, by trying the price of one bound at a time."""
    farthest = max(1, most(shape, distance))
    unit = 2**60 // ((_HIGHEST + 1) * (len(limits) + 1) * farthest)
    worth = [max(1, sum(map(reach, limit.terms))) for limit in limits]
    tried = [0, *(unit * farthest * _HIGHEST * 2.0**power for power in range(_LOWEST, 1))]
    best, prices = _priced(shape, distance, limits, unit, [0] * len(limits)), [0] * len(limits)
    for number in range(_ROUNDS):
        for place in range(len(limits)):
            ladder = (
                _around(prices[place]) if number and prices[place] else [int(each / worth[place]) for each in tried]
            )
            for price in ladder:
                candidate = [*prices[:place], price, *prices[place + 1 :]]
                found = _priced(shape, distance, limits, unit, candidate)
                if found.least > best.least:
                    best, prices = found, candidate
    return best


def _around(price: int) -> list[int]:
    return [int(price * 2.0 ** (power / 4)) for power in (-3, -2, -1, 1, 2, 3)]


def _priced(
    shape: Sequence[int], distance: Sequence[Array], limits: Sequence[Limit], unit: int, prices: Sequence[int]
) -> Priced:
    tables = [times(table, unit) for table in distance]
    tables += [
        times(table, price) for limit, price in zip(limits, prices, strict=True) if price for table in limit.terms
    ]
    allowance = sum(price * limit.at_most for limit, price in zip(limits, prices, strict=True))
    return Priced(layout(shape, merged(tables, plus)), unit, allowance)


def capped(sum_priced: Priced, farthest: int) -> int:
    """The most that the priced sum of a variant within the bounds can be that is not farther than `farthest`."""
    return clipped(sum_priced.unit * farthest + sum_priced.allowance)


def clipped(value: int) -> int:
    """The nearest number to one of any size beyond which no sum of tables is."""
    return max(-LIMIT, min(LIMIT, value))
