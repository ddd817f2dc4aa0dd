"""The line at the top: what is explored, how it is counted, and what of it is not saved."""

from dataclasses import replace

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from levit_explore.explorer.results import Results
from levit_explore.explorer.state import State
from levit_explore.render.sheet import heading, text

LEAST = (80, 24)  # columns and lines in which all parts of the screen have their place
_PADDING = 2
_SHORTEST = 12  # cells of a name or a path that is cut


def title(state: State, found: Results, size: tuple[int, int]) -> Text:
    """The name and size of the network, its convention, how many fields changed, and what changes are held against.

    Of a window that is too small for all parts of the screen it says first how large it must be. Where there is no
    room for all, first the name is cut, at its end, and then the path, at its beginning.
    """
    room = size[0] - _PADDING
    name, source = text(found.spec.name), text(state.source)
    line = _line(name, source, state, found, size)
    if cell_len(line) > room:
        name = _cut(name, room - cell_len(line) + cell_len(name))
        line = _line(name, source, state, found, size)
    if cell_len(line) > room:
        source = _cut(source[::-1], room - cell_len(line) + cell_len(source))[::-1]
        line = _line(name, source, state, found, size)
    return Text(line, no_wrap=True, overflow="ellipsis")


def _line(name: str, source: str, state: State, found: Results, size: tuple[int, int]) -> str:
    changes = len(state.changed)
    small = size[0] < LEAST[0] or size[1] < LEAST[1]
    words = ["{} x {} shows all".format(*LEAST)] if small else []
    words += [heading(replace(found.spec, name=name)), f"FLOPs under {found.convention}"]
    if state.unsaved:
        words.append("1 change" if changes == 1 else f"{changes} changes")
    words.append("against B" if state.pinned is not None else f"against {source}")
    return " | ".join(words)


def _cut(words: str, cells: int) -> str:
    """A text of so many cells, or of as many more as it takes to know it by."""
    cells = max(cells, _SHORTEST)
    return words if cells >= cell_len(words) else f"{set_cell_size(words, cells - 1).rstrip()}…"
