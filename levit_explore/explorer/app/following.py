"""A file followed as an editor saves it."""

import os
from dataclasses import dataclass, replace

from levit_explore.explorer.state import State, opened

SECONDS = 0.5  # between two looks


@dataclass
class Followed:
    """A file, and what it was when it was last looked at."""

    path: str
    seen: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        self.seen = _stamp(self.path)

    def changed(self) -> bool:
        """Whether the file is another than at the last look; one that is away for a moment is not."""
        now = _stamp(self.path)
        if now is None or now == self.seen:
            return False
        self.seen = now
        return True


def taken(state: State) -> State:
    """The state with the fields that its file has now, one step further, so that undo brings back what there was.

    Raises SpecError where the file is not sound.
    """
    value = opened(state.source).value
    if value == state.value:
        return replace(state, base=value, problem=None)
    return replace(state, value=value, base=value, past=(*state.past, state.value), future=(), problem=None)


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size
