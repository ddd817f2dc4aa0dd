"""Whatever is done in whatever order, a page shows what `update` leads to."""

from random import Random

import pytest

from levit_explore.explorer.actions import Flip, Pin, Redo, SetField, Undo, Unpin
from levit_explore.explorer.state import opened
from levit_explore.explorer.update import update
from levit_explore.serve.address import query
from tests.serve.tabs import DEPTH, expect, type_in

ACTIONS = {"undo": Undo(), "redo": Redo(), "pin": Pin(), "flip": Flip(), "unpin": Unpin()}
FOUND = ["7", "pin", "undo", "flip", "undo", "redo", "undo", "undo"]  # B came back as what it was before the flip


def chosen(seed):
    """Deeds at random; a number is a depth that is typed."""
    random = Random(seed)
    return random.choices([*ACTIONS, "undo", "flip", "5", "6", "7"], k=40)


def possible(state, deed):
    return {
        "undo": bool(state.past),
        "redo": bool(state.future),
        "flip": state.pinned is not None,
        "unpin": state.pinned is not None,
    }.get(deed, True)


@pytest.mark.parametrize("deeds", [FOUND, chosen(1), chosen(2)], ids=["found", "first", "second"])
def test_a_page_shows_what_update_leads_to(server, visit, deeds):
    tab, state = visit(server.address), opened("levit256")
    tab.route("**/report", lambda route: None)
    for deed in deeds:
        if not possible(state, deed):
            continue
        state = update(state, ACTIONS.get(deed) or SetField(("stages", 1, "depth"), deed))
        if deed in ACTIONS:
            tab.locator(f"#{deed}").click()
        else:
            type_in(tab, DEPTH, deed)
        words = query(state.base, state.value, state.pinned, state.convention)
        tab.wait_for_url(server.address + (words and f"?{words}"))
        expect(tab)("#undo").to_be_enabled(enabled=bool(state.past))
        expect(tab)("#redo").to_be_enabled(enabled=bool(state.future))
