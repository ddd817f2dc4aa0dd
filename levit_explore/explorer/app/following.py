"""A file followed as an editor saves it."""

from dataclasses import dataclass

from levit_explore.explorer.differences import Value
from levit_explore.explorer.saving import content
from levit_explore.explorer.state import State, opened, spec_of

SECONDS = 0.5  # between two looks


@dataclass
class Followed:
    """A file, what it held when it was last looked at or written, and the fields in it that were refused."""

    path: str
    seen: bytes | None = None
    refused: Value | None = None

    def changed(self) -> bool:
        """Whether the file holds anything else than at the last look; one that is away for a moment has not changed."""
        now = content(self.path)
        if now is None or now == self.seen:
            return False
        self.seen = now
        return True


def theirs(state: State) -> Value:
    """The fields that the state's file has now, whoever saved it. Raises SpecError where it is not sound."""
    return opened(state.source).value


def at_odds(fields: Value, state: State) -> bool:
    """Whether fields of a file give another spec than what was saved here last, and than what there is."""
    return spec_of(fields, state.name) not in (spec_of(state.base, state.name), state.spec)
