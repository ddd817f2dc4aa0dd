"""What is exported, and to which file: asked one after the other, and written while the screen goes on."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from levit_explore.errors import LevitError
from levit_explore.explorer.app.asking import Ask, Choose
from levit_explore.explorer.app.saves import unless_there
from levit_explore.explorer.app.seen import seen
from levit_explore.explorer.exporting import Kind, export, kinds, usual
from levit_explore.explorer.shown import Shown
from levit_explore.render.sheet import text
from levit_explore.spec.words import listed

if TYPE_CHECKING:
    from levit_explore.explorer.app.screen import Explorer

_GROUP = "exports"  # of workers


def ask_export(app: "Explorer") -> None:
    """Asks what to export, first of all what is seen in the tabs, and then for a file."""
    shown = seen(app)
    offered = {kind.name: kind for kind in kinds(shown)}

    def chosen(name: str | None) -> None:
        if name is not None:
            _ask_file(app, offered[name], shown, offered[name].path(shown))

    choices = [(kind.name, kind.about) for kind in offered.values()]
    app.push_screen(Choose("Export what?", choices, usual(shown).name), chosen)


def _ask_file(app: "Explorer", kind: Kind, shown: Shown, value: str) -> None:
    """Asks for a file until its suffix names a format of this kind, and it could be written."""

    def chosen(path: str | None) -> None:
        if path is None:
            return
        try:
            kind.check(path)
        except LevitError as error:
            _refuse(app, error, kind, shown, path)
            return
        files = [str(file) for file in kind.files(Path(path))]
        unless_there(app, files, lambda: app.run_worker(_write(app, kind, shown, path), group=_GROUP))

    command = text(kind.command(shown, value))
    about = f"Ends in {listed([*kind.suffixes])}. Enter takes it, Escape turns back.\nPlain command: {command}"
    app.push_screen(Ask(f"Export {kind.name} to which file?", value, about), chosen)


async def _write(app: "Explorer", kind: Kind, shown: Shown, path: str) -> None:
    """Writes beside all else, one export at a time; asks for another file where that fails."""
    if sum(worker.group == _GROUP and worker.is_running for worker in app.workers) > 1:
        app.notify(f"{path}: is not written while another export is; export it again", severity="warning", markup=False)
        return
    try:
        await asyncio.to_thread(export, kind, shown, path)
        app.notify(f"wrote {', '.join(text(file) for file in kind.files(Path(path)))}", markup=False)
    except LevitError as error:
        _refuse(app, error, kind, shown, path)


def _refuse(app: "Explorer", error: LevitError, kind: Kind, shown: Shown, path: str) -> None:
    app.notify(str(error), severity="error", markup=False)
    _ask_file(app, kind, shown, path)
