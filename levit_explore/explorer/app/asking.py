"""What is asked in a box over the screen: a text such as a path, or one of several choices."""

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from rich.text import Text
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

Answer = TypeVar("Answer")


class Box(ModalScreen[Answer]):
    """A box over the screen, which closes once, even where the key that closes it comes twice."""

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Gives back the answer; a second one is none."""
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()


class Ask(Box[str | None]):
    """Asks for a line of text; None where the user turns back."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Cancel")]

    def __init__(self, title: str, value: str = "", about: str = "") -> None:
        super().__init__()
        self._title, self._value, self._about = title, value, about

    def compose(self) -> ComposeResult:
        """The title, the line, and what may stand in it."""
        with Vertical(classes="box"):
            yield Static(Text(self._title), classes="title")
            yield Input(self._value, select_on_focus=False, compact=True)
            yield Static(Text(self._about or "Enter takes it, Escape turns back."), classes="about")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Gives back what was typed."""
        self.dismiss(event.value.strip() or None)


class Choose(Box[str | None]):
    """Asks for one of several choices, each a name and what it does; None where the user turns back."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Cancel")]

    def __init__(self, title: str, choices: Sequence[tuple[str, str]], chosen: str = "") -> None:
        super().__init__()
        self._title, self._choices, self._chosen = title, choices, chosen

    def compose(self) -> ComposeResult:
        """The title and the choices, a line each."""
        with Vertical(classes="box"):
            yield Static(Text(self._title), classes="title")
            yield OptionList(*(Option(_line(name, words), id=name) for name, words in self._choices), compact=True)

    def on_mount(self) -> None:
        """Begins at the choice that stands now."""
        names = [name for name, _ in self._choices]
        self.query_one(OptionList).highlighted = names.index(self._chosen) if self._chosen in names else 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Gives back the name of the choice."""
        self.dismiss(event.option_id)


def _line(name: str, words: str) -> Text:
    return Text.assemble((name, "bold"), f"  {words}" if words else "")
