"""The explorer's screen: it keeps the state, shows what follows from it, and turns keys into actions."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.events import Key
from textual.screen import Screen
from textual.widgets import Static

from levit_explore.explorer.actions import Action, Apply, Open
from levit_explore.explorer.app import asks, typed
from levit_explore.explorer.app.biases import Tables, learned_maps
from levit_explore.explorer.app.body import WIDE, Body
from levit_explore.explorer.app.editor import Editor, Refusal
from levit_explore.explorer.app.findings import FindingsPane
from levit_explore.explorer.app.following import SECONDS, Followed
from levit_explore.explorer.app.garbage import collect_what_comes
from levit_explore.explorer.app.key_line import KeyLine
from levit_explore.explorer.app.keys import KEYS, action
from levit_explore.explorer.app.title import title
from levit_explore.explorer.results import Results, results
from levit_explore.explorer.state import State
from levit_explore.explorer.update import update

if TYPE_CHECKING:
    from levit_explore.analysis.biases import BiasMap
    from levit_explore.explorer.journal import Journal


class Explorer(App[None]):
    """The full-screen explorer over a state; `tables` are learned biases, `followed` a file that an editor saves.

    `left` is the history of a process that is gone, which is offered first.
    """

    TITLE = "levit-explore"
    CSS_PATH = Path(__file__).with_name("explore.tcss")
    HORIZONTAL_BREAKPOINTS = [(WIDE, "-wide")]  # noqa: RUF012  as App declares it
    AUTO_FOCUS = "#stages, ModalScreen *"
    BINDINGS: ClassVar[list[BindingType]] = [key.binding for key in KEYS]

    def __init__(
        self,
        state: State,
        tables: Tables | None = None,
        followed: Followed | None = None,
        journal: "Journal | None" = None,
        left: State | None = None,
    ) -> None:
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)  # as they are, to be left out whole
        self.state = state
        self.followed, self.journal = followed, journal
        self._tables, self._left = tables, left

    def compose(self) -> ComposeResult:
        """The title, the body, the keys, and what opens over them."""
        yield Static(id="title")
        yield Body(self._tables)
        yield KeyLine()
        yield Editor()
        yield Refusal()

    def on_mount(self) -> None:
        """Shows the state, and offers what a process that is gone has left."""
        self.redraw()
        self._record()
        self.call_after_refresh(collect_what_comes)
        if self._left is not None:
            asks.offer(self, self._left)
        if self.followed is not None:
            self.set_interval(SECONDS, lambda: asks.look(self))

    @property
    def body(self) -> Body:
        """The parts that show the state, dialogs over them or not."""
        return self.screen_stack[0].query_one(Body)

    @property
    def results(self) -> Results:
        """What follows from the state."""
        return results(self.state)

    @property
    def learned(self) -> "Sequence[BiasMap] | None":
        """The maps of what a checkpoint has learned, as far as they still fit; None without a checkpoint."""
        return learned_maps(self.results.plan, self._tables) if self._tables else None

    def do(self, done: Action) -> None:
        """Carries out an action and shows what follows; what is refused is said beside its field."""
        state = update(self.state, done)
        if isinstance(done, Open) and state.problem is None:
            self._tables = None  # they were learned by what was open before
            self.body.unlearn()
        self.become(state)

    def become(self, state: State) -> None:
        """Shows another state, and writes it to the journal."""
        self.state = state
        self._record()
        self.redraw()
        self._say()

    def _record(self) -> None:
        """Writes the state to the journal, and says so once where that cannot be done."""
        if self.journal is None or self.state.problem is not None:
            return
        told = self.journal.problem
        self.journal.record(self.state)
        if self.journal.problem not in (None, told):
            self.notify(f"{self.journal.problem}", severity="warning", markup=False)

    def redraw(self) -> None:
        """Shows the state in every part of the screen that is seen."""
        self._show_title()
        self.body.show(self.state, self.results)

    def _show_title(self) -> None:
        self.screen_stack[0].query_one("#title", Static).update(title(self.state, self.results, self.size))

    def _say(self) -> None:
        """Says what was refused: beside its field, or where it has none at the edge of the screen."""
        problem, table = self.state.problem, self.body.table
        editor, refusal = typed.over(self)
        refusal.display = False
        if problem is None:
            return
        if editor.display and problem.path == editor.path:
            refusal.say(problem.brief, editor.place)
        elif problem.path and problem.path == table.path:
            refusal.say(problem.brief, table.place)
        else:
            self.notify("\n".join(problem.lines), severity="warning", markup=False)

    def action_press(self, name: str) -> None:
        """What a key does: an action, something that is asked first, or a change of the screen alone."""
        if not typed.settled(self):
            return
        if name in asks.ASKED:
            asks.ASKED[name](self)
        elif name == "next_tab":
            self.body.next_tab()
        elif name == "zoom":
            self.body.zoom()
        elif name == "set":
            self.action_begin(self.body.table.entry.text if self.body.table.entry else "")
        else:
            done = action(name, self.state, self.body.table.entry, self.body.stage)
            if done is not None:
                self.do(done)

    async def action_quit(self) -> None:
        """Leaves, after asking where anything is unsaved; not while anything else is asked."""
        if len(self.screen_stack) == 1 and typed.settled(self):
            asks.leave(self)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every key in the command palette."""
        for key in KEYS:
            yield SystemCommand(key.title, key.about, lambda name=key.name: self.action_press(name))
        yield SystemCommand("Theme", "light, dark and others", self.action_change_theme)

    def on_findings_pane_mended(self, message: FindingsPane.Mended) -> None:
        """Applies the mend of a finding as one step."""
        self.do(Apply(message.finding.fix))

    def action_begin(self, text: str) -> None:
        """Opens the line over the field under the cursor, with a text in it."""
        if typed.settled(self):
            typed.begin(self, text)

    def on_key(self, event: Key) -> None:
        """Puts what is typed into the line that is open."""
        editor, _ = typed.over(self)
        if self.focused is editor and event.is_printable and event.character:
            event.prevent_default()
            editor.insert_text_at_cursor(event.character)

    def action_take(self) -> None:
        """Takes what was typed; the line stays open where it is refused."""
        typed.take(self)

    def action_turn_back(self) -> None:
        """Closes the line and leaves the field as it is."""
        typed.turn_back(self)

    def action_leave_line(self) -> None:
        """Takes what was typed, for the focus has gone elsewhere."""
        typed.settled(self)

    def on_resize(self) -> None:
        """Closes the line that is open, and says where the window is too small."""
        typed.resized(self)
        self._show_title()
