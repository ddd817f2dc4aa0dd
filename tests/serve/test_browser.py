"""The live page in Chromium: a field is edited, the numbers follow, and the address remembers."""

import re

import pytest

from tests.cli.call import document
from tests.serve.serving import served
from tests.serve.tabs import DEPTH, HEADS, expect, field, flops, numbers, shows, type_in
from tests.serve.test_pages import MINE


def test_an_address_can_be_loaded_again_and_shared(server, visit):
    tab = visit(server.address)
    type_in(tab, DEPTH, "7")
    shows(tab, "stages.1.depth=7")
    tab.reload()
    shows(tab, "stages.1.depth=7")
    tab.locator("#undo").click()
    shows(tab)
    other = visit(f"{server.address}?set=stages.1.depth%3D7")
    shows(other, "stages.1.depth=7")
    assert "changed" in field(other, DEPTH).get_attribute("class")
    assert other.locator("#undo").is_disabled()


def test_two_tabs_edit_apart(server, visit):
    one = visit(server.address)
    other = visit(server.address, one.context)
    type_in(one, DEPTH, "7")
    type_in(other, HEADS, "9")
    shows(one, "stages.1.depth=7")
    shows(other, "stages.2.heads=9")
    one.locator("#undo").click()
    shows(one)
    shows(other, "stages.2.heads=9")


def test_a_wrong_value_is_told_beside_its_field_and_the_numbers_stay(server, visit):
    tab = visit(server.address)
    type_in(tab, DEPTH, "-3")
    refused = tab.locator(f'[id="field-{DEPTH}-refused"]')
    expect(tab)(refused).to_have_text("stages[1].depth is -3; it must be zero or a positive integer")
    assert field(tab, DEPTH).input_value() == "-3"
    assert field(tab, DEPTH).get_attribute("aria-invalid") == "true"
    assert field(tab, DEPTH).get_attribute("aria-describedby") == refused.get_attribute("id")
    shows(tab)
    assert tab.url == server.address
    field(tab, DEPTH).press("Escape")
    expect(tab)(refused).to_be_hidden()
    assert field(tab, DEPTH).input_value() == "4"


def test_b_is_pinned_flipped_to_and_let_go(server, visit):
    tab = visit(server.address)
    tab.locator("#pin").click()
    expect(tab)("#flip").to_be_visible()
    type_in(tab, DEPTH, "7")
    shows(tab, "stages.1.depth=7")
    assert numbers(tab)[3] == flops()
    tab.locator("#flip").click()
    shows(tab)
    assert numbers(tab)[3] == flops("stages.1.depth=7")
    other = visit(tab.url)
    assert numbers(other) == numbers(tab)
    tab.locator("#undo").click()
    shows(tab, "stages.1.depth=7")
    expect(tab)("#totals tbody tr:first-child td:nth-child(5)").to_have_text(flops())
    tab.locator("#unpin").click()
    expect(tab)("#flip").to_be_hidden()


def test_stages_are_added_doubled_and_removed(server, visit):
    tab = visit(server.address)
    tab.get_by_role("button", name="Duplicate stage 2").click()
    expect(tab)(field(tab, "stages.3.dim")).to_have_value("512")
    tab.get_by_role("button", name="Add a stage after stage 3").click()
    expect(tab)(field(tab, "stages.4.dim")).to_have_value("768")
    tab.get_by_role("button", name="Remove stage 0").click()
    expect(tab)(field(tab, "stages.0.dim")).to_have_value("384")
    assert tab.locator("#stages thead th").count() == 4


def test_the_convention_goes_with_the_address(server, visit):
    tab = visit(server.address)
    tab.locator("#convention").select_option(label="fvcore")
    expect(tab)("#totals tbody tr:first-child th").to_have_text("FLOPs (fvcore)")
    tab.wait_for_url(re.compile("convention=fvcore"))
    tab.reload()
    counted = document("flops", "levit256", "--convention", "fvcore")["flops"]
    expect(tab)("#spec0-totals .tile:first-child span").to_have_text(f"{counted:,}")
    assert tab.locator("#convention option:checked").inner_text() == "fvcore"


def test_what_was_chosen_in_the_report_stays_chosen(server, visit):
    tab = visit(server.address)
    tab.get_by_label("A row is").select_option("op")
    tab.get_by_label("Filter").fill("stages.1")
    tab.locator("#spec0-totals summary").click()
    rows = tab.locator("#spec0-rows tbody tr").count()
    type_in(tab, DEPTH, "5")
    shows(tab, "stages.1.depth=5")
    assert tab.get_by_label("A row is").input_value() == "op"
    assert tab.get_by_label("Filter").input_value() == "stages.1"
    assert tab.locator("#spec0-totals details").get_attribute("open") is not None
    assert tab.locator("#spec0-rows tbody tr").count() > rows


