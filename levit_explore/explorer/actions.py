"""All that can be done in the explorer. `update` carries them out, `command` words them for the command line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from levit_explore.spec.rules import Path


@dataclass(frozen=True)
class SetField:
    """Give the field at `path` a value, as typed and as `--set` reads it; no text leaves it to its default."""

    path: Path
    text: str


@dataclass(frozen=True)
class StepField:
    """Move the field at `path` by so many of its sensible steps."""

    path: Path
    steps: int


@dataclass(frozen=True)
class ResetField:
    """Take the field at `path` back to what it is in the base."""

    path: Path


@dataclass(frozen=True)
class ResetAll:
    """Take everything back to the base."""


@dataclass(frozen=True)
class AddStage:
    """Add a stage behind the stage at `index`, grown from it."""

    index: int


@dataclass(frozen=True)
class RemoveStage:
    """Remove a stage; a new first stage loses its downsample."""

    index: int


@dataclass(frozen=True)
class DuplicateStage:
    """Add a stage behind the stage at `index` that is like it."""

    index: int


@dataclass(frozen=True)
class Undo:
    """Take the last step back."""


@dataclass(frozen=True)
class Redo:
    """Take again the step that was taken back."""


@dataclass(frozen=True)
class Pin:
    """Keep what there is as B."""


@dataclass(frozen=True)
class Flip:
    """Exchange what there is and B."""


@dataclass(frozen=True)
class Unpin:
    """Let B go."""


@dataclass(frozen=True)
class ChooseConvention:
    """Count FLOPs by another convention."""

    name: str


@dataclass(frozen=True)
class Open:
    """Begin afresh with another spec; B stays."""

    source: str


@dataclass(frozen=True)
class Saved:
    """Hold changes against what there is, for it has been written to `path`."""

    path: str


@dataclass(frozen=True)
class Taken:
    """Take the fields that another program has saved to the file, and hold changes against them."""

    value: Mapping[str, Any]


@dataclass(frozen=True)
class Apply:
    """Set several fields in one step; None leaves a field to its default."""

    edits: tuple[tuple[Path, Any], ...]


Edit: TypeAlias = (
    SetField | StepField | ResetField | ResetAll | AddStage | RemoveStage | DuplicateStage | Apply
)  # those that make a new value
Action: TypeAlias = Edit | Undo | Redo | Pin | Flip | Unpin | ChooseConvention | Open | Saved | Taken
