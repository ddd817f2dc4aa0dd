"""What is exported is to the byte what the plain command writes that is printed with it."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from levit_explore import LevitError, load_spec
from levit_explore.analysis.counts import By
from levit_explore.analysis.parts import Level
from levit_explore.cli.explore import _opened
from levit_explore.explorer.actions import ChooseConvention, Pin, ResetAll, Saved, SetField
from levit_explore.explorer.exporting import KINDS, export, kinds, usual
from levit_explore.explorer.shown import TABS, Shown
from levit_explore.explorer.state import opened
from levit_explore.explorer.update import update
from tests.explorer.shell import carried_out

DEEPER = SetField(("stages", 0, "depth"), "4")
DIGITS = Path(__file__).parents[2] / "docs" / "examples" / "digits.safetensors"
BY_NAME = {kind.name: kind for kind in KINDS}
EVERY = [(kind.name, suffix) for kind in KINDS for suffix in kind.suffixes]
OF_SPECS = [(name, suffix) for name, suffix in EVERY if name != "learned biases"]
OF_CHECKPOINTS = [(name, suffix) for name, suffix in EVERY if name in ("report", "learned biases", "spec")]
OF_CHECKPOINTS += [("rows", ".json"), ("changes", ".csv"), ("changes from B", ".csv"), ("biases", ".md")]


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")  # or a PDF says when it was made


def done(state, *actions):
    for action in actions:
        state = update(state, action)
        assert state.problem is None
    return state


def two_networks():
    """A bundled spec with an edit kept as B, another edit, and choices in every tab."""
    edits = (SetField(("num_classes",), "10"), Pin(), SetField(("stages", 1, "depth"), "2"), ChooseConvention("fvcore"))
    return Shown(done(opened("levit128s", size="64"), *edits), by=By.STAGE, level=Level.BLOCK)


def checkpoint():
    """A checkpoint with a B, and an edit that leaves its tensors as they are."""
    shutil.copy(DIGITS, "my digits.safetensors")
    state, _ = _opened("my digits.safetensors", [], None)
    return Shown(done(state, DEEPER, Pin(), ResetAll(), SetField(("activation",), "silu")))


def files(folder="."):
    """What the files of a folder hold, but for the second in which Graphviz made a PDF."""
    found = {path.name: path.read_bytes() for path in Path(folder).iterdir() if path.is_file()}
    return {name: re.sub(rb"/CreationDate \(.*?\)", b"", content) for name, content in found.items()}


def both_ways(name, suffix, shown):
    """The files that an export and its plain command write, each in a folder of its own beside the sources."""
    kind, sources = BY_NAME[name], files()
    export(kind, shown, f"out{suffix}")
    ours = {file: content for file, content in files().items() if file not in sources}
    for file in ours:
        Path(file).unlink()
    carried_out(kind.command(shown, f"out{suffix}"))
    return ours, files()


@pytest.mark.parametrize(("name", "suffix"), OF_SPECS)
def test_an_export_is_what_its_plain_command_writes(name, suffix):
    ours, theirs = both_ways(name, suffix, two_networks())
    assert f"out{suffix}" in ours
    assert ours == {file: theirs[file] for file in ours}
    assert sorted(ours) == sorted(path.name for path in BY_NAME[name].files(Path(f"out{suffix}")))


@pytest.mark.parametrize(("name", "suffix"), OF_CHECKPOINTS)
def test_of_a_checkpoint_too(name, suffix):
    ours, theirs = both_ways(name, suffix, checkpoint())
    assert ours == {file: theirs[file] for file in ours}


SAVED = Saved("mine.yaml")  # learned biases stay with the network, whatever file its spec is in


@pytest.mark.parametrize(
    ("edits", "learned"), [((), True), ((DEEPER,), False), ((SAVED,), True), ((DEEPER, SAVED), False)]
)
def test_a_report_shows_what_a_checkpoint_has_learned_as_long_as_it_fits(edits, learned):
    shown = checkpoint()
    edited = replace(shown, state=done(shown.state, *edits))
    export(BY_NAME["report"], edited, "x.html")
    assert ('"biases":null' not in Path("x.html").read_text()) == learned
    assert ("--weights" in BY_NAME["report"].command(edited, "x.html")) == learned


@pytest.mark.parametrize("name", BY_NAME)
def test_another_suffix_is_refused_before_anything_is_written(name):
    with pytest.raises(LevitError, match=rf"^x\.exe: its suffix names no format for {name}; end it in \.") as error:
        export(BY_NAME[name], two_networks(), "x.exe")
    assert "\n" not in str(error.value)
    assert files() == {}


@pytest.mark.parametrize("name", ["a/b", "-o", "../x", "模型", "a b;rm", "..", "x" * 300, "a\nb\x1b"])
def test_the_usual_name_of_a_file_is_one_in_this_folder_whatever_the_network_s(name):
    shown = Shown(replace(opened("levit128s"), name=name))
    for kind in kinds(shown):
        path = kind.path(shown)
        kind.check(path)
        assert Path(path).name == path
        assert path.isprintable()
        assert not path.startswith(("-", "."))
        assert len(path) < 100


def test_what_is_exported_first_goes_with_the_tab():
    spec, learned = two_networks(), checkpoint()
    names = [usual(replace(spec, tab=tab)).name for tab in TABS]
    assert names == ["balance", "report", "rows", "ledger", "biases", "graph"]
    assert usual(replace(learned, tab="biases")).name == "learned biases"


def test_only_what_there_is_is_offered():
    without = {kind.name for kind in kinds(Shown(opened("levit128s")))}
    assert set(BY_NAME) - without == {"learned biases", "changes from B", "changes from B as a graph"}
    assert set(BY_NAME) - {kind.name for kind in kinds(two_networks())} == {"learned biases"}
    assert kinds(checkpoint()) == KINDS


def test_an_exported_spec_is_that_of_the_explorer():
    shown = two_networks()
    export(BY_NAME["spec"], shown, "x.yaml")
    assert load_spec("x.yaml") == shown.state.spec
