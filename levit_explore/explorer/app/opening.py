"""The explorer as a program: opened over a state, with its journal, until it is left."""

import gc

from levit_explore.explorer.app.biases import Tables
from levit_explore.explorer.app.following import Followed
from levit_explore.explorer.app.screen import Explorer
from levit_explore.explorer.journal import Journal
from levit_explore.explorer.leftovers import left_over, tidy
from levit_explore.explorer.state import State


def run(state: State, tables: Tables | None, watch: bool) -> None:
    """Shows the explorer until the user leaves it."""
    left = left_over(state)
    tidy(state)
    followed = Followed(state.source) if watch else None
    gc.disable()  # until there is a first picture, which it makes sooner
    Explorer(state, tables, followed, Journal(), left).run()
