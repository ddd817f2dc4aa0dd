"""Every command runs in a folder of its own."""

import pytest


@pytest.fixture(autouse=True)
def _in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
