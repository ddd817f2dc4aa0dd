"""Maps of one attention for a terminal: half blocks where it has the colours, digits and numbers where it has not.

What is drawn has one value for each key, where the key stands. A head's map for a query shows its biases; the map of
offsets, which needs no weights, numbers the keys by the parameter that they use and shows how many pairs that serves.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from levit_explore.analysis.biases import BiasMap, Floats, Ints
from levit_explore.errors import LevitError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.style import Style

# matplotlib's viridis in 15 even steps: even to the eye, and dark is low
_VIRIDIS = (
    "440154 481a6c 472f7d 414487 39568c 31688e 2a788e 23888e 1f988b 22a884 35b779 54c568 7ad151 a5db36 d2e21b fde725"
)
_COLORS = np.array([list(bytes.fromhex(color)) for color in _VIRIDIS.split()], dtype=np.float64)
_TICK = (214, 39, 40)  # a red that shows on dark and on light, and is not in the map
_WHITE = (255, 255, 255)
_LARGEST_ZOOM = 3
_HEIGHT = 32  # in half blocks: no map is enlarged beyond it
_RAMP = 16

_Color = tuple[int, int, int] | None


@dataclass(frozen=True, eq=False)
class Heatmap:
    """A value for each key, (H, W), and where on the key grid the query stands."""

    title: str
    values: Floats
    query: tuple[int, int]
    unit: str  # what the values are
    decimals: int
    offsets: Ints | None = None  # the offset of each key, (H, W), where they are to be numbered
    notes: tuple[str, ...] = ()


def query_heatmap(biases: BiasMap, head: int, query: tuple[int, int] | None = None) -> Heatmap:
    """A head's biases for the query in row and column `query` of the query grid; the middle one by default.

    Raises LevitError where there is no such head or query.
    """
    if not 0 <= head < biases.heads:
        raise LevitError(f"head {head}: {biases.path} has {biases.heads} heads; it must be 0 to {biases.heads - 1}")
    index, place, words = _placed(biases, query)
    values = biases.values[head, index]
    notes = () if biases.learned else ("all values are zero until the network is trained.",)
    return Heatmap(f"{biases.path}, head {head}: bias of each key for {words}", values, place, "bias", 2, None, notes)


def offsets_heatmap(biases: BiasMap, query: tuple[int, int] | None = None) -> Heatmap:
    """Which keys share a parameter for a query, and the number of pairs of query and key that it serves in all."""
    index, place, words = _placed(biases, query)
    used, shared = len(np.unique(index)), int(np.bincount(index.ravel()).max())
    return Heatmap(
        f"{biases.path}: offset of each key for {words}",
        biases.support[index].astype(np.float64),
        place,
        "pairs of the offset",
        0,
        index,
        (
            f"keys with the same number share a parameter in each head; the number is {_numbering(biases)}.",
            f"this query uses {used} of {biases.offsets} offsets, each for up to {shared} keys.",
        ),
    )


def _numbering(biases: BiasMap) -> str:
    height, width = biases.key_grid
    if biases.signed:
        return f"(qy - ky + {height - 1}) * {2 * width - 1} + qx - kx + {width - 1} of query q and key k"
    return f"|dy| * {width} + |dx|"


def middle(biases: BiasMap) -> tuple[int, int]:
    """The row and column of the query in the middle, of the query grid."""
    height, width = biases.query_grid
    return height // 2, width // 2


def heatmaps(maps: Sequence[BiasMap], head: int | None, query: tuple[int, int] | None) -> list[Heatmap]:
    """A map of every head of every attention, or of one head; where nothing is learned, the map of the offsets."""
    drawn: list[Heatmap] = []
    for one in maps:
        heads = range(one.heads) if head is None else [head]
        drawn += [query_heatmap(one, each, query) for each in heads] if one.learned else [offsets_heatmap(one, query)]
    return drawn


def show(drawn: Sequence[Heatmap]) -> None:
    """Prints maps, in colours on a terminal that has them."""
    if not sys.stdout.isatty():
        sys.stdout.write("".join(f"\n{plain(heatmap)}" for heatmap in drawn))
        return
    from rich.console import Console

    console = Console()
    for heatmap in drawn:
        console.print()
        draw(heatmap, console)


def plain(heatmap: Heatmap) -> str:
    """The map as text: a digit for each key, or the offsets' numbers and then their pairs."""
    lines = [heatmap.title]
    if heatmap.offsets is None:
        digits = _levels(heatmap.values, 9)
        low, high = _range(heatmap)
        lines += [*_grid(digits, heatmap.query), f"{heatmap.unit}: 0 is {low}, 9 is {high}; [ ] is the query."]
    else:
        lines += [*_grid(heatmap.offsets, heatmap.query), "[ ] is the query; pairs that each offset serves:"]
        lines += _grid(heatmap.values.astype(np.int64), heatmap.query)
    return "\n".join([*lines, *heatmap.notes]) + "\n"


def draw(heatmap: Heatmap, console: "Console") -> None:
    """The map on a console: in colours if it has 256 of them or more and Unicode, and as text if not."""
    from rich.text import Text

    colors = console.color_system in ("truecolor", "256") and not console.no_color
    if not colors or console.options.ascii_only:
        console.print(Text(plain(heatmap)), end="", soft_wrap=True)
        return
    console.print(Text(heatmap.title, style="bold"), soft_wrap=True)
    for line in (*_drawn(heatmap, console.width), _legend(heatmap)):
        cells = [(cell.text, _style(cell, console)) for cell in line]
        console.print(Text.assemble(*cells), soft_wrap=True)
    for note in heatmap.notes:
        console.print(Text(note, style="dim"), soft_wrap=True)


