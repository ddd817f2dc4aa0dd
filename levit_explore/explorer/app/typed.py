"""What is typed into the line over a field: taken with Enter, and as well when the line is left in any other way."""

from dataclasses import replace
from typing import TYPE_CHECKING

from levit_explore.explorer.actions import SetField
from levit_explore.explorer.app.editor import Editor, Refusal

if TYPE_CHECKING:
    from levit_explore.explorer.app.screen import Explorer


def over(app: "Explorer") -> tuple[Editor, Refusal]:
    """The line, and what is said beside it."""
    main = app.screen_stack[0]
    return main.query_one(Editor), main.query_one(Refusal)


def editing(app: "Explorer") -> bool:
    """Whether the line is open."""
    return any(one.display for main in app.screen_stack[:1] for one in main.query(Editor))


def begin(app: "Explorer", text: str) -> None:
    """Opens the line over the field under the cursor, with a text in it."""
    table, (editor, refusal) = app.body.table, over(app)
    if table.path is not None:
        refusal.display = False
        editor.begin(table.path, text, table.place)
        editor.before = table.entry.text if table.entry else ""


def take(app: "Explorer") -> None:
    """Takes what was typed; the line stays open, and has the focus, where it is refused."""
    editor, _ = over(app)
    app.do(SetField(editor.path, editor.value))
    if app.state.problem is None:
        _close(app)
    else:
        app.screen_stack[0].set_focus(editor)


def turn_back(app: "Explorer") -> None:
    """Closes the line and leaves the field as it is."""
    app.state = replace(app.state, problem=None)
    _close(app)
    app.redraw()


def settled(app: "Explorer") -> bool:
    """Whether no line is open any more, after what was typed into one was taken; False where it is refused."""
    if not editing(app):
        return True
    editor, _ = over(app)
    if editor.value == editor.before:
        turn_back(app)
    else:
        take(app)
    return not editing(app)


def resized(app: "Explorer") -> None:
    """Closes the line, whose place is another now; what it refuses is said at the edge of the screen."""
    if settled(app):
        return
    problem = app.state.problem
    turn_back(app)
    if problem is not None:
        app.notify("\n".join(problem.lines), severity="warning", markup=False)


def _close(app: "Explorer") -> None:
    main, (editor, refusal) = app.screen_stack[0], over(app)
    held = main.focused in (editor, None)
    editor.display = refusal.display = False
    if held:
        main.set_focus(app.body.table)
