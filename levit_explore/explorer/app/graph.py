"""The architecture as boxes from top to bottom; `l` chooses what a box stands for."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer
from textual.widgets import Static

from levit_explore.analysis.graph import graph
from levit_explore.analysis.parts import Level
from levit_explore.explorer.results import Results


class GraphPane(ScrollableContainer):
    """The picture that `levit-explore graph` prints."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("l", "level", "Level")]

    def __init__(self) -> None:
        super().__init__(id="graph")
        self.level = Level.STAGE
        self._found: Results | None = None

    def compose(self) -> ComposeResult:
        """The picture, as wide as it is."""
        yield Static(id="boxes")

    def present(self, found: Results) -> None:
        """Shows the picture of these results."""
        from levit_explore.render.graphs.ascii import ascii_boxes

        self._found = found
        drawn = ascii_boxes(graph(found.plan, self.level, convention=found.convention))
        self.query_one("#boxes", Static).update(Text(drawn, no_wrap=True))

    def action_level(self) -> None:
        """Shows boxes of the next kind: stage, block, op."""
        levels = list(Level)
        self.level = levels[(levels.index(self.level) + 1) % len(levels)]
        if self._found is not None:
            self.present(self._found)
