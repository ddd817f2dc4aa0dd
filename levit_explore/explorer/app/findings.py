"""What stands out in the network, why it matters and what would mend it; Enter applies the mend."""

import asyncio
from typing import TYPE_CHECKING

from rich.text import Text
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from levit_explore.explorer.results import Results
from levit_explore.render.sheet import text
from levit_explore.spec.document import field_name

if TYPE_CHECKING:
    from levit_explore.analysis.findings import Finding  # imported where findings are first asked for

_AT_ONCE = 4  # stages of a network whose findings take no time
_REST = 0.2  # seconds without another edit, after which those of a longer one are looked for


class FindingsPane(OptionList):
    """The findings, one below the other."""

    class Mended(Message):
        """Asks for the change that mends a finding."""

        def __init__(self, finding: "Finding") -> None:
            super().__init__()
            self.finding = finding

    def __init__(self) -> None:
        super().__init__(id="findings", compact=True)
        self._found: tuple[Finding, ...] = ()
        self._wanted: Results | None = None

    def present(self, found: Results) -> None:
        """Shows the findings of these results; those of many stages when they are there, for edits do not wait."""
        if found is self._wanted:
            return
        self._wanted = found
        self.workers.cancel_node(self)
        if len(found.spec.stages) <= _AT_ONCE:
            self._show(found.findings, "Nothing stands out.")
        else:
            self._show((), "Looking for what stands out.")
            self.run_worker(self._look(found), exclusive=True)

    async def _look(self, found: Results) -> None:
        """Shows findings that take their time, unless other results came meanwhile."""
        await asyncio.sleep(_REST)
        findings = await asyncio.to_thread(lambda: found.findings)
        if found is self._wanted:
            self._show(findings, "Nothing stands out.")

    def _show(self, findings: "tuple[Finding, ...]", otherwise: str) -> None:
        at = self.highlighted or 0
        self._found = findings
        self.clear_options()
        if findings:
            self.add_options([Option(_words(one)) for one in findings])
            self.highlighted = min(at, len(findings) - 1)
        else:
            self.add_option(Option(Text(otherwise), disabled=True))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Passes on which finding is to be mended."""
        event.stop()
        if event.option_index < len(self._found) and self._found[event.option_index].fix:
            self.post_message(self.Mended(self._found[event.option_index]))


def _words(one: "Finding") -> Text:
    """Where it is and what, why it matters, and what would mend it."""
    where = field_name(one.path) or "the network"
    key = ("Enter: ", "dim") if one.fix else ""
    return Text.assemble((f"{where}: {text(one.what)}", "bold"), f"\n{text(one.why)}\n", key, text(one.fix_words))
