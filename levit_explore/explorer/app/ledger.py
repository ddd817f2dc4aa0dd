"""Why FLOP counters differ: every convention's total as that of the chosen one plus and minus named work."""

from levit_explore.analysis.ledger import reconcile
from levit_explore.explorer.app.sheet_table import SheetTable
from levit_explore.explorer.results import Results
from levit_explore.render.results.ledger import ledger_tables


class LedgerPane(SheetTable):
    """The ledger that `levit-explore reconcile` prints, against the convention that is chosen."""

    def __init__(self) -> None:
        super().__init__("ledger")

    def present(self, found: Results) -> None:
        """Shows the ledger of these results."""
        self.show(ledger_tables(reconcile(found.plan, found.convention))[0])
