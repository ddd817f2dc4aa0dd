"""Bars as an SVG picture, one below the other, with a name at their left and words at their right."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from levit_explore.plan.tree import Role
from levit_explore.render.graphs.colors import BORDER, DARK_PAPER, DARK_WORDS, OUTSIDE, PAPER, ROLE_FILLS
from levit_explore.render.sheet import text

_LINE, _SIZE = 18, 12  # pixels, of a line and of its letters
_LETTER = 7.25  # pixels, of a letter of a font whose letters are all as wide
_LONGEST = 60  # letters of a name
_BAR = 240  # pixels, of the longest bar
_GAP = 8
_DARK = f".bars .paper{{fill:{DARK_PAPER}}}.bars text{{fill:{DARK_WORDS[OUTSIDE]}}}"
_STYLE = f".bars:root{{color-scheme:light dark}}@media (prefers-color-scheme:dark){{{_DARK}}}"
_PAPER = f'<rect class="paper" width="100%" height="100%" fill="{PAPER}"/>'


@dataclass(frozen=True)
class Bar:
    """A value of at least 0, by its name, with what is said of it and the role that chooses its colour."""

    name: str
    value: float
    words: str
    role: Role = Role.OTHER


def bars(title: str, found: Sequence[Bar]) -> str:
    """An SVG document with a bar for each value, the longest for the largest, on a background of its own."""
    left = _GAP + _LETTER * max((len(_cut(bar.name)) for bar in found), default=0)
    right = _LETTER * max((len(_cut(bar.words)) for bar in found), default=0) + _GAP
    largest = max((bar.value for bar in found), default=0) or 1
    lines = [_line(place, bar, left, bar.value / largest * _BAR) for place, bar in enumerate(found)]
    sides = f'width="{left + _BAR + right + 2 * _GAP:.0f}" height="{_LINE * len(found) + _GAP}"'
    font = f'class="bars" font-family="monospace" font-size="{_SIZE}" fill="{OUTSIDE}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {sides} {font}>'
    names = [f"<title>{escape(_cut(title))}</title>", f"<style>{_STYLE}</style>"]
    return "".join(f"{line}\n" for line in (head, *names, _PAPER, *lines, "</svg>"))


def _line(place: int, bar: Bar, left: float, width: float) -> str:
    base = _LINE * (place + 1)
    fill = f'fill="{ROLE_FILLS[bar.role]}" stroke="{BORDER}"'
    name = f'<text x="{left:.1f}" y="{base}" text-anchor="end">{escape(_cut(bar.name))}</text>'
    rect = f'<rect x="{left + _GAP:.1f}" y="{base - _SIZE}" width="{width:.1f}" height="{_LINE - 4}" {fill}/>'
    words = f'<text x="{left + 2 * _GAP + width:.1f}" y="{base}">{escape(_cut(bar.words))}</text>'
    return name + rect + words


def _cut(words: str) -> str:
    """Text on one line, its end left out where it is too long."""
    line = text(words)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."
