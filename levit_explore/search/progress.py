"""How far a sweep is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

Tell: TypeAlias = Callable[[float], None]  # hears which share of some work is done, from 0 to 1


@dataclass(frozen=True)
class Progress:
    """Variants of a space: all, those that are done, those of them that an earlier run did, and those that fit.

    By tables many are done at once, and none is looked at: nothing is known of `fit` before the end.
    """

    total: int
    done: int
    resumed: int
    fit: int | None
    doing: str = "counting"


def unheard(share: float) -> None:
    """Takes no notice of the share that is done."""


def part_of(tell: Tell, start: float, size: float) -> Tell:
    """What hears of a part of some work, `size` of the whole from `start` on, and tells of the whole."""
    return lambda share: tell(start + share * size)


def unseen(at: Progress) -> None:
    """Shows nothing of how far a sweep is."""


def unsaid(words: str) -> None:
    """Says nothing of what goes wrong and is mended."""
