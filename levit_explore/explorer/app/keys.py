"""Every key and palette entry: what it is called, what it does, and the action that it stands for."""

from dataclasses import dataclass

from textual.binding import Binding

from levit_explore.explorer.actions import (
    Action,
    AddStage,
    ChooseConvention,
    DuplicateStage,
    Flip,
    Open,
    Pin,
    Redo,
    RemoveStage,
    ResetAll,
    ResetField,
    SetField,
    StepField,
    Undo,
    Unpin,
)
from levit_explore.explorer.fields import Entry
from levit_explore.explorer.state import State


@dataclass(frozen=True)
class Key:
    """Keys, separated by commas, the name of what they do, and what the footer and the help say of it."""

    keys: str
    name: str
    title: str
    about: str
    shown: bool = False  # in the footer

    @property
    def shown_keys(self) -> str:
        """The keys as they are printed on a keyboard."""
        return self.keys.replace("question_mark", "?").replace("plus", "+").replace("minus", "-")

    @property
    def binding(self) -> Binding:
        """The keys as Textual binds them."""
        return Binding(self.keys, f"press('{self.name}')", self.title, show=self.shown)


KEYS = (
    Key("u,ctrl+z", "undo", "Undo", "take the last step back", shown=True),
    Key("r,ctrl+y", "redo", "Redo", "take it again"),
    Key("R", "reset_all", "Reset all", "take everything back to what was opened or last saved"),
    Key("a", "add", "Add stage", "add a stage behind the one under the cursor"),
    Key("d", "duplicate", "Duplicate stage", "add a stage like the one under the cursor"),
    Key("x", "remove", "Remove stage", "remove the stage under the cursor"),
    Key("p", "pin", "Pin as B", "keep the present spec as B"),
    Key("f", "flip", "Flip A/B", "exchange the present spec and B"),
    Key("P", "unpin", "Let B go", "forget B"),
    Key("c", "convention", "Convention", "choose whose FLOPs are counted"),
    Key("o", "open", "Open", "open another spec"),
    Key("s", "save", "Save", "write the spec as YAML", shown=True),
    Key("S", "save_as", "Save as", "write the spec as YAML to another file, and go on with that"),
    Key("e", "export", "Export", "write what is seen, or anything else that commands write, to a file"),
    Key("t", "next_tab", "Next tab", "show the next tab"),
    Key("z", "zoom", "Zoom", "give the tabs the whole screen, or take it back"),
    Key("question_mark", "help", "Help", "show all keys and plain commands", shown=True),
    Key("q", "quit", "Quit", "leave; asks where anything is unsaved", shown=True),
)
ON_A_FIELD = (
    Key("enter", "set", "Edit", "edit the field under the cursor; a digit begins at once"),
    Key("plus", "up", "Step up", "move the field up by a sensible step"),
    Key("minus", "down", "Step down", "move it down"),
    Key("backspace", "reset", "Reset", "take the field back to what it was"),
)


def action(name: str, state: State, field: Entry | None, stage: int) -> Action | None:
    """The action that a key stands for, for the field and the stage under the cursor; None for what is no action."""
    simple: dict[str, Action] = {
        "undo": Undo(),
        "redo": Redo(),
        "reset_all": ResetAll(),
        "add": AddStage(stage),
        "duplicate": DuplicateStage(stage),
        "remove": RemoveStage(stage),
        "pin": Pin(),
        "flip": Flip(),
        "unpin": Unpin(),
        "convention": ChooseConvention(state.convention),
        "open": Open(state.source),
    }
    if name in simple or field is None:
        return simple.get(name)
    of_field: dict[str, Action] = {
        "set": SetField(field.path, field.text),
        "up": StepField(field.path, 1),
        "down": StepField(field.path, -1),
        "reset": ResetField(field.path),
    }
    return of_field.get(name)
