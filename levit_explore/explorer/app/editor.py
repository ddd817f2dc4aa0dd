"""A line that is opened over a field, and what the parser says of a value that it refuses, beside it."""

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Key
from textual.geometry import Region
from textual.widgets import Input, Static

from levit_explore.spec.rules import Path

_NARROWEST = 12
_WIDEST_WORDS = 56


class Editor(Input):
    """The line; shown only while a field is edited."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "app.take", "Take"),
        Binding("escape", "app.turn_back", "Cancel"),
    ]

    def __init__(self) -> None:
        super().__init__(id="editor", compact=True, select_on_focus=False)
        self.path: Path = ()
        self.before = ""  # the field's text as it was
        self.place = Region()  # on the screen, known before it is drawn

    def begin(self, path: Path, value: str, region: Region) -> None:
        """Opens over a region of the screen with a value to begin with."""
        self.path = path
        width = max(region.width, _NARROWEST, min(len(value) + 2, 40))
        x = max(min(region.x, self.screen.size.width - width), 0)
        self.place = Region(x, region.y, width, 1)
        self.styles.offset = (x, region.y)
        self.styles.width = width
        self.value = value
        self.display = True
        self.cursor_position = len(value)
        self.screen.set_focus(self)  # at once, for the next key is meant for it

    async def on_blur(self) -> None:
        """Takes what was typed when the focus goes elsewhere; not when the whole terminal loses it."""
        if self.display and self.app.app_focus:
            await self.run_action("app.leave_line")

    def on_key(self, event: Key) -> None:
        """Leaves letters to the explorer too, so that all keys are carried out in the order in which they came."""
        event.prevent_default()


class Refusal(Static):
    """What the parser says, below the field that it is about or above it."""

    def __init__(self) -> None:
        super().__init__(id="refusal")

    def say(self, lines: tuple[str, ...], region: Region) -> None:
        """Shows the lines beside a region of the screen."""
        size = self.screen.size
        width = min(max(map(len, lines)) + 2, _WIDEST_WORDS, size.width)
        words = Text("\n".join(lines))
        height = len(words.wrap(self.app.console, width - 2))
        below = region.bottom + height < size.height
        self.styles.width = width
        self.styles.offset = (max(min(region.x, size.width - width), 0), region.bottom if below else region.y - height)
        self.update(words)
        self.display = True
