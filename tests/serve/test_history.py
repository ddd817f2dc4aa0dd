"""Undo, Back and all that leads from one shown state to another know the same steps."""

import pytest

from tests.serve.tabs import DEPTH, HEADS, Held, expect, field, shows, type_in


@pytest.fixture
def tab(server, visit):
    """A page whose report is not asked for, which would take its time at every step."""
    found = visit(server.address)
    found.route("**/report", lambda route: None)
    return found


def arrived(tab, path, value):
    expect(tab)(field(tab, path)).to_have_value(str(value))


def step(tab, path, *values):
    for value in values:
        field(tab, path).press("ArrowUp")
        arrived(tab, path, value)


def entries(tab):
    return tab.evaluate("window.history.length")


def test_an_edit_shows_its_numbers_and_undo_redo_and_back_lead_through_them(server, visit):
    tab = visit(server.address)
    shows(tab)
    type_in(tab, DEPTH, "7")
    shows(tab, "stages.1.depth=7")
    assert tab.url == f"{server.address}?set=stages.1.depth%3D7"
    field(tab, HEADS).press("ArrowUp")
    shows(tab, "stages.1.depth=7", "stages.2.heads=9")
    tab.locator("#undo").click()
    shows(tab, "stages.1.depth=7")
    assert tab.url == f"{server.address}?set=stages.1.depth%3D7"
    tab.locator("#undo").click()
    shows(tab)
    assert tab.url == server.address
    assert tab.locator("#undo").is_disabled()
    tab.locator("#redo").click()
    shows(tab, "stages.1.depth=7")
    tab.locator("#redo").click()
    shows(tab, "stages.1.depth=7", "stages.2.heads=9")
    assert tab.locator("#redo").is_disabled()
    tab.locator("#reset").click()
    shows(tab)


def test_back_after_undo_shows_what_was_there_before_it(tab):
    step(tab, DEPTH, 5, 6)
    tab.locator("#undo").click()
    arrived(tab, DEPTH, 5)
    tab.go_back()
    arrived(tab, DEPTH, 6)
    assert tab.locator("#redo").is_disabled()
    tab.go_back()
    arrived(tab, DEPTH, 5)
    tab.go_forward()
    arrived(tab, DEPTH, 6)
    tab.locator("#undo").click()
    arrived(tab, DEPTH, 5)


def test_undo_without_limit_leads_to_the_spec_before_and_redo_stays(tab):
    for _ in range(55):
        field(tab, DEPTH).press("ArrowUp")
    arrived(tab, DEPTH, 59)
    for _ in range(50):
        tab.locator("#undo").click()
    arrived(tab, DEPTH, 9)
    type_in(tab, HEADS, "9")
    arrived(tab, HEADS, 9)
    for _ in range(2):
        tab.locator("#undo").click()
    arrived(tab, DEPTH, 8)
    arrived(tab, HEADS, 8)
    tab.locator("#redo").click()
    arrived(tab, DEPTH, 9)
    tab.reload()
    tab.locator("#undo").click()
    arrived(tab, DEPTH, 8)


def test_clicks_that_come_before_their_answers_are_all_taken(tab):
    step(tab, DEPTH, 5, 6, 7, 8)
    held = Held(tab)
    for _ in range(3):
        tab.locator("#undo").click()
    held.pass_on(3)
    arrived(tab, DEPTH, 5)
    held.end()
    tab.locator("#redo").click()
    arrived(tab, DEPTH, 6)


def test_a_value_that_is_typed_is_a_step_before_undo_takes_it_back(tab):
    assert tab.locator("#undo").is_disabled()
    field(tab, DEPTH).fill("9")
    tab.locator("#undo").click()
    expect(tab)("#redo").to_be_enabled()
    arrived(tab, DEPTH, 4)
    tab.locator("#redo").click()
    arrived(tab, DEPTH, 9)
    assert tab.locator("#redo").is_disabled()


def test_back_to_what_an_edit_has_dropped_is_a_step_of_its_own(tab):
    step(tab, DEPTH, 5, 6)
    tab.locator("#undo").click()
    arrived(tab, DEPTH, 5)
    step(tab, HEADS, 9)
    for heads, depth in ((8, 5), (8, 6)):
        tab.go_back()
        arrived(tab, HEADS, heads)
        arrived(tab, DEPTH, depth)
    tab.locator("#undo").click()
    arrived(tab, DEPTH, 5)


def test_back_thrice_before_any_answer_leads_there_and_forward_again(tab):
    step(tab, DEPTH, 5, 6, 7)
    before, held = entries(tab), Held(tab)
    for _ in range(3):
        tab.go_back()
    held.end()
    arrived(tab, DEPTH, 4)
    for depth in (5, 6, 7):
        tab.go_forward()
        arrived(tab, DEPTH, depth)
    assert entries(tab) == before


def test_an_edit_whose_answer_comes_after_back_drops_nothing(tab):
    step(tab, DEPTH, 5, 6)
    held = Held(tab)
    field(tab, HEADS).press("ArrowUp")
    tab.go_back()
    held.end()
    arrived(tab, HEADS, 8)
    arrived(tab, DEPTH, 5)
    tab.go_forward()
    arrived(tab, DEPTH, 6)


def test_b_stays_over_a_step_and_is_exchanged_again_by_one_that_exchanged_it(tab):
    tab.locator("#pin").click()
    expect(tab)("#flip").to_be_visible()
    step(tab, DEPTH, 5)
    tab.locator("#flip").click()
    arrived(tab, DEPTH, 4)
    tab.locator("#undo").click()
    arrived(tab, DEPTH, 5)
    tab.locator("#flip").click()
    arrived(tab, DEPTH, 4)


def test_an_address_that_is_not_sound_stays_and_back_to_it_shows_what_it_showed(server, visit):
    wrong = f"{server.address}?set=stages.1.depth%3Dx"
    tab = visit(wrong)
    tab.route("**/report", lambda route: None)
    step(tab, DEPTH, 5, 6)
    for depth in (5, 4):
        tab.go_back()
        arrived(tab, DEPTH, depth)
    assert tab.url == wrong
    assert tab.locator("#undo").is_disabled()
    tab.go_forward()
    arrived(tab, DEPTH, 5)
    tab.go_back()
    arrived(tab, DEPTH, 4)
    tab.locator("#pin").click()
    tab.wait_for_url("**/?b=1")


def test_a_browser_that_takes_no_more_addresses_gets_the_last_one_later(tab):
    tab.evaluate(
        """() => {
            const kept = [history.pushState, history.replaceState];
            history.pushState = history.replaceState = () => { throw new DOMException("too many", "SecurityError"); };
            window.relent = () => { [history.pushState, history.replaceState] = kept; };
        }"""
    )
    before = tab.url
    step(tab, DEPTH, 5, 6)
    expect(tab)("#notice").to_be_hidden()
    expect(tab)("#status").to_contain_text("FLOPs")
    assert tab.url == before
    tab.evaluate("window.relent()")
    tab.wait_for_url("**/?set=stages.1.depth%3D6")
    tab.locator("#undo").click()
    arrived(tab, DEPTH, 5)
