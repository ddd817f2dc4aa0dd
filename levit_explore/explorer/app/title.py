"""The line at the top: what is explored, how it is counted, and what of it is not saved."""

from rich.text import Text

from levit_explore.explorer.results import Results
from levit_explore.explorer.state import State
from levit_explore.render.sheet import heading, text

LEAST = (80, 24)  # columns and lines in which all parts of the screen have their place


def title(state: State, found: Results, size: tuple[int, int]) -> Text:
    """The name and size of the network, its convention, how many fields changed, and what changes are held against.

    Of a window that is too small for all parts of the screen it says first how large it must be.
    """
    changes = len(state.changed)
    small = size[0] < LEAST[0] or size[1] < LEAST[1]
    words = ["{} x {} shows all".format(*LEAST)] if small else []
    words += [heading(found.spec), f"FLOPs under {found.convention}"]
    if state.unsaved:
        words.append("1 change" if changes == 1 else f"{changes} changes")
    words.append("against B" if state.pinned is not None else f"against {state.source}")
    return Text(text(" | ".join(words)), no_wrap=True, overflow="ellipsis")
