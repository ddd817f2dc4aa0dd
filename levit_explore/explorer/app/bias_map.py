"""The map of one head for one query as text: as large as there is room, and below it words that wrap."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from levit_explore.analysis.biases import BiasMap  # numpy is imported where maps are made, which is not at once
    from levit_explore.render.heatmap import Heatmap

_LEAST = 8  # columns, however narrow the view is


@dataclass(frozen=True)
class Room:
    """The columns that a map has, those that it has with the screen to itself, and those of the screen beside it."""

    width: int
    whole: int
    frame: int


def map_text(one: "BiasMap", head: int, query: tuple[int, int], room: Room, no_color: bool) -> Text:
    """What a head has learned for a query, or where it has not the offsets; only the map may be wider than its room."""
    from levit_explore.render.heatmap import offsets_heatmap, query_heatmap

    heatmap = query_heatmap(one, head, query) if one.learned else offsets_heatmap(one, query)
    console = _console(max(room.width, _LEAST), no_color)
    title, *lines = _drawn(heatmap, console)
    end = next(place for place, line in enumerate(lines) if _says(line))
    words = [title, *lines[end:]]
    if heatmap.offsets is not None and not any(line.plain.strip()[:1].isdigit() for line in lines[:end]):
        words.append(Text(_how_to_see(heatmap, room), style="bold"))
    drawn = [Text(f"head {head} of {one.heads}, query {query[0]},{query[1]}"), *lines[:end], *words]
    wrapped = [line.wrap(console, console.width) if _says(line) else [line] for line in drawn]
    return Text("\n").join(part for parts in wrapped for part in parts)


def _console(width: int, no_color: bool) -> Console:
    return Console(
        file=io.StringIO(),
        width=width,
        force_terminal=True,
        color_system="truecolor",
        no_color=no_color,
        legacy_windows=False,
    )


def _drawn(heatmap: "Heatmap", console: Console) -> list[Text]:
    """The lines of a map: its title, the map, and words."""
    from levit_explore.render.heatmap import draw

    with console.capture() as drawn:
        draw(heatmap, console)
    return list(Text.from_ansi(drawn.get()).split("\n"))


def _says(line: Text) -> bool:
    """Whether a line is words; those of a map have no letters."""
    return any(letter.isalpha() for letter in line.plain)


def _how_to_see(heatmap: "Heatmap", room: Room) -> str:
    """Which keys make room for the numbers of the offsets, or else how large a terminal would."""
    assert heatmap.offsets is not None
    needed = (len(str(heatmap.offsets.max())) + 2) * heatmap.offsets.shape[1]
    if needed <= room.whole:
        return f"the numbers need {needed} columns: z gives the tabs the whole screen, Enter the map."
    return f"the numbers need a terminal of {needed + room.frame} columns."
