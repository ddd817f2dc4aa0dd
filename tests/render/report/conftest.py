"""Reports opened in a browser that can reach nothing else."""

import pytest

from tests.render.report.pages import LEARNED, page


@pytest.fixture
def visit_page(browser, tmp_path):
    """Opens a page from disk; whatever it asks for, and whatever the console says, fails the test."""
    wrong, contexts = [], []

    def opened(content, **settings):
        path = tmp_path / "report.html"
        path.write_text(content, encoding="utf-8")
        contexts.append(browser.new_context(offline=True, **settings))
        contexts[-1].route(
            lambda url: url != path.as_uri(), lambda route: (wrong.append(route.request.url), route.abort())
        )
        tab = contexts[-1].new_page()
        tab.on("console", lambda message: wrong.append(message.text))
        tab.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.goto(path.as_uri())
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def visit(visit_page):
    """Opens the report on some bundled specs."""
    return lambda names, **settings: visit_page(page(*names, weights=names == LEARNED), **settings)
