"""The source that is served: as it was last read, and read anew when its file changes."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

from levit_explore.analysis.biases import BiasMap, bias_maps
from levit_explore.errors import LevitError, SpecError
from levit_explore.explorer.saving import content, save, saved_text
from levit_explore.explorer.sources import is_checkpoint
from levit_explore.explorer.state import State, key, opened, started
from levit_explore.model.state import same_tensors
from levit_explore.plan.levit import plan
from levit_explore.plan.tree import Plan
from levit_explore.spec.load import bundled_names, load_document
from levit_explore.spec.parse import parse
from levit_explore.writing import write_text


@dataclass(frozen=True, eq=False)
class Learned:
    """What a checkpoint has learned, by attention."""

    plan: Plan
    tables: Mapping[str, Any]

    def maps(self, planned: Plan) -> list[BiasMap] | None:
        """The bias maps of a plan, as long as the checkpoint has its tensors."""
        return list(bias_maps(planned, self.tables)) if same_tensors(self.plan, planned) else None


@dataclass(frozen=True)
class Source:
    """A source as it was last read, with its file where it has one that is followed and saved."""

    state: State  # as opened: the first edits are those of the first address
    file: FilePath | None = None
    seen: bytes = b""  # what the file held when it was last sound
    lines: tuple[str, ...] = ()  # why it cannot be read now
    first: tuple[tuple[str, ...], str | None] = ((), None)  # the edits and the size that it is opened with
    mended: bool = False  # whether the file is only sound with those
    learned: Learned | None = None

    @property
    def version(self) -> str:
        """What changes with the fields, and with whatever keeps them from being read."""
        named = "\n".join([key(self.state.base), *self.lines])
        return hashlib.sha256(named.encode(errors="surrogatepass")).hexdigest()[:16]

    @property
    def gone(self) -> bool:
        """Whether the file is not there any more."""
        return self.file is not None and not os.path.lexists(self.file)


def source(name: str, edits: tuple[str, ...] = (), size: str | None = None) -> tuple[Source, State]:
    """What a name on the command line stands for, and the state that is shown first.

    A pipe is read once, as standard input is, and of a checkpoint it is the spec behind it. Raises LevitError for
    what is neither, and for edits of a checkpoint.
    """
    if name in bundled_names() or name == "-":
        state = opened(name, edits, size)
        return Source(_bare(state)), state
    if os.path.exists(name) and not os.path.isfile(name) and not os.path.isdir(name):
        document, _ = load_document(name, edits, size)
        parse(document, "stdin")
        state = started("-", "stdin", document.value)
        return Source(state), state
    if _holds_tensors(name):
        if edits or size:
            raise LevitError(f"{name}: --set and --size edit specs, and this is a checkpoint")
        return _of_checkpoint(name)
    state, seen = opened(name, edits, size), content(name) or b""
    mended = bool(edits or size) and not state.past and _unsound(name)
    return Source(_bare(state), FilePath(name), seen, first=(edits, size), mended=mended), state


def reread(before: Source) -> Source:
    """The source as its file is now; of what cannot be read, as it was before, with the lines that say why."""
    if before.file is None:
        return before
    if before.gone:
        return replace(before, lines=(f"{before.file}: is gone; Save writes it anew, as it was last read",))
    if not os.path.isfile(before.file):  # which might keep a reader waiting
        return replace(before, lines=(f"{before.file}: is no file any more that could be read",))
    name, seen = str(before.file), content(before.file) or b""
    try:
        return replace(before, state=opened(name), seen=seen, lines=(), mended=False)
    except SpecError as error:
        if not before.mended:
            return replace(before, lines=error.problems)
    try:
        return replace(before, state=_bare(opened(name, *before.first)), seen=seen, lines=())
    except SpecError as error:
        return replace(before, lines=error.problems)


def write(state: State, source: Source) -> None:
    """Saves a state to the file of a source that was just read. Raises LevitError where it must not be saved over."""
    if source.file is None:
        raise LevitError(f"{state.source}: is no file that could be saved; download the YAML instead")
    if source.gone:
        write_text(source.file, saved_text(state, source.seen.decode("utf-8")))
    elif source.lines:
        raise SpecError(f"{source.file}: is not saved over until it is sound again", *source.lines)
    else:
        save(state, source.file, source.seen)


def _bare(state: State) -> State:
    return replace(state, value=state.base, past=())


def _unsound(name: str) -> bool:
    try:
        opened(name)
    except SpecError:
        return True
    return False


def _holds_tensors(name: str) -> bool:
    """Whether a name is that of a checkpoint rather than of a spec with a mistake in it."""
    if not os.path.isfile(name):
        return os.path.isdir(name)
    data = content(name) or b""
    return is_checkpoint(name) and (b"\0" in data or b'"weight_map"' in data)


def _of_checkpoint(name: str) -> tuple[Source, State]:
    from levit_explore.model.checkpoint import read_checkpoint
    from levit_explore.spec.write import fields

    found = read_checkpoint(name)
    tables = {path: table.double().numpy() for path, table in found.biases().items()}
    state = started(name, found.spec.name, fields(found.spec))
    return Source(state, learned=Learned(plan(found.spec), tables)), state
