"""The browser of the report's tests, for other pictures too."""

from tests.render.report.conftest import browser

__all__ = ["browser"]
