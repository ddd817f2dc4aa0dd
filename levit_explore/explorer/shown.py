"""What is seen: a state, how the tabs show what follows from it, and the plain command of each tab."""

from dataclasses import dataclass

from levit_explore.analysis.counts import By
from levit_explore.analysis.parts import Level
from levit_explore.explorer.command import command_line, quoted
from levit_explore.explorer.results import Results, results, results_of
from levit_explore.explorer.state import State

TABS = ("balance", "findings", "rows", "ledger", "biases", "graph")


@dataclass(frozen=True)
class Shown:
    """A state, and what was chosen in the tabs."""

    state: State
    tab: str = TABS[0]
    by: By = By.BLOCK
    level: Level = Level.STAGE
    attention: str | None = None  # whose biases are seen
    head: int = 0
    query: tuple[int, int] | None = None  # None: the middle

    @property
    def results(self) -> Results:
        """What follows from the state."""
        return results(self.state)

    @property
    def checkpoint(self) -> str | None:
        """The checkpoint whose biases are shown."""
        return None if self.state.learned is None else self.state.learned[0]

    @property
    def edited_since(self) -> bool:
        """Whether the fields are no longer those that were found in a checkpoint, whose biases are shown still."""
        return self.state.learned is not None and self.state.learned[1] != self.state.value

    @property
    def weights(self) -> str | None:
        """The checkpoint, if the network, edited or not, still has all of its tensors."""
        from levit_explore.model.state import same_tensors

        if self.state.learned is None:
            return None
        file, value = self.state.learned
        return file if same_tensors(results_of(value, self.state.name).plan, self.results.plan) else None


def tab_line(tab: str, shown: Shown) -> str:
    """The command that prints what a tab shows; no command prints findings, and a live page shows them."""
    state = shown.state
    match tab:
        case "balance":
            return command_line(state, "balance")
        case "findings":
            return command_line(state, "serve")
        case "rows":
            return command_line(state, "flops", f"--by {shown.by}")
        case "ledger":
            return command_line(state, "reconcile")
        case "biases":
            return _biases(shown)
        case "graph":
            return command_line(state, "graph", f"--level {shown.level}")
        case _:
            raise ValueError(f"{tab} is no tab")


def _biases(shown: Shown) -> str:
    options = [] if shown.attention is None else [f"--block {shown.attention}", f"--head {shown.head}"]
    if shown.attention is not None and shown.query is not None:
        options.append("--query {},{}".format(*shown.query))
    state = shown.state
    if state.learned is None or shown.edited_since:
        return command_line(state, "biases", *options)
    return " ".join(["levit-explore biases", quoted(state.learned[0]), *options])