@dataclass(frozen=True)
class _Cell:
    """Text in a colour on a colour."""

    text: str
    front: _Color = None
    back: _Color = None


def _style(cell: _Cell, console: "Console") -> "Style":
    from rich.color import Color, ColorSystem
    from rich.style import Style

    system = ColorSystem.TRUECOLOR if console.color_system == "truecolor" else ColorSystem.EIGHT_BIT
    front, back = (None if one is None else Color.from_rgb(*one).downgrade(system) for one in (cell.front, cell.back))
    return Style(color=front, bgcolor=back)


def _legend(heatmap: Heatmap) -> list[_Cell]:
    low, high = _range(heatmap)
    ramp = [_Cell("█", _color(step / (_RAMP - 1))) for step in range(_RAMP)]
    return [_Cell(f"{heatmap.unit}: {low} "), *ramp, _Cell(f" {high}; "), _Cell("red", _TICK), _Cell(": the query")]


def _placed(biases: BiasMap, query: tuple[int, int] | None) -> tuple[Ints, tuple[int, int], str]:
    """The offsets of a query's keys (H, W), where it stands on the key grid, and both places in words."""
    y, x = query or middle(biases)
    index, place = biases.row(y, x).reshape(biases.key_grid), (y * biases.stride, x * biases.stride)
    words = f"query {y},{x}" + (f" (at key {place[0]},{place[1]})" if biases.stride > 1 else "")
    return index, place, words


def _range(heatmap: Heatmap) -> tuple[str, str]:
    low, high = (f"{value + 0.0:.{heatmap.decimals}f}" for value in (heatmap.values.min(), heatmap.values.max()))
    return low, high


def _shares(values: Floats) -> Floats:
    """Values from 0 for the lowest to 1 for the highest; 0 where they do not differ."""
    low, high = values.min(), values.max()
    shares: Floats = (values - low) / (high - low) if high > low else np.zeros(values.shape)
    return shares


def _levels(values: Floats, highest: int) -> Ints:
    return np.rint(_shares(values) * highest).astype(np.int64)


def _grid(numbers: Ints, query: tuple[int, int]) -> Iterator[str]:
    """Rows of numbers in columns of one width, the query's in brackets."""
    width = len(str(numbers.max()))
    for y, row in enumerate(numbers.tolist()):
        line = "".join(f" {number:>{width}}" for number in row) + " "
        if y == query[0]:
            left = query[1] * (width + 1)
            right = left + width + 1
            line = f"{line[:left]}[{line[left + 1 : right]}]{line[right + 1 :]}"
        yield line.rstrip()


def _drawn(heatmap: Heatmap, width: int) -> Iterator[list[_Cell]]:
    """The lines of a map: with the offsets' numbers where there are any and they fit, else in half blocks."""
    shares = _shares(heatmap.values)
    if heatmap.offsets is not None:
        cell = len(str(heatmap.offsets.max())) + 2
        if cell * shares.shape[1] <= width:
            yield from _numbered(heatmap.offsets, shares, heatmap.query, cell)
            return
    yield from _half_blocks(_pixels(shares, heatmap.query, width))


def _numbered(offsets: Ints, shares: Floats, query: tuple[int, int], cell: int) -> Iterator[list[_Cell]]:
    for y, row in enumerate(offsets.tolist()):
        yield [
            _Cell(f"{number:>{cell - 1}} ", *((_WHITE, _TICK) if (y, x) == query else _legible(shares[y, x])))
            for x, number in enumerate(row)
        ]


def _pixels(shares: Floats, query: tuple[int, int], width: int) -> list[list[_Color]]:
    """The map enlarged as far as there is room, in a margin where ticks tell the query's row and column."""
    height, across = shares.shape
    zoom = max(1, min(_LARGEST_ZOOM, _HEIGHT // height, (width - 2) // across))
    rows, columns = height * zoom + 2, across * zoom + 2
    pixels: list[list[_Color]] = [[None] * columns for _ in range(rows)]
    for y in range(1, rows - 1):
        for x in range(1, columns - 1):
            pixels[y][x] = _color(shares[(y - 1) // zoom, (x - 1) // zoom])
    for step in range(1, 1 + zoom):
        y, x = (side * zoom + step for side in query)
        pixels[y][0] = pixels[y][-1] = pixels[0][x] = pixels[-1][x] = _TICK
    return pixels


def _half_blocks(pixels: list[list[_Color]]) -> Iterator[list[_Cell]]:
    """Two rows of pixels in each line."""
    empty: list[_Color] = [None] * len(pixels[0])
    for top in range(0, len(pixels), 2):
        lower = pixels[top + 1] if top + 1 < len(pixels) else empty
        yield [_half_block(*pair) for pair in zip(pixels[top], lower, strict=True)]


def _half_block(upper: _Color, lower: _Color) -> _Cell:
    if upper is None:
        return _Cell(" " if lower is None else "▄", lower)
    return _Cell("▀", upper, lower)


def _color(share: float) -> tuple[int, int, int]:
    """The color of a share between 0 and 1."""
    steps = np.linspace(0, 1, len(_COLORS))
    red, green, blue = (round(float(np.interp(share, steps, channel))) for channel in _COLORS.T)
    return red, green, blue


def _legible(share: float) -> tuple[_Color, _Color]:
    """Black or white, whichever can be read on the color of a share, and that color."""
    return ((0, 0, 0) if share > 0.5 else _WHITE), _color(share)
