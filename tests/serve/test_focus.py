"""The focus stays where it was, or goes to what is nearest to it, whatever an edit takes away."""

import pytest

from tests.serve.tabs import DEPTH, Held, expect, field, shows, type_in


@pytest.mark.parametrize(
    ("label", "after"),
    [
        ("Duplicate stage 1", "Duplicate stage 1"),
        ("Add a stage after stage 2", "Add a stage after stage 2"),
        ("Remove stage 0", "Remove stage 0"),
        ("Remove stage 2", "Remove stage 1"),
    ],
)
def test_buttons_of_stages_keep_the_focus_or_give_it_to_their_neighbour(server, visit, label, after):
    tab = visit(server.address)
    count = tab.locator("#stages thead th").count()
    tab.get_by_role("button", name=label).focus()
    tab.keyboard.press("Enter")
    expect(tab)(tab.locator("#stages thead th")).not_to_have_count(count)
    expect(tab)(tab.get_by_role("button", name=after)).to_be_focused()


def test_a_choice_that_changes_the_fields_keeps_the_focus(server, visit):
    tab = visit(server.address)
    field(tab, "stem.kind").focus()
    field(tab, "stem.kind").select_option("patch")
    expect(tab)(field(tab, "stem.size")).to_be_visible()
    expect(tab)(field(tab, "stem.kind")).to_be_focused()


@pytest.mark.parametrize(
    ("first", "button", "after"),
    [([], "undo", "redo"), (["undo"], "redo", "undo"), ([], "reset", "undo"), (["pin"], "unpin", "pin")],
)
def test_a_button_that_can_do_no_more_gives_the_focus_on(server, visit, first, button, after):
    tab = visit(server.address)
    type_in(tab, DEPTH, "5")
    expect(tab)("#undo").to_be_enabled()
    for one in (*first, button):
        expect(tab)(f"#{one}").to_be_enabled()
        tab.locator(f"#{one}").focus()
        tab.keyboard.press("Enter")
    expect(tab)(f"#{after}").to_be_focused()


def test_a_finding_that_is_mended_gives_the_focus_on(server, visit):
    tab = visit(f"{server.address}?set=stages.1.downsample.heads%3D6")
    while tab.locator("#findings button").count():
        count = tab.locator("#findings li").count()
        tab.locator("#findings button").first.focus()
        tab.keyboard.press("Enter")
        expect(tab)(tab.locator("#findings li")).not_to_have_count(count)
        last = "#findings button, #totals"
        expect(tab)(tab.locator(last).and_(tab.locator(":focus"))).to_have_count(1)


def test_the_filter_of_the_report_keeps_the_focus_and_the_place_in_its_words(server, visit):
    tab = visit(server.address)
    held = Held(tab, "report")
    type_in(tab, DEPTH, "5")
    box = tab.get_by_label("Filter")
    box.fill("stages.1")
    box.evaluate("one => one.setSelectionRange(3, 5)")
    held.end()
    shows(tab, "stages.1.depth=5")
    expect(tab)(box).to_be_focused()
    assert box.evaluate("one => [one.value, one.selectionStart, one.selectionEnd]") == ["stages.1", 3, 5]
