"""What was refused, or got no answer, is neither lost nor taken for done."""

import pytest

from tests.serve.serving import served
from tests.serve.tabs import DEPTH, expect, field, type_in
from tests.serve.test_pages import MINE

LAST, FIRST = "stages.0.heads", "stages.0.depth"


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(MINE, encoding="utf-8")
    return path


@pytest.fixture
def tab(mine, visit):
    """A page of a file in which a value was refused."""
    with served(str(mine)) as server:
        found = visit(server.address, refused=True)
        found.route("**/report", lambda route: None)
        type_in(found, DEPTH, "x")
        expect(found)(refused(found)).to_be_visible()
        yield found
        found.context.close()


def refused(tab):
    return tab.locator(f'[id="field-{DEPTH}-refused"]')


def edit(tab, mine):
    type_in(tab, LAST, "4")


def pin(tab, mine):
    tab.locator("#pin").click()


def choose(tab, mine):
    tab.locator("#convention").select_option(label="fvcore")


def duplicate(tab, mine):
    tab.get_by_role("button", name="Duplicate stage 1").click()


def save_elsewhere(tab, mine):
    mine.write_text(MINE.replace("64, depth: 1", "64, depth: 9"), encoding="utf-8")


def undo(tab, mine):
    type_in(tab, LAST, "4")
    expect(tab)("#command").to_contain_text("heads=4")
    tab.locator("#undo").click()


@pytest.mark.parametrize(
    ("does", "shown", "text"),
    [
        (edit, "#command", "heads=4"),
        (pin, "#totals", "against B"),
        (choose, "#totals", "FLOPs (fvcore)"),
        (duplicate, "#stages", "stage 2"),
        (save_elsewhere, "#status", "The source was saved"),
        (undo, "#command", "flops"),
    ],
)
def test_a_refused_value_stays_with_its_reason_whatever_else_is_done(tab, mine, does, shown, text):
    does(tab, mine)
    expect(tab)(shown).to_contain_text(text)
    if does is undo:
        expect(tab)("#command").not_to_contain_text("heads=4")
    assert field(tab, DEPTH).input_value() == "x"
    assert refused(tab).inner_text() == "stages[1].depth is text 'x'; it must be zero or a positive integer"
    assert field(tab, DEPTH).get_attribute("aria-invalid") == "true"


def test_nothing_is_saved_while_a_value_is_refused(tab, mine):
    edit(tab, mine)
    expect(tab)("#command").to_contain_text("heads=4")
    tab.locator("#save").click()
    expect(tab)("#notice").to_contain_text("Nothing was saved, for what stages[1].depth holds was refused")
    expect(tab)(field(tab, DEPTH)).to_be_focused()
    assert mine.read_text(encoding="utf-8") == MINE
    field(tab, DEPTH).press("Escape")
    expect(tab)("#notice").to_be_hidden()
    tab.locator("#save").click()
    expect(tab)("#save").to_have_text("Saved")
    assert mine.read_text(encoding="utf-8") == MINE.replace("heads: 2", "heads: 4")


@pytest.mark.parametrize("again", ["mended", "#reset"])
def test_a_refused_value_goes_when_its_field_is_set_or_all_are_reset(tab, mine, again):
    edit(tab, mine)
    expect(tab)("#command").to_contain_text("heads=4")
    if again == "mended":
        type_in(tab, DEPTH, "2")
    else:
        tab.locator(again).click()
    expect(tab)(refused(tab)).to_be_hidden()
    assert field(tab, DEPTH).input_value() == "2"


@pytest.mark.parametrize("again", ["Enter", "#save", "#undo"])
def test_what_got_no_answer_is_asked_again(tab, mine, again):
    field(tab, DEPTH).press("Escape")
    tab.route("**/edit", lambda route: route.abort())
    type_in(tab, FIRST, "7")
    expect(tab)("#notice").to_contain_text("The server does not answer")
    tab.unroute("**/edit")
    if again == "Enter":
        field(tab, FIRST).press("Enter")
        expect(tab)("#command").to_contain_text("stages.0.depth=7")
    else:
        tab.locator(again).click()
        expect(tab)(again).to_be_disabled()
    expect(tab)("#notice").to_be_hidden()
    assert ("depth: 7" in mine.read_text(encoding="utf-8")) == (again == "#save")
    assert field(tab, FIRST).input_value() == ("1" if again == "#undo" else "7")


def test_a_convention_that_got_no_answer_is_not_chosen(tab):
    tab.route("**/edit", lambda route: route.abort())
    tab.locator("#convention").select_option(label="fvcore")
    expect(tab)("#notice").to_contain_text("The server does not answer")
    expect(tab)("#convention option:checked").to_have_text("levit")
    assert tab.locator("#totals tbody th").first.inner_text() == "FLOPs (levit)"
