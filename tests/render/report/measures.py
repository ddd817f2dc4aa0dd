"""What a browser draws, in numbers: rectangles, marks, colours, and how well one is seen on another."""

import re
from typing import Any

from levit_explore.render.graphs.colors import contrast

# Everything drawn that matches, as {class, x, y, width, height} in the units of its picture.
_RECTS = """all => all.map(one => ({
  class: one.getAttribute('class'),
  ...Object.fromEntries(['x', 'y', 'width', 'height'].map(side => [side, one[side].baseVal.value])),
}))"""
# Places on the screen, by the middle of what is drawn.
_MIDDLES = """all => all.map(one => {
  const box = one.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
})"""
# Words in pictures: the colour they have, and that of the last filled shape below their middle, or of the page.
_WORDS = """all => all.flatMap(word => {
  const svg = word.ownerSVGElement, box = word.getBoundingClientRect();
  if (!word.textContent.trim() || !box.width) return [];
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const before = [...svg.querySelectorAll('rect, path, polygon, ellipse')].filter(one => {
    const around = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    return one.compareDocumentPosition(word) & Node.DOCUMENT_POSITION_FOLLOWING
      && !['none', 'rgba(0, 0, 0, 0)', 'transparent'].includes(style.fill) && style.fillOpacity !== '0'
      && around.x <= x && x <= around.right && around.y <= y && y <= around.bottom;
  });
  const below = before.length ? getComputedStyle(before[before.length - 1]).fill
    : getComputedStyle(document.body).backgroundColor;
  return [[word.textContent, getComputedStyle(word).fill, below]];
})"""
_LINES = """all => all.map(one => {
  const style = getComputedStyle(one);
  return [one.getAttribute('class'), style.stroke, style.strokeWidth, style.strokeDasharray];
})"""


def rects(found: Any) -> list[dict[str, Any]]:
    """The rectangles of a locator."""
    return found.evaluate_all(_RECTS)


def middles(found: Any) -> list[tuple[float, float]]:
    """Where on the screen the elements of a locator have their middle."""
    return [tuple(one) for one in found.evaluate_all(_MIDDLES)]


def lines(found: Any) -> list[tuple[str, str, str, str]]:
    """The class, colour, width and dashes of the lines that elements have, as the browser computes them."""
    return [tuple(one) for one in found.evaluate_all(_LINES)]


def faint_words(found: Any, least: float) -> list[tuple[str, str, str]]:
    """The words among text elements that are seen less than `least` on what they stand on."""
    words = found.evaluate_all(_WORDS)
    assert words
    return [tuple(one) for one in words if contrast(hexed(one[1]), hexed(one[2])) < least]


def hexed(color: str) -> str:
    """A computed colour as #rrggbb.

    >>> hexed("rgb(11, 87, 164)")
    '#0b57a4'
    """
    red, green, blue = (int(part) for part in re.findall(r"\d+", color)[:3])
    return f"#{red:02x}{green:02x}{blue:02x}"


def page_color(tab: Any) -> str:
    """The colour of the page as #rrggbb."""
    return hexed(tab.evaluate("getComputedStyle(document.body).backgroundColor"))
