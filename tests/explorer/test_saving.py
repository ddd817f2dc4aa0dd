"""Saving: the file reads as the state's spec, and all else in it stays as it was written."""

import difflib
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from levit_explore import LevitError, SpecError, load_spec
from levit_explore.explorer.actions import (
    AddStage,
    DuplicateStage,
    Saved,
    SetField,
    StepField,
    Undo,
)
from levit_explore.explorer.saving import save, saved_text
from levit_explore.explorer.state import opened
from levit_explore.explorer.update import update
from levit_explore.spec.load import bundled_names
from tests.explorer.strategies import EDITS

BLOCK = """\
# a net of mine
name: mine     # and nobody else's

drop_path:   0.10
stages:
    # the first
    - dim: 128   # C
      depth: 2
      heads: 4
      key_dim: 16

    # the second
    - dim: 256
      depth: 3
      heads: 6
      key_dim: 16
      downsample:
        stride: 2  # halves the grid
        heads: 8
# the end
"""
FLOW = """\
---
stem: { kind: convs, dims: [ 16, 32,64, 128 ] }   # four
image_size: [192,
             256]  # wide
stages: [ {dim: 128, depth: 2, heads: 4, key_dim: 16},  # the first
          {dim: 256, depth: 3, heads: 6, key_dim: 16,
           downsample: {stride: 2,}},
        ]
"""
MIXED = """\
stages:
- {dim: 128, depth: 2, heads: 4, key_dim: 16}  # the first
-   dim: 256
    depth: 3
    heads: 6
    key_dim: 16   # D
    downsample: {heads: 8,  stride: 2}
source: >
  folded
  text

'num_classes': 0x10
"""
EXTENDS = """\
extends: levit128s   # the smallest
# distilled elsewhere
distillation: off
drop_path: .1
"""
OVER = """\
extends: base.yaml
stages:
  - {dim: 64, depth: 1, heads: 2, key_dim: 16}
stem: {dims: [16, 64]}
"""
ALIASES = """\
stages:
  - &first {dim: 128, depth: 2, heads: 4, key_dim: 16}  # shared
  - *first
activation: &act silu
attention_activation: *act
"""
TEXTS = {
    "block": BLOCK,
    "flow": FLOW,
    "mixed": MIXED.replace("0x10", "16"),
    "extends": EXTENDS,
    "over": OVER,
    "aliases": ALIASES,
    "crlf": BLOCK.replace("\n", "\r\n"),
    "no last line end": BLOCK.removesuffix("# the end\n").rstrip("\n"),
    "byte order mark": "\ufeff" + BLOCK,
}


