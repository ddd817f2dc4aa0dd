"""The line at the top: what is explored, how it is counted, and what of it is not saved."""

from rich.text import Text

from levit_explore.explorer.results import Results
from levit_explore.explorer.state import State
from levit_explore.render.sheet import heading, text


def title(state: State, found: Results) -> Text:
    """The name and size of the network, its convention, how many fields changed, and what changes are held against."""
    changes = len(state.changed)
    words = [heading(found.spec), f"FLOPs under {found.convention}"]
    if state.unsaved:
        words.append("1 change" if changes == 1 else f"{changes} changes")
    words.append("against B" if state.pinned is not None else f"against {state.source}")
    return Text(text(" | ".join(words)), no_wrap=True, overflow="ellipsis")
