"""What is asked before it is done: what to open, whether to leave, whose changes to take."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from levit_explore.analysis.conventions import CONVENTIONS
from levit_explore.errors import LevitError
from levit_explore.explorer.actions import ChooseConvention, Open, Taken
from levit_explore.explorer.app.asking import Ask, Choose
from levit_explore.explorer.app.following import Followed, at_odds, theirs
from levit_explore.explorer.app.saves import Then, ask_save, ask_save_as
from levit_explore.explorer.app.typed import editing
from levit_explore.explorer.differences import Value
from levit_explore.explorer.leftovers import forget
from levit_explore.explorer.state import State, spec_of
from levit_explore.render.sheet import text
from levit_explore.spec.load import bundled_names

if TYPE_CHECKING:
    from levit_explore.explorer.app.screen import Explorer


def ask_convention(app: "Explorer") -> None:
    """Asks whose FLOPs are to be counted."""
    choices = [(one.name, one.summary.removeprefix(f"{one.name} ")) for one in CONVENTIONS.values()]

    def chosen(name: str | None) -> None:
        if name is not None:
            app.do(ChooseConvention(name))

    app.push_screen(Choose("Whose FLOPs are counted?", choices, app.state.convention), chosen)


def ask_open(app: "Explorer") -> None:
    """Asks for another spec, after what is unsaved was seen to."""

    def chosen(source: str | None) -> None:
        if source is None:
            return
        app.do(Open(source))
        if app.state.problem is None:
            app.followed = app.followed and Followed(app.state.source)

    about = f"A YAML path, or {', '.join(bundled_names())}."
    if_done(app, lambda: app.push_screen(Ask("Open which spec?", "", about), chosen))


def show_help(app: "Explorer") -> None:
    """Shows every key with the plain command that does the same."""
    from levit_explore.explorer.app.help import Help
    from levit_explore.explorer.app.lines import lines
    from levit_explore.explorer.app.seen import seen

    app.push_screen(Help(lines(seen(app), app.body.table.entry, app.body.stage)))


def show_exports(app: "Explorer") -> None:
    """Asks what to export, and to which file."""
    from levit_explore.explorer.app.exports import ask_export

    ask_export(app)


def leave(app: "Explorer") -> None:
    """Leaves the explorer, after what is unsaved was seen to."""

    def gone() -> None:
        if app.journal is not None:
            app.journal.discard()
        app.exit()

    if_done(app, lambda: _if_b_done(app, gone))


def _if_b_done(app: "Explorer", then: Then) -> None:
    """Goes on; asks first where what is pinned as B would be lost."""
    if not app.state.unsaved_b:
        then()
        return

    def chosen(name: str | None) -> None:
        if name == "discard":
            then()

    choices = [("cancel", "turn back; f makes it the present spec, which s saves"), ("discard", "it is lost")]
    app.push_screen(Choose("B is not saved", choices), chosen)


def if_done(app: "Explorer", then: Then) -> None:
    """Goes on where nothing is unsaved; else asks whether to save, to drop it or to turn back."""
    if not app.state.unsaved:
        then()
        return

    def chosen(name: str | None) -> None:
        if name == "save":
            ask_save(app, then)
        elif name == "discard":
            then()

    choices = [("save", "write them first"), ("discard", "they are lost"), ("cancel", "turn back")]
    app.push_screen(Choose("There are changes that are not saved", choices), chosen)


def offer(app: "Explorer", left: State) -> None:
    """Offers the history of a process that is gone."""

    def chosen(name: str | None) -> None:
        if name == "restore":
            app.become(replace(left, learned=app.state.learned))
        if name is not None:
            forget(left)

    steps, more = len(left.past), len(left.future)
    there = f"{steps} step{'s' * (steps != 1)} in{f', {more} to redo' if more else ''}"
    choices = [("restore", f"go on where it ended, {there}"), ("discard", "remove what was left")]
    app.push_screen(Choose(_what_was_left(left), choices), chosen)


def _what_was_left(left: State) -> str:
    if left.unsaved:
        return "Changes were left here that nobody saved"
    return "A B was left here that nobody saved" if left.unsaved_b else "The steps that led to this file were left here"


def look(app: "Explorer") -> None:
    """Takes what an editor has saved; asks first where there are changes here.

    While anything else is asked or a field is edited, it waits.
    """
    followed, state = app.followed, app.state
    if followed is None or len(app.screen_stack) > 1 or editing(app) or not followed.changed():
        return
    try:
        fields = theirs(state)
    except LevitError as error:
        app.notify(str(error), severity="error", markup=False)
        return
    if not state.unsaved or spec_of(fields, state.name) == state.spec:
        if fields != state.base:
            app.do(Taken(fields))
    elif at_odds(fields, state) and fields != followed.refused:
        _ask_whose(app, followed, fields)


def _ask_whose(app: "Explorer", followed: Followed, fields: Value) -> None:
    """Asks whether to take the fields that a followed file has now."""

    def chosen(name: str | None) -> None:
        if name == "take":
            app.do(Taken(fields))
        elif name == "keep":
            followed.refused = fields

    choices = [("keep", "your changes, over the old file"), ("take", "the file's fields; undo brings yours back")]
    app.push_screen(Choose(f"{text(app.state.source)} was saved by another program", choices), chosen)


ASKED: dict[str, Callable[["Explorer"], None]] = {
    "convention": ask_convention,
    "open": ask_open,
    "save": ask_save,
    "save_as": ask_save_as,
    "export": show_exports,
    "help": show_help,
    "quit": leave,
}
