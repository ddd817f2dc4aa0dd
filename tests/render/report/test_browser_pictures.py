"""Pictures in a browser open, lead back, and mark rows as rows mark them, by pointer and by keyboard."""

import pytest

from tests.render.report.pages import ONE, focused


def test_keys_open_a_stage_to_blocks_and_ops_and_lead_back(visit):
    tab = visit(ONE)
    tab.locator("#spec0-area .piece").first.focus()
    tab.keyboard.press("ArrowRight")
    assert focused(tab, "aria-label").startswith("stage 0: 419,283,200 FLOPs")
    tab.keyboard.press("Enter")
    assert focused(tab, "data-path") == "stages.0.blocks.0.attn"
    assert tab.locator("#spec0-area .piece").count() == 8
    tab.keyboard.press("Enter")
    assert focused(tab, "data-path") == "stages.0.blocks.0.attn.qkv.linear"
    assert tab.locator("#spec0-area nav").inner_text().split("\n") == ["levit256", "stage 0", "stages.0.blocks.0.attn"]
    tab.keyboard.press("Escape")
    assert focused(tab, "data-path") == "stages.0.blocks.0.attn"
    tab.keyboard.press("Escape")
    assert focused(tab, "aria-label").startswith("stage 0: ")


def test_a_click_opens_a_part_and_the_trail_leads_back(visit):
    tab = visit(ONE)
    tab.locator("#spec0-area .piece[data-path='stages.1.downsample'] rect").first.click()
    assert tab.locator("#spec0-area .piece").evaluate_all("all => all.map(one => one.dataset.path)") == [
        "stages.1.downsample.attn_downsample",
        "stages.1.downsample.mlp",
    ]
    tab.locator("#spec0-area nav").get_by_role("button", name="levit256").click()
    assert tab.locator("#spec0-area .piece").count() == 8


def test_a_part_under_the_pointer_is_marked_in_the_table(visit):
    tab = visit(ONE)
    tab.locator("#spec0-area .piece[data-path='stages.2.blocks'] rect.mlp").hover()
    marked = tab.locator("#spec0-rows tr.marked").evaluate_all("all => all.map(one => one.dataset.path)")
    assert marked == [f"stages.2.blocks.{index}.mlp" for index in range(4)]


def test_a_row_with_the_focus_is_marked_in_the_picture(visit):
    tab = visit(ONE)
    tab.locator("#spec0-rows tbody button").first.focus()
    tab.keyboard.press("ArrowDown")
    assert tab.evaluate("document.activeElement.innerText") == "stages.0.blocks.0.attn"
    marked = tab.locator("#spec0-area .marked")
    assert marked.count() == 1
    assert marked.evaluate("one => one.parentNode.dataset.path + ' ' + one.dataset.role") == "stages.0.blocks attention"


def test_a_chosen_row_stays_marked_until_it_is_chosen_again(visit):
    tab = visit(ONE)
    row = tab.locator("#spec0-rows tr[data-path='stages.1.blocks.2.mlp']")
    row.locator("button").press("Enter")
    assert row.locator("button").get_attribute("aria-pressed") == "true"
    assert tab.locator("#spec0-area rect.selected").count() == 1
    assert tab.locator("#spec0-graph .node.selected").count() > 0
    row.locator("button").press("Enter")
    assert tab.locator(".selected").count() == 0


@pytest.mark.parametrize(
    ("path", "rows"),
    [
        ("stages.1.downsample.mlp", ["stages.1.downsample.mlp"]),
        ("stages.2.blocks.0.attn", [f"stages.2.blocks.{index}.attn" for index in range(4)]),
    ],
)
def test_a_box_of_the_graph_chooses_all_rows_that_it_stands_for(visit, path, rows):
    tab = visit(ONE)
    tab.locator("#spec0-graph .choice select").select_option("block")
    box = tab.locator(f"#spec0-graph .node[data-path='{path}']")
    box.focus()
    tab.keyboard.press("Enter")
    chosen = tab.locator("#spec0-rows tr.selected").evaluate_all("all => all.map(one => one.dataset.path)")
    assert chosen == rows
    tab.keyboard.press("Enter")
    tab.locator(f"#spec0-rows tr[data-path='{rows[-1]}'] button").press("Enter")
    assert "selected" in box.get_attribute("class").split()
