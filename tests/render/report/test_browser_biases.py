"""Bias maps in a browser show the values that the weights have, for the query that is chosen."""

from levit_explore.render.report.biases import SHADES, colors
from tests.render.report.pages import LEARNED, digits


def test_arrow_keys_move_the_query_to_its_values(visit):
    tab = visit(LEARNED)
    block = next(one for one in digits() if one.stride == 2)
    tab.get_by_label("Attention", exact=True).select_option(block.path)
    tab.get_by_label("Head", exact=True).select_option("1")
    maps = tab.get_by_role("application")
    maps.focus()
    for key in ("Home", *["ArrowUp", "ArrowLeft"] * 9, "ArrowDown", "ArrowRight", "ArrowRight"):
        tab.keyboard.press(key)
    values = block.bias[1, block.query(1, 2)].reshape(block.key_grid)
    said = tab.locator("#spec0-biases [role=status]").inner_text()
    assert said.startswith("Query 1, 2 of ")
    low, high = (float(f"{value:.4g}") for value in (block.values[1].min(), block.values[1].max()))
    assert said.endswith(f"head 1: biases from {low} to {high} over all offsets.")
    tab.locator("#spec0-biases summary").click()
    cells = tab.locator("#spec0-biases tbody td").all_inner_texts()
    assert [float(cell) for cell in cells] == [float(f"{value:.4g}") for value in values.ravel()]


def test_a_click_moves_the_query_and_chooses_the_head(visit):
    tab = visit(LEARNED)
    picture = tab.locator("#spec0-biases .head svg").nth(2)
    box = picture.bounding_box()
    picture.click(position={"x": box["width"] - 3, "y": 3})
    said = tab.locator("#spec0-biases [role=status]").inner_text()
    assert said.startswith("Query 0, 7 of 8 x 8; head 2:")


def test_maps_are_drawn_in_the_colours_of_the_scale(visit):
    tab = visit(LEARNED)
    drawn = set(tab.locator("#spec0-biases .head path").evaluate_all("all => all.map(one => one.getAttribute('fill'))"))
    assert drawn <= set(colors(SHADES))
    assert len(drawn) > 10
