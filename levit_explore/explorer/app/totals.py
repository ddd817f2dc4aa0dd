"""The totals of the network, and how they changed against the base."""

from rich.text import Text
from textual.widgets import Static

from levit_explore.explorer.results import Quantity, Results, results_of
from levit_explore.explorer.state import State
from levit_explore.render.sheet import count, ratio, si, signed, signed_percent


class Totals(Static):
    """FLOPs, params, activation memory and the balance, a line each."""

    def present(self, state: State, found: Results) -> None:
        """Shows the totals of a state."""
        self.update(lines(held_against(state), found))


def held_against(state: State) -> Results:
    """What changes are held against: what follows from B where one is pinned, else from the base."""
    value = state.base if state.pinned is None else state.pinned
    return results_of(value, state.name, state.convention)


def lines(before: Results, found: Results) -> Text:
    """Every total with its change: less in green, more in red, and nothing where it is the same."""
    rows = (
        ("FLOPs", Quantity(before.flops, found.flops)),
        ("params", Quantity(before.params, found.params)),
        ("act. bytes", Quantity(before.activation_memory, found.activation_memory)),
    )
    drawn = Text(no_wrap=True, overflow="ellipsis")
    for name, one in rows:
        drawn.append(f"{name:<11}").append(f"{_fitted(int(one.after or 0)):>14}", "bold")
        if one.gained:
            style = "red" if one.gained > 0 else "green"
            drawn.append(f" {signed(int(one.gained)):>14} {signed_percent(one.relative):>7}", style)
        drawn.append("\n")
    old, new = ratio(before.ratio), ratio(found.ratio)
    drawn.append(f"{'att:MLP':<11}").append(f"{new:>14}", "bold")
    return drawn.append(f" {f'from {old}':>14}" if old != new else "", "dim")


def _fitted(total: int) -> str:
    """An exact count, or where that is too long one with a prefix."""
    return count(total) if total < 10**10 else si(total)
