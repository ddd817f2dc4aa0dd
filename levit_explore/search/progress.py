"""How far a sweep is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """Variants of a space: all, those that are done, those of them that an earlier run did, and those that fit."""

    total: int
    done: int
    resumed: int
    fit: int


def unseen(at: Progress) -> None:
    """Shows nothing of how far a sweep is."""


def unsaid(words: str) -> None:
    """Says nothing of what goes wrong and is mended."""
