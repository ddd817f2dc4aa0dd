"""The totals of the network, and how they changed against the base."""

from rich.text import Text
from textual.widgets import Static

from levit_explore.explorer.results import Quantity, Results, results_of
from levit_explore.explorer.state import State
from levit_explore.render.sheet import count, ratio, si, signed, signed_percent

_COUNT, _PERCENT = 14, 7  # cells


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
        drawn.append(f"{name:<11}").append(f"{_fitted(int(one.after or 0)):>{_COUNT}}", "bold")
        if one.gained:
            style = "red" if one.gained > 0 else "green"
            drawn.append(f" {_gained(int(one.gained)):>{_COUNT}} {_relative(one):>{_PERCENT}}", style)
        drawn.append("\n")
    old, new = ratio(before.ratio), ratio(found.ratio)
    drawn.append(f"{'att:MLP':<11}").append(f"{new:>{_COUNT}}", "bold")
    return drawn.append(f" {f'from {old}':>{_COUNT}}" if old != new else "", "dim")


def _fitted(total: int) -> str:
    """An exact count, or where that is too long one with a prefix."""
    return count(total) if total < 10**10 else si(total)


def _gained(difference: int) -> str:
    """An exact difference, or where that is too long one with a prefix."""
    exact = signed(difference)
    return exact if len(exact) <= _COUNT else f"{exact[0]}{si(abs(difference))}"


def _relative(one: Quantity) -> str:
    """A change in per cent, or where that is too long how many times as much there is."""
    percent = signed_percent(one.relative)
    return percent if len(percent) <= _PERCENT else f"x{si(round((one.after or 0) / (one.before or 1)))}"
