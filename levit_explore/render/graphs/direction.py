"""Which way a graph is drawn."""

from enum import StrEnum


class Direction(StrEnum):
    """Where the data flows to: left to right, or top to bottom."""

    LR = "LR"
    TB = "TB"
