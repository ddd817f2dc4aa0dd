"""Saved variants: files that extend what they are variants of, and take no other file's place."""

from pathlib import Path

import numpy as np
import pytest

from levit_explore import LevitError, load_spec
from levit_explore.search.rows import Rows
from levit_explore.search.sweep_specs import base_of, save_specs, spec_files
from levit_explore.space.load import load_space
from levit_explore.spec.reader import read_yaml
from tests.cli.call import TINY, call

CHOICE = "stages.0.depth={choices: [1, 2]}"
SPACE = TINY.replace("depth: 1", "depth: {choices: [1, 2]}")
STAGES = SPACE[SPACE.index("stages:") :]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(path: str, text: str) -> str:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")
    return path


def saved(source: str, folder: str = "made", edit: str | None = None) -> Path:
    """The file of the second variant of a space, which gives that variant."""
    space = load_space(source, [] if edit is None else [edit])
    files = spec_files(space, Rows(np.array([1]), {}), base_of(source))
    save_specs(files, Path(folder))
    (name,) = files
    path = Path(folder) / name
    spec, own = load_spec(path), space.spec(1)
    assert (spec.stages, spec.stem, spec.image_size) == (own.stages, own.stem, own.image_size)
    return path


def extended(path: Path) -> "str | None":
    return read_yaml(path.read_bytes(), "file").value.get("extends")


@pytest.mark.parametrize(
    ("base", "source", "folder", "expected"),
    [
        ("base.yaml", "space.yaml", "made", "../base.yaml"),
        ("base.yaml", "space.yaml", ".", "base.yaml"),
        ("specs/base.yaml", "spaces/space.yaml", "spaces/made/here", "../../../specs/base.yaml"),
    ],
)
def test_variants_of_a_space_that_extends_a_file_extend_it_from_their_folder(base, source, folder, expected):
    write(base, TINY.replace("image_size: 32", "image_size: 48"))
    write(source, f"extends: {'../' * source.count('/')}{base}\n{STAGES}")
    path = saved(source, folder)
    assert extended(path) == expected
    assert "image_size" not in path.read_text(encoding="utf-8")


def test_variants_of_a_spec_with_choices_set_extend_it():
    path = saved(write("mine.yaml", TINY), edit=CHOICE)
    assert extended(path) == "../mine.yaml"


def test_variants_extend_what_lies_below_several_spaces():
    write("base.yaml", TINY)
    write("first.yaml", f"extends: base.yaml\n{STAGES}")
    assert extended(saved(write("second.yaml", "extends: first.yaml\nimage_size: 64\n"))) == "../base.yaml"


@pytest.mark.parametrize("source", [SPACE, "extends: above.yaml\nimage_size: 64\n", f"extends: sub/levit256\n{STAGES}"])
def test_variants_of_what_extends_no_spec_that_a_file_can_name_are_saved_whole(source):
    write("above.yaml", SPACE)
    write("sub/levit256", TINY)
    assert extended(saved(write("space.yaml", source))) is None


def test_a_folder_that_is_a_link_is_named_from_where_it_is():
    Path("far/away").mkdir(parents=True)
    Path("near").symlink_to("far/away", target_is_directory=True)
    write("mine.yaml", TINY)
    assert extended(saved("mine.yaml", "near", edit=CHOICE)) == "../../mine.yaml"


def test_a_file_says_the_whole_digest():
    space = load_space(write("space.yaml", SPACE))
    assert load_spec(saved("space.yaml")).source == f"sweep of {space.name} (digest {space.digest}), variant 1"


@pytest.mark.parametrize("command", [["sweep", "a.yaml"], ["fit", "a.yaml", "--params", "1M", "--top", "1"]])
def test_a_link_to_nowhere_is_not_written_through(command):
    write("a.yaml", TINY)
    assert call(*command, "--save-specs", "made")[0] == 0
    (path,) = Path("made").iterdir()
    path.unlink()
    path.symlink_to("../elsewhere.yaml")
    words = f"{path}: is there already, and is another; remove it, or choose another folder\n"
    assert call(*command, "--save-specs", "made")[::2] == (2, words)
    assert not Path("elsewhere.yaml").exists()


def test_a_file_that_is_there_already_is_left_as_it_is():
    path = saved(write("space.yaml", SPACE))
    Path("elsewhere.yaml").write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to("../elsewhere.yaml")
    before = Path("elsewhere.yaml").stat().st_ino
    assert saved("space.yaml") == path
    assert Path("elsewhere.yaml").stat().st_ino == before


def test_no_file_is_written_where_one_of_them_may_not_be():
    space = load_space(write("space.yaml", SPACE))
    files = spec_files(space, Rows(np.array([0, 1]), {}), None)
    (Path("made") / list(files)[1]).mkdir(parents=True)
    with pytest.raises(LevitError, match="is there already, and is another"):
        save_specs(files, Path("made"))
    assert len(list(Path("made").iterdir())) == 1
