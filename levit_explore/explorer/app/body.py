"""All that is between the title and the footer: the tree, the tables, the totals and the tabs."""

from typing import TypeAlias

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.events import DescendantFocus
from textual.widgets import TabbedContent, TabPane, Tabs, Tree

from levit_explore.explorer.app.balance import BalancePane
from levit_explore.explorer.app.biases import BiasesPane, Tables
from levit_explore.explorer.app.findings import FindingsPane
from levit_explore.explorer.app.graph import GraphPane
from levit_explore.explorer.app.ledger import LedgerPane
from levit_explore.explorer.app.rows import RowsPane
from levit_explore.explorer.app.spec_table import FieldTable, NetworkTable, StagesTable
from levit_explore.explorer.app.totals import Totals
from levit_explore.explorer.app.tree import PartTree
from levit_explore.explorer.fields import table
from levit_explore.explorer.results import Results
from levit_explore.explorer.state import State

Pane: TypeAlias = BalancePane | FindingsPane | RowsPane | LedgerPane | BiasesPane | GraphPane

WIDE = 140  # columns from which the balance stands beside the tabs


class Body(Container):
    """The parts of the screen that show a state; of the tabs only the one that is seen."""

    def __init__(self, tables: Tables | None) -> None:
        super().__init__(id="body")
        self._biases = BiasesPane(tables)
        self._panes: dict[str, Pane] = {
            "balance": BalancePane(),
            "findings": FindingsPane(),
            "rows": RowsPane(),
            "ledger": LedgerPane(),
            "biases": self._biases,
            "graph": GraphPane(),
        }  # by tab, each mounted when it is first seen
        self._found: Results | None = None
        self._table_id = "stages"  # of the table that last had the focus

    def compose(self) -> ComposeResult:
        """The parts, in the order in which Tab goes through them."""
        yield PartTree()
        yield StagesTable("stages")
        yield NetworkTable("network")
        with Vertical(id="sums"):
            yield Totals()
            yield BalancePane()
        with TabbedContent(id="tabs"):
            for name in self._panes:
                yield TabPane(name.capitalize(), name=name, id=f"tab-{name}")

    def show(self, state: State, found: Results) -> None:
        """Shows a state and what follows from it."""
        self._found = found
        fields = table(found.spec, state)
        self.query_one(PartTree).present(found)
        self.query_one(StagesTable).show(state, fields)
        self.query_one(NetworkTable).show(state, fields)
        self.query_one(Totals).present(state, found)
        self.query_one("#sums BalancePane", BalancePane).present(found)
        self.show_tab()

    def on_resize(self) -> None:
        """Leaves the balance to the tabs only where it does not stand beside them; opens the tree where it fits."""
        tabs, wide = self.query_one("#tabs", TabbedContent), self.app.size.width >= WIDE
        if not wide:
            tabs.show_tab("tab-balance")
            return
        tabs.hide_tab("tab-balance")
        self.query_one(PartTree).open_blocks()

    @on(TabbedContent.TabActivated)
    async def open_tab(self, event: TabbedContent.TabActivated) -> None:
        """Mounts what is in the tab that is seen, if that is not done, and shows the results in it."""
        pane = self._panes[event.pane.name or ""]
        if not pane.is_attached:
            await event.pane.mount(pane)
        self.show_tab()

    def show_tab(self) -> None:
        """Shows the results in the tab that is seen."""
        active = self.query_one("#tabs", TabbedContent).active_pane
        if active is not None and self._found is not None and active.children:
            self._panes[active.name or ""].present(self._found)

    @property
    def table(self) -> FieldTable:
        """The table that last had the focus."""
        return self.query_one(f"#{self._table_id}", FieldTable)

    @property
    def stage(self) -> int:
        """The stage under the cursor of the stages' table."""
        return self.query_one(StagesTable).stage

    def unlearn(self) -> None:
        """Forgets the learned biases."""
        self._biases.tables = None

    def next_tab(self) -> None:
        """Shows the next tab, and after the last the first."""
        self.query_one("#tabs Tabs", Tabs).action_next_tab()

    def zoom(self) -> None:
        """Gives the tabs the whole screen, or takes it back."""
        zoomed = not self.screen.has_class("zoomed")
        self.screen.set_class(zoomed, "zoomed")
        pane = self.query_one("#tabs", TabbedContent).active_pane
        if not zoomed:
            self.table.focus()
        elif pane is not None:
            parts = [one for one in pane.query("*") if one.focusable]
            if self.screen.focused not in parts:
                self.screen.set_focus(next(iter(parts), None))
        self.call_after_refresh(self.show_tab)

    @on(DescendantFocus)
    def _remember(self, event: DescendantFocus) -> None:
        if isinstance(event.widget, FieldTable):
            self._table_id = event.widget.id or self._table_id

    @on(Tree.NodeHighlighted)
    def _follow_tree(self, event: Tree.NodeHighlighted[str]) -> None:
        """Moves the tables' cursor to the part under the tree's."""
        keys = (event.node.data or "").split(".")
        if event.control.has_focus and keys[0] == "stages":
            part = ("stages", int(keys[1]))
            self.query_one(StagesTable).go((*part, "downsample") if "downsample" in keys else part)
