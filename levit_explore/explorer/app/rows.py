"""What every part costs, row by row; `b` chooses what a row stands for."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from levit_explore.analysis.counts import By
from levit_explore.explorer.app.sheet_table import SheetTable
from levit_explore.explorer.results import Results
from levit_explore.render.results.counts import counts_table


class RowsPane(SheetTable):
    """The rows that `levit-explore flops` prints."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("b", "by", "Rows by")]

    def __init__(self) -> None:
        super().__init__("rows")
        self.by = By.BLOCK
        self._found: Results | None = None

    def present(self, found: Results) -> None:
        """Shows the rows of these results."""
        self._found = found
        self.border_subtitle = f"by {self.by}"
        self.show(counts_table(found.rows_by(self.by)))

    def action_by(self) -> None:
        """Shows rows of the next kind: op, block, stage, role, model."""
        kinds = list(By)
        self.by = kinds[(kinds.index(self.by) + 1) % len(kinds)]
        if self._found is not None:
            self.present(self._found)
