"""The files that plain commands read and write: what was opened, its spec where it is a checkpoint, and B."""

import os
from pathlib import Path

from levit_explore.errors import LevitError
from levit_explore.explorer.state import State
from levit_explore.spec.load import bundled_names, load_document

_B = "b.yaml"


def is_checkpoint(source: str) -> bool:
    """Whether a source is a file, or a folder, that is no spec: then it was opened for the spec behind its weights."""
    if source in bundled_names() or is_yaml(source) or not os.path.exists(source):
        return False
    try:
        document, _ = load_document(source)
    except LevitError:
        return True
    return not isinstance(document.value, dict) or "stages" not in document.value  # an index of shards is JSON


def is_yaml(source: str) -> bool:
    """Whether a path ends as one of a spec file must that is to be opened again."""
    return source.endswith((".yaml", ".yml"))


def spec_source(state: State) -> str:
    """What commands are given as the spec that was opened; of a checkpoint, the file that `inspect` writes."""
    return f"{Path(state.source).stem}_spec.yaml" if is_checkpoint(state.source) else state.source


def saved_path(state: State) -> str:
    """Where the spec is saved to, if nobody names another path: its own file, or for a bundled one a new file."""
    source = state.source
    return source if is_yaml(source) and source not in bundled_names() else f"my_{Path(state.name).stem}.yaml"


def b_path(state: State) -> str:
    """The file that commands keep B in, which is never the one that was opened."""
    return _B if os.path.abspath(state.source) != os.path.abspath(_B) else "b_pinned.yaml"
