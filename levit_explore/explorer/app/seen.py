"""What is seen on the screen, as exports and plain commands take it."""

from typing import TYPE_CHECKING

from textual.widgets import TabbedContent

from levit_explore.analysis.counts import By
from levit_explore.analysis.parts import Level
from levit_explore.explorer.app.biases import BiasesPane
from levit_explore.explorer.app.graph import GraphPane
from levit_explore.explorer.app.rows import RowsPane
from levit_explore.explorer.shown import Shown

if TYPE_CHECKING:
    from levit_explore.explorer.app.screen import Explorer


def seen(app: "Explorer") -> Shown:
    """The state, and what is chosen in the tabs; of biases, which is seen, if they are."""
    tab = app.body.query_one("#tabs", TabbedContent).active.removeprefix("tab-")
    by = next((pane.by for pane in app.body.query(RowsPane)), By.BLOCK)
    level = next((pane.level for pane in app.body.query(GraphPane)), Level.STAGE)
    pane = next(iter(app.body.query(BiasesPane)), None)
    one = pane.chosen if pane is not None and tab == "biases" else None
    if pane is None or one is None:
        return Shown(app.state, tab, by, level)
    at = None if pane.query_at is None else tuple(map(min, pane.query_at, (side - 1 for side in one.query_grid)))
    query = None if at is None else (at[0], at[1])
    return Shown(app.state, tab, by, level, one.path, pane.head, query)
