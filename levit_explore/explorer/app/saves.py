"""Where the spec is saved; nothing that is there is replaced without asking."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from levit_explore.errors import LevitError
from levit_explore.explorer.actions import Saved, Taken
from levit_explore.explorer.app.asking import Ask, Choose
from levit_explore.explorer.app.following import Followed, at_odds, theirs
from levit_explore.explorer.differences import Value
from levit_explore.explorer.saving import SavedMeanwhileError, content, lost_text, save
from levit_explore.explorer.sources import is_yaml, saved_path
from levit_explore.explorer.state import State
from levit_explore.render.sheet import text
from levit_explore.spec.load import bundled_names

if TYPE_CHECKING:
    from levit_explore.explorer.app.screen import Explorer

Then = Callable[[], object]


def ask_save(app: "Explorer", then: Then | None = None) -> None:
    """Saves the spec to its file; asks for a path where it has none, and where another program saved the file since."""
    source = app.state.source
    if source in bundled_names() or not is_yaml(source):
        _ask_path(app, saved_path(app.state), then)
        return
    _save_over(app, then, app.followed.refused if app.followed else None)


def ask_save_as(app: "Explorer") -> None:
    """Asks for a path and saves the spec there."""
    _ask_path(app, saved_path(app.state), None)


def _save_over(app: "Explorer", then: Then | None, refused: Value | None) -> None:
    """Saves the spec to its file; asks where another program saved there what was not `refused` yet."""
    source = app.state.source
    seen, fields = content(source), saved_since(app.state)
    if fields in (None, refused):
        _if_text_stays(app, source, lambda: _save(app, source, then, seen))
        return

    def chosen(name: str | None) -> None:
        if name == "take" and fields is not None:
            app.do(Taken(fields))
        elif name == "write":
            _save_over(app, then, fields)

    choices = [("take", "the file's fields; undo brings yours back"), ("write", "yours; what was saved there is lost")]
    app.push_screen(Choose(f"{text(source)} was saved by another program", choices), chosen)


def saved_since(state: State) -> Value | None:
    """The fields that another program has saved to the state's file since; None where nothing of the spec differs.

    A file that is gone, or no spec any more, is left to saving itself.
    """
    try:
        fields = theirs(state)
    except LevitError:
        return None
    return fields if at_odds(fields, state) else None


def _ask_path(app: "Explorer", value: str, then: Then | None) -> None:
    """Asks where to save until the path is one of a spec file, which can be opened again."""

    def chosen(path: str | None) -> None:
        if path is None:
            return
        if is_yaml(path):
            unless_there(app, [path], lambda: _if_text_stays(app, path, lambda: _save(app, path, then)))
            return
        app.notify(f"{path}: is no name of a spec file; end it in .yaml or .yml", severity="error", markup=False)
        _ask_path(app, path, then)

    app.push_screen(Ask("Save the spec as", value), chosen)


def unless_there(app: "Explorer", paths: Sequence[str], write: Then) -> None:
    """Writes at once where nothing is in the way, else only when the user says so."""
    there = next((path for path in paths if os.path.lexists(path)), None)
    if there is None:
        write()
        return
    choices = [("replace", "what is there is lost"), ("keep", "turn back")]

    def chosen(name: str | None) -> None:
        if name == "replace":
            write()

    app.push_screen(Choose(f"{text(there)} exists", choices, "keep"), chosen)


def _if_text_stays(app: "Explorer", path: str, write: Then) -> None:
    """Writes at once where the text can be changed in place, else only when the user says so."""
    try:
        lost = lost_text(app.state, path)
    except LevitError:  # which saving says
        lost = ""
    if not lost:
        write()
        return
    choices = [("cancel", "turn back"), ("write", f"all fields anew, without {lost}")]

    def chosen(name: str | None) -> None:
        if name == "write":
            write()

    app.push_screen(Choose(f"{text(app.state.source)} cannot be kept as it is written", choices), chosen)


def _save(app: "Explorer", path: str, then: Then | None, seen: bytes | None = None) -> None:
    """Writes the spec; asks for another path where that fails, and anew where the file is no longer what was seen."""
    try:
        written = save(app.state, Path(path), seen)
    except SavedMeanwhileError:
        ask_save(app, then)
        return
    except LevitError as error:
        app.notify(str(error), severity="error", markup=False)
        _ask_path(app, path, then)
        return
    app.do(Saved(path))
    if app.followed is not None:
        app.followed = Followed(path, written)
    app.notify(f"saved {text(path)}", markup=False)
    if then is not None:
        then()
