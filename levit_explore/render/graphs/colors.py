"""The colours of a graph, dark enough or light enough to be read on one another."""

from enum import StrEnum

from levit_explore.plan.tree import Role


class Color(StrEnum):
    """What the fill of a box tells."""

    ROLE = "role"
    FLOPS = "flops"
    PARAMS = "params"


PAPER, DARK_PAPER = "#ffffff", "#16181c"  # the background of a picture in a page, and in the dark
INK, FAINT = "#1a1a1a", "#333333"  # text on a fill: names, and the lines below
OUTSIDE, ASIDE = "#222222", "#555555"  # text on the background
LINE, BORDER = "#606060", "#767676"  # edges, and the borders of clusters
NEW_LINE, GONE_LINE = "#0b62a8", "#a8400b"  # of what one of two graphs has
DARK_WORDS = {OUTSIDE: "#e6e6e6", ASIDE: "#b8b8b8"}  # what stands on the background, in the dark
DARK_LINES = {LINE: "#a8a8a8", BORDER: "#8f8f8f", NEW_LINE: "#6cb6f0", GONE_LINE: "#f09a6c"}

ROLE_FILLS = {  # they differ in lightness too, for those who do not see hues
    Role.STEM: "#ffe873",
    Role.ATTENTION: "#9ccbf5",
    Role.MLP: "#f2a65a",
    Role.HEAD: "#66c2a4",
    Role.OTHER: "#f2f2f2",
}
_SCALE = ("#fff8f0", "#fdc38d", "#f58b4c")  # from nothing to the largest share


def scale(place: float) -> str:
    """The fill of a share at `place`, from 0, which is nothing, to 1, the largest share.

    >>> scale(0), scale(1)
    ('#fff8f0', '#f58b4c')
    """
    low, high = (_SCALE[0], _SCALE[1]) if place < 0.5 else (_SCALE[1], _SCALE[2])
    part = 2 * place if place < 0.5 else 2 * place - 1
    mixed = (round(a + part * (b - a)) for a, b in zip(_channels(low), _channels(high), strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def contrast(one: str, other: str) -> float:
    """How well one colour is read on another, from 1 to 21 (WCAG 2.2, "contrast ratio"); AA asks for 4.5 of text.

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    dark, light = sorted((_luminance(one), _luminance(other)))
    return round((light + 0.05) / (dark + 0.05), 4)


def _luminance(color: str) -> float:
    """WCAG 2.2, "relative luminance"."""
    parts = [channel / 255 for channel in _channels(color)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _channels(color: str) -> list[int]:
    """Red, green and blue of "#rrggbb", 0 to 255."""
    return [int(color[place : place + 2], 16) for place in (1, 3, 5)]
