"""A folder with a spec file to explore, where nothing of the user's is touched."""

import pytest

from tests.explorer.app.screens import YAML


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The working directory, which holds the directory for the state of programs too."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def mine(home):
    """The path of a spec file with comments."""
    path = home / "mine.yaml"
    path.write_text(YAML)
    return path
