"""Settings of all tests, and the browser that some of them look at pages with."""

import shutil
import signal

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)  # speed belongs in a benchmark
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def _interruptible():
    """Lets Ctrl-C reach the processes that tests start, also where a shell ignores it for jobs in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium; tests are skipped where it, or what drives it, is not installed."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
    found = [path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))]
    if not found:
        pytest.skip("there is no Chromium to open pages in")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found[0], args=["--no-sandbox"])
        yield opened
        opened.close()
