"""A browser that can reach nothing but the report that it opens."""

import shutil

import pytest

from tests.render.report.pages import LEARNED, page


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium; tests are skipped where it, or what drives it, is not installed."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
    found = [path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))]
    if not found:
        pytest.skip("there is no Chromium to open reports in")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found[0], args=["--no-sandbox"])
        yield opened
        opened.close()


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
