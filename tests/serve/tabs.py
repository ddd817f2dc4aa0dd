"""What tests do with a live page in a browser, and what they wait for."""

from tests.cli.call import document

DEPTH, HEADS = "stages.1.depth", "stages.2.heads"


def field(tab, path):
    return tab.locator(f'[id="field-{path}"]')


def numbers(tab, row=0):
    """A row of the totals: now, base, against base and so on."""
    return tab.locator("#totals tbody tr").nth(row).locator("td").all_inner_texts()


def flops(*edits):
    words = [word for edit in edits for word in ("--set", edit)]
    return f"{document('flops', 'levit256', *words)['flops']:,}"


def type_in(tab, path, text):
    field(tab, path).fill(text)
    field(tab, path).press("Enter")


def expect(tab):
    """What waits for the page to show something, up to a bound."""
    from playwright.sync_api import expect as waiting

    return lambda what: waiting(tab.locator(what) if isinstance(what, str) else what)


def shows(tab, *edits):
    """Waits until both the totals and the report below have the FLOPs of the edited spec."""
    expect(tab)("#totals tbody tr:first-child td:nth-child(2)").to_have_text(flops(*edits))
    expect(tab)("#spec0-totals .tile:first-child span").to_have_text(flops(*edits))


class Held:
    """Questions of a kind that are on their way until a test lets them go on, in their order."""

    def __init__(self, tab, place="edit"):
        self._tab, self._place, self._routes, self._holding = tab, place, [], True
        tab.route(f"**/{place}", lambda route: self._routes.append(route) if self._holding else route.continue_())

    def pass_on(self, count=1):
        """Lets questions go on, one after the other, and waits until each has its answer."""
        for _ in range(count):
            while not self._routes:
                self._tab.evaluate("new Promise(requestAnimationFrame)")
            with self._tab.expect_response(f"**/{self._place}"):
                self._routes.pop(0).continue_()

    def end(self):
        """Holds nothing any more."""
        self._holding = False
        for route in self._routes:
            route.continue_()
