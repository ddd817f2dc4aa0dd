"""Pictures in a browser open, lead back, and mark rows as rows mark them, by pointer and by keyboard."""

import pytest

from levit_explore import load_spec, plan
from levit_explore.analysis.graph import graph
from levit_explore.analysis.parts import Level
from levit_explore.plan.tree import Role
from levit_explore.render.graphs.colors import ROLE_FILLS, contrast
from tests.render.report.measures import hexed, lines
from tests.render.report.pages import ONE, TWO, focused


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_chosen_row_outlines_its_half_of_a_part_alone(visit, scheme):
    tab = visit(ONE, color_scheme=scheme)
    tab.locator("#spec0-rows tr[data-path='stages.1.blocks.2.mlp'] button").press("Enter")
    tab.evaluate("document.activeElement.blur()")
    seen = tab.locator("#spec0-area .piece").evaluate_all(
        """all => all.flatMap(part => [...part.querySelectorAll('rect')].filter(one => {
          const style = getComputedStyle(one);
          return style.stroke !== 'none' && style.strokeDasharray !== 'none' && parseFloat(style.strokeWidth) >= 3;
        }).map(one => [part.dataset.path, one.dataset.role, getComputedStyle(one).stroke]))"""
    )
    assert [(path, role) for path, role, _ in seen] == [("stages.1.blocks", "mlp")]
    assert contrast(hexed(seen[0][2]), ROLE_FILLS[Role.MLP]) >= 3


@pytest.mark.parametrize("role", ["attention", "mlp", "head", "stem"])
def test_a_chosen_role_marks_what_has_that_role_and_nothing_else(visit, role):
    tab = visit(ONE)
    tab.get_by_label("A row is").select_option("role")
    tab.locator("#spec0-graph .choice select").select_option("block")
    tab.locator(f"#spec0-rows tr[data-path='{role}'] button").press("Enter")
    drawn = graph(plan(load_spec("levit256")), Level.BLOCK)
    for kind, parts in ((".node", drawn.boxes), (".cluster", drawn.clusters)):
        chosen = tab.locator(f"#spec0-graph {kind}.selected").evaluate_all("all => all.map(one => one.dataset.path)")
        assert sorted(chosen) == sorted(part.path for part in parts if part.role == role)
    assert tab.locator("#spec0-area .outline.selected").evaluate_all(
        "all => [...new Set(all.map(one => one.dataset.role))]"
    ) == [role]


@pytest.mark.parametrize("mark", ["chosen", "pointed at"])
def test_marks_in_the_graph_are_seen_on_boxes_circles_and_clusters(visit, mark):
    tab = visit(ONE)
    tab.locator("#spec0-graph .choice select").select_option("block")
    tab.get_by_label("A row is").select_option("stage")
    row = tab.locator("#spec0-rows tr[data-path='stages.1'] button")
    if mark == "chosen":
        row.press("Enter")
    else:
        row.focus()
    kind = {"chosen": "selected", "pointed at": "marked"}[mark]
    for shape in (".node > path", ".node > ellipse", ".cluster > path"):
        plain, marked = (
            tab.locator(f"#spec0-graph {shape.replace(' >', f'{which} >')}") for which in (f":not(.{kind})", f".{kind}")
        )
        assert marked.count() > 0
        assert {width for *_, width, _ in lines(marked)} == {"3px"} != {width for *_, width, _ in lines(plain)}


def test_a_picture_with_the_focus_is_drawn_anew_and_keeps_the_focus(visit):
    tab = visit(ONE)
    tab.locator("#spec0-area .piece").first.focus()
    tab.keyboard.press("ArrowRight")
    for width in (500, 900):
        tab.set_viewport_size({"width": width, "height": 800})
        tab.wait_for_function(
            """() => {
              const canvas = document.querySelector('#spec0-area .canvas');
              return canvas.querySelector('svg').viewBox.baseVal.width === canvas.clientWidth;
            }"""
        )
        assert focused(tab, "data-path") == "stages.0.blocks"
        assert tab.locator("#spec0-area .piece[tabindex='0']").count() == 1


def test_every_part_says_in_a_title_what_it_is(visit):
    tab = visit(TWO)
    untitled = (
        "all => all.filter(one => !/FLOPs, .* of the network/.test(one.parentNode.querySelector('title').textContent))"
    )
    parts = tab.locator("g > .fill")
    assert parts.count() > 40
    assert parts.evaluate_all(f"all => ({untitled})(all).length") == 0


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
