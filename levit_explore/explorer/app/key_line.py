"""The keys at the bottom, on one line: it is drawn with everything else, and a click on a key presses it."""

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding
from textual.content import Content
from textual.events import Leave, MouseDown, MouseMove
from textual.reactive import reactive
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget


@dataclass(frozen=True)
class _Shown:
    """A key as it is pressed and as it is printed, and what it does."""

    key: str
    sign: str
    words: str


class KeyLine(Widget):
    """The keys of the part that has the focus and of the explorer, and at the right that of the command palette."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys--sign", "keys--under-mouse", "keys--edge"}

    under_mouse: reactive[str] = reactive("")  # the key, or ""

    def __init__(self) -> None:
        super().__init__(id="key-line")
        self._shown: tuple[_Shown, ...] = ()
        self._palette = _Shown("", "", "palette")

    def on_mount(self) -> None:
        """Follows the focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)
        self._follow(self.screen)

    def _follow(self, screen: Screen[object]) -> None:
        if not self.app.app_focus or screen is not self.screen:
            return
        active = screen.active_bindings
        by_action: dict[str, Binding] = {}
        for one in active.values():
            if one.binding.show:
                by_action.setdefault(one.binding.action, one.binding)
        self._shown = tuple(self._of(binding, binding.description) for binding in by_action.values())
        self._palette = self._of(active[self.app.COMMAND_PALETTE_BINDING].binding, "palette")
        self.refresh()

    def _of(self, binding: Binding, words: str) -> _Shown:
        return _Shown(binding.key, self.app.get_key_display(binding), words)

    def render(self) -> Content:
        """The keys from the left, and the palette's at the right; what has no room is cut."""
        edge = ("▏", self.get_visual_style("keys--edge", partial=True))
        right = Content.assemble(edge, self._drawn(self._palette), " ")
        left = Content(" ").join(self._drawn(one) for one in self._shown)
        room = max(self.size.width - right.cell_length, 0)
        return Content.assemble(left.truncate(room, ellipsis=True, pad=True), right)

    def _drawn(self, one: _Shown) -> Content:
        sign = self.get_visual_style("keys--sign", partial=True)
        drawn = Content.assemble((one.sign, sign), f" {one.words}").stylize(Style.from_meta({"key": one.key}))
        if one.key != self.under_mouse:
            return drawn
        return drawn.stylize(self.get_visual_style("keys--under-mouse", partial=True))

    def on_mouse_down(self, event: MouseDown) -> None:
        """Presses the key under the mouse."""
        if key := event.style.meta.get("key"):
            self.app.simulate_key(key)

    def on_mouse_move(self, event: MouseMove) -> None:
        """Shows which key the mouse is on."""
        self.under_mouse = event.style.meta.get("key", "")

    def on_leave(self, event: Leave) -> None:
        """Shows that it is on none."""
        self.under_mouse = ""
