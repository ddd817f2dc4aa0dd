"""Attention biases: the attentions in a list, and the map of one head for one query, all moved by the arrows.

In the list up and down choose the attention, left and right its head. In the map the arrows move the query.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, ScrollableContainer
from textual.widgets import DataTable, Static

from levit_explore.errors import LevitError
from levit_explore.explorer.app.bias_map import Room, map_text
from levit_explore.explorer.app.sheet_table import SheetTable
from levit_explore.explorer.results import Results
from levit_explore.plan.tree import Plan

if TYPE_CHECKING:
    from levit_explore.analysis.biases import BiasMap  # numpy is imported where maps are made, which is not at once

Tables = Mapping[str, Any]  # learned biases (heads, offsets) by path of the attention


class AttentionList(SheetTable):
    """The offset table, an attention a row; left and right choose the head."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "head(-1)", "Head"),
        Binding("right", "head(1)", "Head", show=False),
        Binding("enter", "to_map", "Move query"),
    ]

    def action_head(self, steps: int) -> None:
        """Chooses another head of the attention."""
        self.query_ancestor(BiasesPane).turn(steps)

    def action_to_map(self) -> None:
        """Goes to the map."""
        self.query_ancestor(BiasesPane).query_one(BiasView).focus()


class BiasView(ScrollableContainer):
    """The map of one head for one query; the arrows move the query."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "query(-1, 0)", "Query"),
        Binding("down", "query(1, 0)", "Query", show=False),
        Binding("left", "query(0, -1)", "Query", show=False),
        Binding("right", "query(0, 1)", "Query", show=False),
        Binding("escape", "to_list", "Attentions"),
    ]

    def compose(self) -> ComposeResult:
        """The map as text."""
        yield Static(id="bias-map")

    @property
    def room(self) -> Room:
        """The columns that the map has, and may have."""
        width, screen = self.scrollable_content_region.width, self.app.size.width
        frame = self.region.width - width
        return Room(width, screen - frame, frame)

    def on_resize(self) -> None:
        """Draws the map as large as there is room now."""
        self.query_ancestor(BiasesPane).redraw()

    def on_focus(self) -> None:
        """Takes the whole pane, where that is the whole screen."""
        self.query_ancestor(BiasesPane).add_class("at-map")

    def on_blur(self) -> None:
        """Gives the list its place back; not when the whole terminal loses the focus."""
        if self.app.app_focus:
            self.query_ancestor(BiasesPane).remove_class("at-map")

    def action_query(self, down: int, along: int) -> None:
        """Moves the query by rows and columns, as far as the grid goes."""
        self.query_ancestor(BiasesPane).move(down, along)

    def action_to_list(self) -> None:
        """Goes back to the list."""
        self.query_ancestor(BiasesPane).query_one(AttentionList).focus()


class BiasesPane(Horizontal):
    """The list and the map; `head` and `query` are what is shown of the attention under the list's cursor."""

    def __init__(self, tables: Tables | None = None) -> None:
        super().__init__(id="biases")
        self.tables = tables
        self.maps: Sequence[BiasMap] = ()
        self.head = 0
        self.query_at: tuple[int, int] | None = None  # None: the middle

    def compose(self) -> ComposeResult:
        """The list at the left, the map at the right."""
        yield AttentionList("attentions")
        yield BiasView(id="bias-view")

    def present(self, found: Results) -> None:
        """Shows the biases of these results; learned ones where the checkpoint's fit."""
        from levit_explore.render.results.biases import biases_sheet

        self.maps = learned_maps(found.plan, self.tables or {})
        unlearned = [replace(one, table=None) for one in self.maps]
        self.query_one(AttentionList).show(biases_sheet(found.spec, unlearned).tables[0])
        self.redraw()

    @property
    def chosen(self) -> "BiasMap | None":
        """The attention under the list's cursor; the last one on the row of totals."""
        row = self.query_one(AttentionList).cursor_row
        return self.maps[min(row, len(self.maps) - 1)] if self.maps else None

    def turn(self, steps: int) -> None:
        """Shows another head, round and round."""
        if self.chosen is not None:
            self.head = (self.head + steps) % self.chosen.heads
            self.redraw()

    def move(self, down: int, along: int) -> None:
        """Moves the query, as far as the grid goes."""
        if self.chosen is not None:
            place = zip(self._query(self.chosen), (down, along), self.chosen.query_grid, strict=True)
            y, x = (min(max(at + step, 0), side - 1) for at, step, side in place)
            self.query_at = (y, x)
            self.redraw()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Shows the map of another attention."""
        event.stop()
        self.redraw()

    def redraw(self) -> None:
        """Draws the map of what is chosen."""
        view, shown = self.query_one(BiasView), self.query_one("#bias-map", Static)
        one = self.chosen
        if one is None:
            shown.update("No attention has biases.")
            return
        self.head = min(self.head, one.heads - 1)
        if view.room.width > 0:  # before the view is laid out there is nothing to draw for
            shown.update(map_text(one, self.head, self._query(one), view.room, self.app.no_color))

    def _query(self, one: "BiasMap") -> tuple[int, int]:
        """The query that is asked for, or the nearest that the attention has."""
        from levit_explore.render.heatmap import middle

        y, x = self.query_at or middle(one)
        height, width = one.query_grid
        return min(y, height - 1), min(x, width - 1)


def learned_maps(plan: Plan, tables: Tables) -> "Sequence[BiasMap]":
    """The maps of a plan, with the learned biases of those attentions whose shape is still the checkpoint's."""
    from levit_explore.analysis.biases import bias_maps

    try:
        shapes = {one.path: (one.heads, one.keys) for one in bias_maps(plan)}
    except LevitError:
        return ()  # too large for maps
    return bias_maps(plan, {path: table for path, table in tables.items() if shapes.get(path) == table.shape})
