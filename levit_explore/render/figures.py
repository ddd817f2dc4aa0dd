"""Bias maps as a figure in a file: small multiples, a row for an attention and a column for a head, on one scale."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from levit_explore.analysis.biases import RARE, BiasMap, Floats
from levit_explore.errors import LevitError
from levit_explore.render.multiples import Page, Scale
from levit_explore.render.panels import Curve, Panel, Place, Row, View, rows
from levit_explore.render.sheet import text
from levit_explore.writing import write_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".svg", ".pdf")

_WORDS = {
    View.QUERY: "attention bias of each key for a query",
    View.QUADRANT: "attention bias by |dy| and |dx|",
    View.UNFOLDED: "attention bias by dy and dx",
    View.PRIOR: "softmax of the attention bias, for a query",
    View.PROFILE: "attention bias against distance",
    View.OFFSETS: "pairs of query and key that share an offset",
}
_DPI = 150
_UNDATED: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}


def draw(
    maps: Sequence[BiasMap],
    view: View,
    path: Path,
    query: Place | None = None,
    model: str = "",
    after: Sequence[BiasMap] | None = None,
    other: str = "",
) -> None:
    """Writes a figure of `maps`, or with `after` of what changed from them, as .png, .svg or .pdf.

    `query` counts on the query grid of the first map; other grids show the query at the same place. `model` and
    `other` name the two in the title. The same maps give the same bytes. Raises LevitError for another suffix, where
    nothing is learned, where the maps do not match, and where the file cannot be written or matplotlib is missing.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        given = f"the suffix {path.suffix}" if path.suffix else "a name without a suffix"
        raise LevitError(f"-o {path}: {given} names no picture; end it in {', '.join(SUFFIXES)}")
    content = encoded(maps, view, suffix, query, model, after, other)
    write_file(path, lambda file: file.write_bytes(content))


def encoded(
    maps: Sequence[BiasMap],
    view: View,
    suffix: str,
    query: Place | None = None,
    model: str = "",
    after: Sequence[BiasMap] | None = None,
    other: str = "",
) -> bytes:
    """What `draw` writes into a file of a suffix in SUFFIXES."""
    buffer = io.BytesIO()
    with settings():
        made = figure(maps, view, query, model, after, other)
        made.savefig(buffer, format=suffix[1:], dpi=_DPI, metadata=_UNDATED[suffix])
    return buffer.getvalue()


def figure(
    maps: Sequence[BiasMap],
    view: View,
    query: Place | None = None,
    model: str = "",
    after: Sequence[BiasMap] | None = None,
    other: str = "",
) -> "Figure":
    """The figure that `draw` writes."""
    found, changes = rows(maps, view, query, after), after is not None
    scale = _scale(found, view, changes)
    names = text(f"{model} -> {other}: change of " if changes else f"{model}: ")
    left_out = {one.path for one in (maps if view is not View.OFFSETS else [])} - {row.path for row in found}
    words = [_scale_words(view, scale, changes), _mark_words(found, view)]
    words += ["Nothing changed: every difference is 0."] if changes and not _every(found, rare=True).any() else []
    words += [f"all values are zero, and so not drawn, in {', '.join(sorted(left_out))}."] if left_out else []
    return Page(names.removeprefix(": ") + _title(view, maps), words, found, scale).figure()


def _title(view: View, maps: Sequence[BiasMap]) -> str:
    mirrored = view is View.UNFOLDED and not all(one.signed for one in maps)
    return _WORDS[view] + (" (mirrored: only |dy| and |dx| are stored)" if mirrored else "")


@contextmanager
def settings() -> Iterator[None]:
    """The settings that matplotlib comes with, whatever the user's are, told to depend on nothing but the data."""
    try:
        import matplotlib
    except ImportError:
        raise LevitError("pictures need matplotlib: pip install 'levit-explore[figures]'") from None
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams["svg.hashsalt"] = "levit-explore"
        matplotlib.rcParams["text.parse_math"] = False  # a name may hold dollars
        matplotlib.rcParams["svg.fonttype"] = "none"  # text stays text
        matplotlib.rcParams["image.composite_image"] = False  # or all panels become one image of few pixels
        yield


def _scale(found: Sequence[Row], view: View, changes: bool) -> Scale:
    """The scale that fits all values but those of rare offsets, which may lie beyond it."""
    kept, every = _every(found, rare=False), _every(found, rare=True)
    low, high = float(kept.min()), float(kept.max())
    if changes:
        largest = max(-low, high) or 1.0
        return Scale(-largest, largest, "RdBu_r", "change", "both" if abs(every).max() > largest else "neither")
    match view:
        case View.OFFSETS:
            return Scale(0.0, high, "viridis", "pairs for each query")
        case View.PRIOR:
            return Scale(0.0, high, "viridis", "share of attention", "max" if every.max() > high else "neither", True)
        case _:
            return Scale(low if low < 0 else -1.0, 0.0, "viridis", "bias", "min" if every.min() < low else "neither")


def _every(found: Sequence[Row], rare: bool) -> Floats:
    """The values of all panels, with or without those of rare offsets."""
    return np.concatenate([values for row in found for panel in row.panels for values in _values(panel, rare)])


def _values(panel: Panel | Curve, rare: bool) -> list[Floats]:
    match panel:
        case Panel():
            return [panel.values.ravel() if rare else panel.values[~panel.rare]]
        case Curve():  # which is drawn whole
            return [panel.low, panel.high]


def _scale_words(view: View, scale: Scale, changes: bool) -> str:
    low, high = (f"{end + 0.0:.3g}" for end in (scale.low, scale.high))
    shift = "each head's maximum is subtracted, which softmax does not see"
    beyond = "" if scale.beyond == "neither" else "; values of rare offsets beyond it have the color of its end"
    match view, changes:
        case View.OFFSETS, _:
            return f"One scale, {low} to {high} pairs for each query. The same in every head, learned or not."
        case View.PRIOR, False:
            return f"One scale for all, {low} to {high}, colors by the square root{beyond}."
        case View.PRIOR, True:
            return f"One scale for all, {low} to {high}{beyond}."
        case _:
            return f"One scale for all, {low} to {high}: {shift}{beyond}."


def _mark_words(found: Sequence[Row], view: View) -> str:
    few = f"fewer than {RARE} pairs for each query"
    if view is View.PROFILE:
        return (
            "Black: mean over pairs at a distance in tokens, from 0 at the left to the farthest, in its range (grey). "
            f"Blue: b(0, d), along the row. Orange, dashed: b(d, 0), along the column. Dots: distances of {few}."
        )
    dots = any(isinstance(panel, Panel) and panel.rare.any() for row in found for panel in row.panels)
    return "White square: the query." + (f" Dots: rare offsets, which serve {few}." if dots else "")