@pytest.fixture(scope="module", params=TEXTS)
def file(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("specs")
    (folder / "copies").mkdir()
    for parent in (folder, folder / "copies"):
        (parent / "base.yaml").write_text("stem: {kind: convs, dims: [8, 32]}\nactivation: gelu\n")
    path = folder / "net.yaml"
    path.write_bytes(TEXTS[request.param].encode())
    return path


def after(source, *actions):
    state = opened(source)
    for action in actions:
        state = update(state, action)
        assert state.problem is None, state.problem
    return state


def changes(before, text):
    """The lines that went and came, as a diff has them."""
    lines = difflib.unified_diff(before.splitlines(), text.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


@settings(max_examples=60)
@given(edits=st.lists(EDITS, max_size=6))
def test_what_is_saved_reads_back_as_the_spec(file, edits):
    state = opened(file)
    for edit in edits:
        state = update(state, edit)
    text = saved_text(state, file.read_bytes().decode())
    copy = file.parent / "copies" / file.name
    copy.write_bytes(text.encode())
    assert load_spec(copy) == state.spec


@settings(max_examples=40)
@given(edits=st.lists(EDITS, max_size=6))
@pytest.mark.parametrize(
    "name", [name for name in TEXTS if name != "aliases"]
)  # which one text may stand for two values
def test_a_comment_on_a_line_of_its_own_outlives_any_edit_that_removes_no_stage(name, edits, tmp_path_factory):
    path, text = tmp_path_factory.getbasetemp() / "net.yaml", TEXTS[name]
    (path.parent / "base.yaml").write_text("stem: {kind: convs, dims: [8, 32]}\nactivation: gelu\n")
    path.write_bytes(text.encode())
    state = opened(path)
    for edit in edits:
        new = update(state, edit)
        state = new if len(new.spec.stages) >= len(state.spec.stages) else state
    comments = [line for line in text.splitlines() if line.strip().startswith("#")]
    assert [line for line in saved_text(state, text).splitlines() if line.strip().startswith("#")] == comments


def test_without_edits_the_text_stays_to_the_letter(file):
    text = file.read_bytes().decode()
    assert saved_text(opened(file), text) == text


@pytest.mark.parametrize("name", bundled_names())
def test_the_text_of_a_bundled_spec_could_be_kept_too(name, tmp_path):
    state = opened(name)
    text = saved_text(update(state, StepField(("stages", 0, "depth"), 1)), None)
    (tmp_path / "x.yaml").write_text(text)
    assert (
        load_spec(tmp_path / "x.yaml").stages
        == load_spec(name, [f"stages.0.depth={state.spec.stages[0].depth + 1}"]).stages
    )


@pytest.mark.parametrize(
    ("text", "actions", "lines"),
    [
        (BLOCK, [SetField(("stages", 0, "depth"), "5")], ["-      depth: 2", "+      depth: 5"]),
        (BLOCK, [SetField(("stages", 0, "dim"), "64")], ["-    - dim: 128   # C", "+    - dim: 64   # C"]),
        (BLOCK, [SetField(("drop_path",), "0")], ["-drop_path:   0.10", "+drop_path:   0"]),
        (BLOCK, [SetField(("drop_path",), "")], ["-drop_path:   0.10"]),
        (BLOCK, [SetField(("stages", 1, "downsample", "heads"), "")], ["-        heads: 8"]),
        (BLOCK, [SetField(("stages", 1, "mlp_ratio"), "3")], ["+      mlp_ratio: 3"]),
        (BLOCK, [SetField(("activation",), "silu")], ["+activation: silu"]),
        (
            BLOCK,
            [SetField(("name",), "'a: #b'")],
            ["-name: mine     # and nobody else's", "+name: 'a: #b'     # and nobody else's"],
        ),
        (
            BLOCK,
            [DuplicateStage(0)],
            ["+      depth: 2", "+      heads: 4", "+      key_dim: 16", "+    - dim: 128"],
        ),
        (
            FLOW,
            [SetField(("image_size",), "[160, 256]")],
            ["-image_size: [192,", "+image_size: [160,"],
        ),
        (
            FLOW,
            [SetField(("stages", 1, "mlp_ratio"), "3")],
            [
                "-          {dim: 256, depth: 3, heads: 6, key_dim: 16,",
                "+          {dim: 256, depth: 3, heads: 6, key_dim: 16, mlp_ratio: 3,",
            ],
        ),
        (MIXED.replace("0x10", "16"), [SetField(("num_classes",), "10")], ["-'num_classes': 16", "+'num_classes': 10"]),
        (EXTENDS, [SetField(("distillation",), "true")], ["-distillation: off", "+distillation: true"]),
        (EXTENDS, [SetField(("num_classes",), "10")], ["+num_classes: 10"]),
    ],
)
def test_only_the_lines_of_changed_fields_change(text, actions, lines, tmp_path):
    (tmp_path / "net.yaml").write_text(text)
    assert changes(text, saved_text(after(tmp_path / "net.yaml", *actions), text)) == lines


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_stay_those_of_the_file(tmp_path, end):
    text = BLOCK.replace("\n", end)
    (tmp_path / "net.yaml").write_bytes(text.encode())
    saved = saved_text(after(tmp_path / "net.yaml", AddStage(1), SetField(("activation",), "silu")), text)
    assert saved.count(end) > text.count(end)
    assert not set(saved.replace(end, "")) & {"\r", "\n"}


@pytest.mark.parametrize("path", [("stages", 0, "dim"), ("stages", 0, "mlp_ratio"), ("num_classes",)])
def test_a_tab_behind_a_colon_is_saved_in_whatever_way_reads_back(tmp_path, path):
    text = "# mine\nstages: [{dim:\t128, depth: 2, heads: 4, key_dim: 16}]\n"
    (tmp_path / "net.yaml").write_text(text)
    state = after(tmp_path / "net.yaml", SetField(path, "64"))
    (tmp_path / "copy.yaml").write_text(saved_text(state, text))
    assert load_spec(tmp_path / "copy.yaml").stages == state.spec.stages


def test_saving_and_going_on_keeps_undo_and_holds_changes_against_the_file(tmp_path):
    path = tmp_path / "net.yaml"
    path.write_text(BLOCK)
    state = after(path, SetField(("stages", 0, "depth"), "5"))
    save(state, path)
    state = update(state, Saved(str(path)))
    assert (state.unsaved, load_spec(path)) == (False, state.spec)
    back = update(state, Undo())
    assert back.changed == {("stages", 0, "depth")}
    save(back, path)
    assert path.read_text() == BLOCK


def test_a_bundled_spec_is_saved_as_the_state_that_it_becomes(tmp_path):
    path = tmp_path / "mine.yaml"
    state = after("levit384", StepField(("stages", 2, "downsample", "heads"), 2), SetField(("image_size",), "256"))
    save(state, path)
    assert load_spec(path) == update(state, Saved(str(path))).spec
    assert load_spec(path).source == "levit384 with stages.2.downsample.heads=18, image_size=256"


def test_a_copy_elsewhere_of_what_extends_a_file_reads_the_same(tmp_path):
    (tmp_path / "base.yaml").write_text("stages: [{dim: 64, depth: 1, heads: 2, key_dim: 16}]\n")
    (tmp_path / "net.yaml").write_text("extends: base.yaml\n")
    (tmp_path / "deeper").mkdir()
    state = after(tmp_path / "net.yaml", StepField(("stages", 0, "depth"), 1))
    save(state, tmp_path / "deeper" / "net.yaml")
    assert load_spec(tmp_path / "deeper" / "net.yaml") == state.spec


def test_what_has_become_no_spec_file_is_not_written_over(tmp_path):
    path = tmp_path / "net.yaml"
    path.write_text(BLOCK)
    state = after(path, StepField(("stages", 0, "depth"), 1))
    path.write_text("stages: [\n")
    with pytest.raises(SpecError, match="not valid YAML"):
        save(state, path)
    assert path.read_text() == "stages: [\n"
    save(state, tmp_path / "other.yaml")
    assert load_spec(tmp_path / "other.yaml").stages == state.spec.stages


def test_a_place_that_cannot_be_written_is_said_and_nothing_is_left(tmp_path):
    with pytest.raises(LevitError, match="cannot be written"):
        save(opened("levit256"), tmp_path / "no" / "such.yaml")
    assert os.listdir(tmp_path) == []
