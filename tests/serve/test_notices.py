"""What a page says is wrong stays said until it is not; what it cannot keep, such as a long address, it tells."""

import re

from levit_explore.serve.address import LONGEST
from tests.serve.serving import served
from tests.serve.tabs import DEPTH, HEADS, expect, field, flops, shows, type_in
from tests.serve.test_pages import MINE

LONG = "\u6a21" * 3000  # 27,000 bytes of an address
TOO_LONG = "\u6a21" * 8000
THREE = MINE.replace("   # the end", "") + "  - {dim: 128, depth: 3, heads: 4, key_dim: 16}\n"


def table(tab):
    return tab.locator("#totals tbody").inner_text()


def test_that_the_report_is_of_before_is_said_until_it_is_not(server, visit):
    tab = visit(server.address, refused=True)
    type_in(tab, DEPTH, "x")
    expect(tab)(f'[id="field-{DEPTH}-refused"]').to_be_visible()
    tab.route("**/report", lambda route: route.abort())
    type_in(tab, DEPTH, "5")
    expect(tab)("#notice").to_contain_text("The report shows what was before")
    expect(tab)("#content").not_to_have_class(re.compile("busy"))
    type_in(tab, HEADS, "x")
    expect(tab)(f'[id="field-{HEADS}-refused"]').to_be_visible()
    expect(tab)("#notice").to_contain_text("The report shows what was before")
    tab.unroute("**/report")
    field(tab, HEADS).press("Escape")
    tab.locator("#pin").click()
    shows(tab, "stages.1.depth=5")
    expect(tab)("#notice").to_be_hidden()


def test_a_network_that_is_too_large_keeps_the_notice_while_others_come_and_go(server, visit):
    tab = visit(server.address, refused=True)
    type_in(tab, DEPTH, "1000")
    expect(tab)("#notice").to_contain_text("too many to draw at every edit")
    type_in(tab, HEADS, "x")
    expect(tab)(f'[id="field-{HEADS}-refused"]').to_be_visible()
    expect(tab)("#notice").to_contain_text("too many to draw at every edit")
    expect(tab)("#spec0-totals .tile:first-child span").to_have_text(flops())
    type_in(tab, HEADS, "8")
    expect(tab)(f'[id="field-{HEADS}-refused"]').to_be_hidden()
    type_in(tab, DEPTH, "5")
    shows(tab, "stages.1.depth=5")
    expect(tab)("#notice").to_be_hidden()


def test_a_long_address_is_loaded_again(server, visit):
    tab = visit(server.address)
    tab.locator("#pin").click()
    type_in(tab, "source", LONG)
    expect(tab)(field(tab, "source")).to_have_value(LONG)
    for stage in range(2, 20):
        tab.get_by_role("button", name=f"Duplicate stage {stage}", exact=True).click()
        expect(tab)(field(tab, f"stages.{stage + 1}.dim")).to_be_visible()
    assert len(tab.url) > 30_000
    before = table(tab)
    tab.reload()
    expect(tab)(field(tab, "stages.20.dim")).to_be_visible()
    assert table(tab) == before
    assert tab.locator("#notice").is_hidden()


def test_an_address_that_is_too_long_is_told_and_the_page_goes_on(server, visit):
    tab = visit(server.address)
    type_in(tab, DEPTH, "5")
    expect(tab)("#command").to_contain_text("depth=5")
    url = tab.url
    type_in(tab, "source", TOO_LONG)
    expect(tab)("#notice").to_contain_text(f"and may have {LONGEST:,}: it is too long to be shared")
    assert tab.url == url
    expect(tab)("#download").to_be_hidden()
    field(tab, HEADS).press("ArrowUp")
    shows(tab, "stages.1.depth=5", "stages.2.heads=9")
    for _ in range(2):
        tab.locator("#undo").click()
    shows(tab, "stages.1.depth=5")
    expect(tab)("#notice").to_be_hidden()
    assert tab.url == url


def test_loading_again_keeps_edits_that_the_file_has_no_place_for(visit, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(THREE, encoding="utf-8")
    with served(str(path)) as server:
        tab = visit(server.address, refused=True)
        type_in(tab, "stages.2.depth", "9")
        expect(tab)("#command").to_contain_text("depth=9")
        url = tab.url
        path.write_text(MINE, encoding="utf-8")
        expect(tab)("#notice").to_contain_text("stages has entries 0 to 1; 2 is none of them")
        tab.reload()
        expect(tab)("#notice").to_contain_text("stages has entries 0 to 1; 2 is none of them")
        assert tab.url == url
        assert tab.locator("#stages thead th").count() == 2
        path.write_text(THREE.replace("64, depth: 1", "64, depth: 7"), encoding="utf-8")
        expect(tab)(field(tab, "stages.2.depth")).to_have_value("9")
        expect(tab)(field(tab, "stages.0.depth")).to_have_value("7")
        expect(tab)("#notice").to_be_hidden()
        assert tab.url == url
        tab.context.close()


def test_a_file_that_is_gone_is_told_and_saved_anew(visit, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(MINE, encoding="utf-8")
    with served(str(path)) as server:
        tab = visit(server.address)
        path.unlink()
        expect(tab)("#notice").to_contain_text("is gone; Save writes it anew")
        tab.locator("#save").click()
        expect(tab)("#notice").to_be_hidden()
        assert path.read_text(encoding="utf-8") == MINE
        tab.context.close()


def test_names_of_rows_stay_in_sight_on_a_phone(server, visit):
    tab = visit(server.address, viewport={"width": 390, "height": 800})
    for table in ("#stages", "#totals"):
        name = tab.locator(f"{table} tbody th").first
        tab.locator(table).evaluate("one => { one.scrollLeft = one.scrollWidth; }")
        assert tab.locator(table).evaluate("one => one.scrollLeft") > 0
        assert name.bounding_box()["x"] >= tab.locator(table).bounding_box()["x"]
