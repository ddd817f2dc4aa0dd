"""Live pages opened in a browser that can reach nothing but the server of a test."""

from urllib.parse import urlsplit

import pytest

from tests.serve.serving import served


@pytest.fixture
def visit(browser):
    """Opens an address; what it asks of any other server, and whatever the console says, fails the test.

    `refused` allows the console to say that a question got no answer, or one that refuses it.
    """
    wrong, contexts = [], []

    def opened(address, context=None, refused=False, **settings):
        if context is None:
            context = browser.new_context(**settings)
            contexts.append(context)
        here = urlsplit(address).netloc
        tab = context.new_page()
        tab.on("request", lambda request: urlsplit(request.url).netloc in (here, "") or wrong.append(request.url))
        expected = "Failed to load resource: " if refused else None
        tab.on("console", lambda one: (expected and one.text.startswith(expected)) or wrong.append(one.text))
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.goto(address)
        tab.locator("#fields input").first.wait_for()
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture(scope="module")
def server():
    """A server of LeViT-256, which no test changes."""
    with served("levit256") as found:
        yield found
