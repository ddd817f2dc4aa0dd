"""The one spec that is served: read anew when its file changes, saved when a page asks. Pages keep their own states."""

import hashlib
import json
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path as FilePath
from threading import Lock
from time import monotonic
from typing import Any

from levit_explore.analysis.conventions import lookup
from levit_explore.errors import LevitError, SpecError
from levit_explore.explorer.actions import ChooseConvention
from levit_explore.explorer.differences import Value
from levit_explore.explorer.results import results_of
from levit_explore.explorer.saving import adopted, save, saved_text
from levit_explore.explorer.state import Problem, State, key, opened, spec_of
from levit_explore.explorer.update import update
from levit_explore.plan.tree import walk
from levit_explore.render.report.data import report_data
from levit_explore.serve.address import read
from levit_explore.serve.answer import answer
from levit_explore.serve.ask import Ask
from levit_explore.spec.load import bundled_names
from levit_explore.spec.reader import read_yaml

_LOOK_SECONDS = 0.2  # a source is read at most so often
_MOST_STEPS = 10_000  # parts of a network that is drawn while it is edited


@dataclass(frozen=True)
class Source:
    """A source as it was last read: its state, a version that changes with it, and why it cannot be read now."""

    state: State
    version: str
    lines: tuple[str, ...] = ()


class Session:
    """The spec of a state as opened, and its file where it has one; edits of the state are for its first address."""

    def __init__(self, state: State) -> None:
        """Raises SpecError where the spec is too large to be drawn."""
        bare = replace(state, value=state.base, past=())
        self._lock = Lock()
        self._source = _source(bare)
        self._looked = monotonic()
        _report_of(bare)
        self.file = None if state.source in ("-", *bundled_names()) else FilePath(state.source)

    def look(self, now: bool = False) -> Source:
        """The source as it is; what it was before, with lines that say why, where it cannot be read."""
        with self._lock:
            if self.file is not None and (now or monotonic() - self._looked > _LOOK_SECONDS):
                self._source = _reread(self._source)
                self._looked = monotonic()
            return self._source

    def opening(self, query: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """The answer and the report for an address; those of the source, and why, where the address is not sound.

        Of a network that is too large to be drawn, the answer, which says so, and the report of the source.
        """
        source = self.look()
        try:
            state = _addressed(source.state, query)
        except LevitError as error:
            state = replace(source.state, problem=Problem((), "", tuple(str(error).splitlines())))
        try:
            drawn, report = state, _report_of(state)
        except SpecError:
            drawn, report = source.state, _report_of(source.state)
        return self._answer(state, source) | {"drawn": drawn is state}, report

    def answer(self, query: str) -> dict[str, Any]:
        """The answer for an address. Raises SpecError for an address that is not sound."""
        source = self.look()
        return self._answer(_addressed(source.state, query), source)

    def report(self, query: str) -> dict[str, Any]:
        """The report's document for an address. Raises SpecError for an address that is not sound."""
        return _report_of(_addressed(self.look().state, query))

    def yaml(self, query: str) -> str:
        """The YAML of the spec that an address stands for. Raises SpecError for an address that is not sound."""
        state = _addressed(self.look().state, query)
        try:
            return saved_text(adopted(state, self.download), self._text())
        except (OSError, ValueError) as error:
            raise SpecError(f"{self.file}: cannot be read ({error})") from None

    @property
    def download(self) -> str:
        """The name of the file that a browser saves a spec as."""
        return self.file.name if self.file else f"my_{self._source.state.name}.yaml"

    def edit(self, ask: Ask) -> dict[str, Any]:
        """The answer after an action. Raises SpecError where what the page has is not sound itself."""
        source = self.look()
        return self._answer(_after(source.state, ask), source)

    def save(self, ask: Ask) -> dict[str, Any]:
        """The answer after the spec was written, or with the reason why it was not."""
        source = self.look(now=True)
        state = _after(source.state, ask)
        try:
            self._write(state, stale=ask.version != source.version)
        except LevitError as error:
            return self._answer(replace(state, problem=Problem((), "", tuple(str(error).splitlines()))), source)
        source = self.look(now=True)
        return self._answer(_after(source.state, ask), source)

    def _write(self, state: State, stale: bool) -> None:
        if self.file is None:
            raise LevitError(f"{state.source}: is no file that could be saved; download the YAML instead")
        if stale:
            raise LevitError(f"{self.file}: has changed meanwhile; look at what it holds now, then save again")
        with self._lock:
            save(state, self.file)

    def _answer(self, state: State, source: Source) -> dict[str, Any]:
        return answer(state) | {
            "version": source.version,
            "lines": list(source.lines),
            "file": str(self.file) if self.file else None,
            "download": self.download,
        }

    def _text(self) -> str | None:
        """The text of the file, if what is read elsewhere can be a change of it."""
        if self.file is None:
            return None
        text = self.file.read_bytes().decode("utf-8-sig")
        own = read_yaml(text.encode(), str(self.file)).value
        return None if own.get("extends", "") not in ("", *bundled_names()) else text


def _source(state: State, lines: tuple[str, ...] = ()) -> Source:
    """A source with its version, which names its fields and whatever keeps it from being read."""
    named = "\n".join([key(state.base), *lines])
    return Source(state, hashlib.sha256(named.encode(errors="surrogatepass")).hexdigest()[:16], lines)


def _reread(before: Source) -> Source:
    try:
        return _source(opened(before.state.source))
    except SpecError as error:
        return _source(before.state, error.problems)


def _addressed(state: State, query: str) -> State:
    value, pinned, convention = read(state.base, query)
    return update(_with(state, value, pinned), ChooseConvention(lookup(convention).name))


def _after(state: State, ask: Ask) -> State:
    chosen = replace(_with(state, ask.value, ask.pinned), convention=lookup(ask.convention).name)
    return chosen if ask.action is None else update(chosen, ask.action)


def _with(state: State, value: Value, pinned: Value | None) -> State:
    """A state with the fields of a page. Raises SpecError where they are not sound."""
    for fields in (value, *([] if pinned is None else [pinned])):
        spec_of(fields, state.name)
    return replace(state, value=value, pinned=pinned)


def _report_of(state: State) -> dict[str, Any]:
    return _report(key(state.value), state.name, state.convention)


@lru_cache(maxsize=64)
def _report(text: str, name: str, convention: str) -> dict[str, Any]:
    """The document of a report as a live page takes it: the styles of graphs are in the page already."""
    planned = results_of(json.loads(text), name, convention).plan
    ops = sum(1 for _ in islice(walk(planned), _MOST_STEPS + 1))
    if ops > _MOST_STEPS:
        raise SpecError(f"{planned.spec.name}: has too many parts to be drawn at every edit; `report` draws it once")
    return report_data([planned], convention)