def test_everything_can_be_done_by_keyboard(server, visit):
    tab = visit(server.address)
    field(tab, DEPTH).focus()
    for key in ("ArrowUp", "ArrowUp", "ArrowDown"):
        before = field(tab, DEPTH).input_value()
        tab.keyboard.press(key)
        expect(tab)(field(tab, DEPTH)).not_to_have_value(before)
    shows(tab, "stages.1.depth=5")
    assert tab.evaluate("document.activeElement.id") == f"field-{DEPTH}"
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.getAttribute('aria-label')") == "reset stages[1].depth"
    tab.keyboard.press("Enter")
    shows(tab)
    tab.locator("#undo").focus()
    tab.keyboard.press("Enter")
    shows(tab, "stages.1.depth=5")
    expect(tab)("#status").to_contain_text(flops("stages.1.depth=5"))


def test_links_within_the_page_are_no_steps(server, visit):
    tab = visit(server.address)
    type_in(tab, DEPTH, "5")
    shows(tab, "stages.1.depth=5")
    tab.locator(".contents a").last.click()
    assert tab.evaluate("document.activeElement.id") == "spec0-graph"
    tab.go_back()
    shows(tab)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [{"width": 1280, "height": 900}, {"width": 360, "height": 740}], ids=["wide", "phone"])
def test_axe_finds_no_serious_barrier_and_nothing_is_wider_than_the_screen(server, visit, scheme, size):
    tab = visit(f"{server.address}?set=stages.1.depth%3D7&b=1", color_scheme=scheme, viewport=size)
    type_in(tab, HEADS, "x")
    expect(tab)(f'[id="field-{HEADS}-refused"]').to_be_visible()
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core looks for barriers")
    found = axe.Axe().run(tab).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []
    assert tab.evaluate("document.documentElement.scrollWidth") == size["width"]


def test_a_saved_file_is_followed_and_edits_outlive_it(visit, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(MINE, encoding="utf-8")
    with served(str(path)) as server:
        tab = visit(server.address)
        editing = visit(server.address, tab.context)
        type_in(editing, "stages.0.heads", "4")
        expect(editing)("#command").to_contain_text("heads=4")
        path.write_text(MINE.replace("depth: 2", "depth: 9"), encoding="utf-8")
        expect(tab)(field(tab, DEPTH)).to_have_value("9")
        expect(editing)(field(editing, DEPTH)).to_have_value("9")
        editing.locator("#save").click()
        expect(editing)("#save").to_have_text("Saved")
        expect(tab)(field(tab, "stages.0.heads")).to_have_value("4")
        assert path.read_text(encoding="utf-8") == MINE.replace("heads: 2", "heads: 4").replace("depth: 2", "depth: 9")
        for path_undone, value in ((DEPTH, "2"), ("stages.0.heads", "2")):
            editing.locator("#undo").click()
            expect(editing)(field(editing, path_undone)).to_have_value(value)
        assert editing.url == f"{server.address}?set=stages.0.heads%3D2&set={DEPTH}%3D2"
        path.write_text("stages: [", encoding="utf-8")
        expect(tab)("#notice").to_contain_text("not valid YAML")
        assert field(tab, DEPTH).input_value() == "9"
        tab.context.close()  # before the server ends, which a page would miss


@pytest.mark.parametrize(
    "name", ["</script><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{data}}&lt;"]
)
def test_hostile_names_are_words(visit, tmp_path, name):
    path = tmp_path / "mine.yaml"
    path.write_text(MINE, encoding="utf-8")
    with served(str(path)) as server:
        tab = visit(server.address)
        type_in(tab, "name", f"'{name}'")
        expect(tab)("h1").to_have_text(f"{name} at 64x64")
        tab.reload()
        expect(tab)("h1").to_have_text(f"{name} at 64x64")
        assert (tab.locator("script").count(), tab.locator("img").count()) == (4, 0)
        tab.context.close()


def test_a_finding_is_mended_and_can_be_undone(server, visit):
    tab = visit(f"{server.address}?set=stages.1.downsample.heads%3D6")
    shows(tab, "stages.1.downsample.heads=6")
    tab.locator("#findings button").first.click()
    expect(tab)("#command").not_to_contain_text("downsample.heads=6")
    tab.locator("#undo").click()
    shows(tab, "stages.1.downsample.heads=6")


def test_a_server_that_has_ended_is_missed(browser, visit):
    with served("levit128s") as server:
        page = browser.new_context().new_page()
        page.goto(server.address)
        page.locator("#fields input").first.wait_for()
    type_in(page, DEPTH, "5")
    expect(page)("#notice").to_contain_text("The server does not answer")
    page.context.close()
