"""The one spec that is served: read anew when its file changes, saved when a page asks. Pages keep their own states."""

import json
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory
from threading import Lock
from time import monotonic
from typing import Any

from levit_explore.analysis.conventions import lookup
from levit_explore.errors import LevitError, SpecError
from levit_explore.explorer.actions import ChooseConvention
from levit_explore.explorer.differences import Value
from levit_explore.explorer.results import results_of
from levit_explore.explorer.saving import save
from levit_explore.explorer.state import Problem, State, key, spec_of
from levit_explore.explorer.update import update
from levit_explore.plan.tree import walk
from levit_explore.render.report.data import report_data
from levit_explore.serve.address import read
from levit_explore.serve.answer import answer
from levit_explore.serve.ask import Ask
from levit_explore.serve.source import Learned, Source, reread, write

_LOOK_SECONDS = 0.2  # a source is read at most so often
_MOST_PARTS = 10_000  # of a network that is drawn while it is edited


class Session:
    """The questions about a source that pages may ask; each is about the state that the page has, and kept by it."""

    def __init__(self, source: Source) -> None:
        """Raises SpecError where the spec is too large to be drawn."""
        self._lock = Lock()
        self._source = source
        self._looked = monotonic()
        _report_of(source.state, source.learned)

    def look(self, now: bool = False) -> Source:
        """The source as it is; what it was before, with lines that say why, where it cannot be read."""
        with self._lock:
            if now or monotonic() - self._looked > _LOOK_SECONDS:
                self._source = reread(self._source)
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
            state = replace(source.state, problem=_problem(error))
        try:
            drawn, report = state, _report_of(state, source.learned)
        except SpecError:
            drawn, report = source.state, _report_of(source.state, source.learned)
        return self._answer(state, source) | {"drawn": drawn is state}, report

    def answer(self, query: str) -> dict[str, Any]:
        """The answer for an address. Raises LevitError for an address that is not sound."""
        source = self.look()
        return self._answer(_addressed(source.state, query), source)

    def yaml(self, query: str) -> bytes:
        """The file that is downloaded for an address: what saving it in another folder writes.

        Raises LevitError for an address that is not sound.
        """
        source = self.look()
        state = _addressed(source.state, query)
        with TemporaryDirectory() as folder:
            return save(state, FilePath(folder) / _download(source))

    def edit(self, ask: Ask) -> dict[str, Any]:
        """The answer after an action. Raises LevitError where what the page has is not sound itself."""
        source = self.look()
        return self._answer(_after(source.state, ask), source)

    def report(self, ask: Ask) -> dict[str, Any]:
        """The report's document. Raises LevitError where the page's state is not sound, or too large to be drawn."""
        source = self.look()
        return _report_of(_after(source.state, ask), source.learned)

    def save(self, ask: Ask) -> dict[str, Any]:
        """The answer after the spec was written, or with the reason why it was not."""
        with self._lock:
            source = self._source = reread(self._source)
            state = _after(source.state, ask)
            try:
                _check_known(ask, source)
                write(state, source)
                source = self._source = reread(source)
                state = _after(source.state, ask)
            except LevitError as error:
                state = replace(state, problem=_problem(error))
        return self._answer(state, source)

    def _answer(self, state: State, source: Source) -> dict[str, Any]:
        found = answer(state)
        savable = source.file is not None and (state.unsaved or source.mended or source.gone)
        return found | {
            "version": source.version,
            "lines": [*source.lines, *found["lines"]],
            "file": str(source.file) if source.file else None,
            "savable": savable,
            "download": _download(source),
        }


def _download(source: Source) -> str:
    """The name of the file that a browser saves a spec as."""
    return source.file.name if source.file else f"my_{FilePath(source.state.name).stem or 'spec'}.yaml"


def _check_known(ask: Ask, source: Source) -> None:
    if source.file is None or ask.version == source.version:
        return
    if source.gone:
        raise LevitError(f"{source.file}: is gone; save again to write it anew, as it was last read")
    raise LevitError(f"{source.file}: has changed meanwhile; look at what it holds now, then save again")


def _problem(error: LevitError) -> Problem:
    return Problem((), "", tuple(str(error).splitlines()))


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


def _report_of(state: State, learned: Learned | None) -> dict[str, Any]:
    return _report(key(state.value), state.name, state.convention, learned)


@lru_cache(maxsize=64)
def _report(text: str, name: str, convention: str, learned: Learned | None) -> dict[str, Any]:
    """The document of a report as a live page takes it: the styles of graphs are in the page already."""
    planned = results_of(json.loads(text), name, convention).plan
    if sum(1 for _ in islice(walk(planned), _MOST_PARTS + 1)) > _MOST_PARTS:
        raise SpecError(
            f"{planned.spec.name}: has more than {_MOST_PARTS:,} parts, too many to draw at every edit; the totals are "
            "of this spec, the report below is of one before, and `levit-explore report` draws this one once"
        )
    return report_data([planned], convention, learned.maps(planned) if learned else None)
