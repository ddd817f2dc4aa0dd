"""Attention against MLP as bars: of every part, and of the whole network."""

from rich.text import Text
from textual.widgets import Static

from levit_explore.analysis.balance import Balance, Part
from levit_explore.explorer.app.bars import ROLE_COLORS, bar, bar_to_left
from levit_explore.explorer.results import Results
from levit_explore.plan.tree import Role
from levit_explore.render.sheet import ratio

_BAR = 12  # cells of one of the two


class BalancePane(Static, can_focus=True):
    """A line a part: attention's bar to the left, the MLP's to the right, and their ratio."""

    def present(self, found: Results) -> None:
        """Shows the balance of these results."""
        self.update(lines(found.balance))


def lines(balance: Balance) -> Text:
    """The parts of a balance, the whole below them; a part out of bounds says so."""
    parts = (*balance.parts, balance.whole)
    longest = max((max(part.attention, part.mlp) for part in balance.parts), default=0) or 1
    drawn = Text().append(f"{'':13}{'attention':>{_BAR}} {'MLP':<{_BAR}} ratio\n", "bold")
    for part in parts:
        drawn.append_text(_line(part, longest if part is not balance.whole else _whole(part), balance))
    low, high = f"{balance.low:g}", f"{balance.high:g}"
    verdict = "balanced" if balance.balanced else "not balanced"
    return drawn.append(f"{verdict}: the whole net, of {low} to {high}", "dim")


def _whole(part: Part) -> int:
    return max(part.attention, part.mlp) or 1


def _line(part: Part, longest: int, balance: Balance) -> Text:
    within = part.within(balance.low, balance.high)
    return Text.assemble(
        f"{part.part:<13}",
        (bar_to_left(part.attention / longest, _BAR), ROLE_COLORS[Role.ATTENTION]),
        " ",
        (bar(part.mlp / longest, _BAR), ROLE_COLORS[Role.MLP]),
        (f" {ratio(part.ratio)}{'' if within else ' !'}\n", "" if within else "bold"),
    )
