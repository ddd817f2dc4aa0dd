"""Where the spec is saved and its results are exported; nothing that is there is replaced without asking."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from levit_explore.errors import LevitError
from levit_explore.explorer import exporting
from levit_explore.explorer.actions import Saved
from levit_explore.explorer.app.asking import Ask, Choose
from levit_explore.explorer.app.following import Followed, taken
from levit_explore.explorer.state import State, spec_of
from levit_explore.spec.load import bundled_names

if TYPE_CHECKING:
    from levit_explore.explorer.app.screen import Explorer

Then = Callable[[], object]


def ask_save(app: "Explorer", then: Then | None = None) -> None:
    """Saves the spec to its file; asks for a path where it has none, and where another program saved the file since."""
    source = app.state.source
    if source in bundled_names() or not _is_yaml(source):
        _ask_path(app, f"my_{Path(app.state.name).stem}.yaml", then)
        return
    theirs = saved_since(app.state)
    if theirs is None:
        _save(app, source, then)
        return

    def chosen(name: str | None) -> None:
        if name == "take":
            app.become(theirs)
        elif name == "write":
            _save(app, source, then)

    choices = [("take", "the file's fields; undo brings yours back"), ("write", "yours; what was saved there is lost")]
    app.push_screen(Choose(f"{source} was saved by another program", choices), chosen)


def saved_since(state: State) -> State | None:
    """The state with what another program has saved to its file since; None where nothing of the spec differs.

    A file that is gone, or no spec any more, is left to saving itself.
    """
    try:
        theirs = taken(state)
    except LevitError:
        return None
    return None if theirs.spec in (spec_of(state.base, state.name), state.spec) else theirs


def ask_export(app: "Explorer") -> None:
    """Asks for a file and writes what its suffix names."""

    def chosen(path: str | None) -> None:
        if path is not None:
            _unless_there(app, path, lambda: _export(app, path))

    about = "The suffix says what: .svg .png .pdf .dot .mmd a graph, .html a report, .csv .json .md .txt rows."
    app.push_screen(Ask("Export to which file?", f"{app.state.name}.svg", about), chosen)


def _ask_path(app: "Explorer", value: str, then: Then | None) -> None:
    """Asks where to save until the path is one of a spec file, which can be opened again."""

    def chosen(path: str | None) -> None:
        if path is None:
            return
        if _is_yaml(path):
            _unless_there(app, path, lambda: _save(app, path, then))
            return
        app.notify(f"{path}: is no name of a spec file; end it in .yaml or .yml", severity="error", markup=False)
        _ask_path(app, path, then)

    app.push_screen(Ask("Save the spec as", value), chosen)


def _unless_there(app: "Explorer", path: str, write: Then) -> None:
    """Writes at once where nothing is in the way, else only when the user says so."""
    if not os.path.lexists(path):
        write()
        return
    choices = [("replace", "what is there is lost"), ("keep", "turn back")]

    def chosen(name: str | None) -> None:
        if name == "replace":
            write()

    app.push_screen(Choose(f"{path} exists", choices, "keep"), chosen)


def _is_yaml(source: str) -> bool:
    return source.endswith((".yaml", ".yml"))


def _export(app: "Explorer", path: str) -> None:
    try:
        exporting.export(app.results.plan, app.state.convention, Path(path), app.learned)
        app.notify(f"wrote {path}", markup=False)
    except LevitError as error:
        app.notify(str(error), severity="error", markup=False)


def _save(app: "Explorer", path: str, then: Then | None) -> None:
    """Writes the spec; asks for another path where that fails."""
    from levit_explore.explorer.saving import save

    try:
        save(app.state, Path(path))
    except LevitError as error:
        app.notify(str(error), severity="error", markup=False)
        _ask_path(app, path, then)
        return
    app.do(Saved(path))
    if app.followed is not None:
        app.followed = Followed(path)
    app.notify(f"saved {path}", markup=False)
    if then is not None:
        then()
