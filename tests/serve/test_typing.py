"""What is being typed is never taken out of the reader's hands."""

import pytest

from tests.serve.serving import served
from tests.serve.tabs import DEPTH, Held, expect, field, shows, type_in
from tests.serve.test_pages import MINE

LAST = "stages.2.depth"


@pytest.fixture
def tab(server, visit):
    found = visit(server.address)
    found.route("**/report", lambda route: None)
    return found


def test_an_answer_leaves_what_was_typed_in_another_field_since(tab):
    held = Held(tab)
    field(tab, DEPTH).fill("6")
    field(tab, DEPTH).press("Tab")
    field(tab, LAST).fill("12")
    held.pass_on()
    expect(tab)("#command").to_contain_text("depth=6")
    assert field(tab, LAST).input_value() == "12"
    field(tab, LAST).press("Enter")
    held.end()
    expect(tab)("#command").to_contain_text("--set stages.1.depth=6 --set stages.2.depth=12")


def test_an_answer_leaves_what_was_typed_in_its_own_field_since(tab):
    held = Held(tab)
    type_in(tab, DEPTH, "6")
    field(tab, DEPTH).fill("61")
    held.pass_on()
    expect(tab)("#command").to_contain_text("depth=6")
    assert field(tab, DEPTH).input_value() == "61"
    field(tab, DEPTH).press("Enter")
    held.end()
    expect(tab)("#command").to_contain_text("depth=61")


def test_fields_that_are_made_anew_keep_what_was_typed_and_the_focus(tab):
    held = Held(tab)
    tab.get_by_role("button", name="Duplicate stage 2").click()
    field(tab, DEPTH).fill("7")
    held.end()
    expect(tab)(field(tab, "stages.3.dim")).to_have_value("512")
    assert field(tab, DEPTH).input_value() == "7"
    expect(tab)(field(tab, DEPTH)).to_be_focused()
    field(tab, DEPTH).press("Enter")
    expect(tab)("#command").to_contain_text("depth: 7")


def test_a_file_that_is_saved_elsewhere_leaves_what_is_being_typed(visit, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(MINE, encoding="utf-8")
    with served(str(path)) as server:
        tab = visit(server.address)
        field(tab, DEPTH).fill("7")
        path.write_text(MINE.replace("64, depth: 1", "64, depth: 9"), encoding="utf-8")
        expect(tab)(field(tab, "stages.0.depth")).to_have_value("9")
        assert field(tab, DEPTH).input_value() == "7"
        tab.locator("#save").click()
        expect(tab)("#save").to_have_text("Saved")
        assert "depth: 9" in path.read_text(encoding="utf-8")
        assert "depth: 7" in path.read_text(encoding="utf-8")
        tab.context.close()


def test_a_field_says_what_it_is_while_it_has_the_focus(server, visit):
    tab = visit(server.address)
    about = tab.locator("#fields .about").first
    expect(tab)(about).to_be_hidden()
    field(tab, DEPTH).focus()
    expect(tab)(about).to_be_visible()
    assert about.inner_text() == field(tab, DEPTH).get_attribute("title")
    shows(tab)


COVERED = """() => {
    const fields = [...document.querySelectorAll("#fields :is(input, select)")];
    const places = () => JSON.stringify(fields.map((one) => one.getBoundingClientRect()));
    const over = (one) => {
        const { x, y, width, height } = one.getBoundingClientRect();
        const top = document.elementFromPoint(x + width / 2, y + height / 2);
        return top && top !== one && top.closest("#fields") && !top.closest("th");
    };
    return fields.filter((one) => {
        one.scrollIntoView({ block: "center" });
        const before = places();
        one.focus({ preventScroll: true });
        return places() !== before || fields.some(over);
    }).map((one) => one.id);
}"""


@pytest.mark.parametrize("width", [390, 800, 1440])
def test_no_field_is_moved_or_covered_while_another_has_the_focus(tab, width):
    tab.set_viewport_size({"width": width, "height": 900})
    assert tab.locator("#fields input").count() > 10
    assert tab.evaluate(COVERED) == []
