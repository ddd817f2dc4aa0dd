"""The results of the commands as sheets, one kind a file."""

from levit_explore.render.results.balance import balance_sheet
from levit_explore.render.results.bundled import list_sheet
from levit_explore.render.results.counts import flops_sheet, published_notes
from levit_explore.render.results.diff import diff_sheet
from levit_explore.render.results.inspect import inspect_sheet
from levit_explore.render.results.ledger import ledger_sheet
from levit_explore.render.results.verify import verify_sheet

__all__ = [
    "balance_sheet",
    "diff_sheet",
    "flops_sheet",
    "inspect_sheet",
    "ledger_sheet",
    "list_sheet",
    "published_notes",
    "verify_sheet",
]
