"""Results reach files whole or not at all, and what is no file is not replaced."""

import errno
import json
import os
import stat
import threading
from pathlib import Path

import pytest

from levit_explore import LevitError
from levit_explore.render import csv as as_csv
from levit_explore.render import json as as_json
from levit_explore.render import markdown, plain
from levit_explore.render.emit import Format, emit, emit_text
from levit_explore.writing import write_file, write_text
from tests.render.sheets import sheet

TEXTS = {
    "table": plain.render([sheet()]),
    "json": as_json.render([sheet()]),
    "csv": as_csv.render([sheet()]),
    "markdown": markdown.render([sheet()]),
}


@pytest.fixture(autouse=True)
def _in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def refusal(path: str) -> str:
    with pytest.raises(LevitError) as error:
        write_text(Path(path), "new")
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.txt", "table"), ("a.json", "json"), ("a.csv", "csv"), ("a.md", "markdown"), ("a.b.JSON", "json")],
)
def test_the_suffix_chooses_the_format(name, form):
    emit([sheet()], None, Path(name))
    assert Path(name).read_text(encoding="utf-8") == TEXTS[form]


def test_the_format_asked_for_wins_over_the_suffix():
    emit([sheet()], Format.CSV, Path("a.json"))
    assert Path("a.json").read_text(encoding="utf-8") == TEXTS["csv"]


@pytest.mark.parametrize(
    ("name", "given"),
    [("a.png", "the suffix .png"), ("a", "a name without a suffix"), (".json", "a name without a suffix")],
)
def test_a_suffix_that_names_no_format_is_explained(name, given):
    with pytest.raises(LevitError) as error:
        emit([sheet()], None, Path(name))
    assert str(error.value) == (
        f"-o {name}: {given} names no format; end it in .txt, .json, .csv, .md, or give --format"
    )
    assert not Path(name).exists()


@pytest.mark.parametrize("form", [None, *Format])
def test_without_a_file_results_are_printed(form, capsys):
    emit([sheet()], form, None)
    assert capsys.readouterr() == (TEXTS[form or "table"], "")


def test_text_is_printed_or_written(capsys):
    emit_text("one\n", None)
    emit_text("two\n", Path("a.yaml"))
    assert (capsys.readouterr().out, Path("a.yaml").read_text(encoding="utf-8")) == ("one\n", "two\n")


def test_a_file_is_replaced_and_nothing_else_is_left():
    Path("a.txt").write_text("old", encoding="utf-8")
    write_text(Path("a.txt"), "new")
    assert {path.name: path.read_text(encoding="utf-8") for path in Path().iterdir()} == {"a.txt": "new"}


def test_a_write_that_fails_halfway_leaves_the_old_file(monkeypatch):
    def full(path, content, **_):
        path.write_bytes(content[:1].encode())
        raise OSError(errno.ENOSPC, "No space left on device")

    Path("a.txt").write_text("old", encoding="utf-8")
    monkeypatch.setattr(Path, "write_text", full)
    assert refusal("a.txt") == "a.txt: cannot be written (No space left on device)"
    assert {path.name: path.read_text(encoding="utf-8") for path in Path().iterdir()} == {"a.txt": "old"}


def test_two_writes_of_a_process_at_once_do_not_meet():
    both = threading.Barrier(2, timeout=60)

    def write(name):
        def fill(file):
            file.write_text(name, encoding="utf-8")
            both.wait()

        write_file(Path(f"{name}.txt"), fill)

    threads = [threading.Thread(target=write, args=[name]) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {path.name: path.read_text(encoding="utf-8") for path in Path().iterdir()} == {"a.txt": "a", "b.txt": "b"}


def test_a_link_stays_and_its_file_is_replaced():
    Path("a.txt").write_text("old", encoding="utf-8")
    Path("link.txt").symlink_to("a.txt")
    write_text(Path("link.txt"), "new")
    assert (Path("link.txt").is_symlink(), Path("a.txt").read_text(encoding="utf-8")) == (True, "new")


def test_a_pipe_is_written_to_and_not_replaced():
    os.mkfifo("pipe.txt")
    found: list[str] = []
    reader = threading.Thread(target=lambda: found.append(Path("pipe.txt").read_text(encoding="utf-8")))
    reader.start()
    write_text(Path("pipe.txt"), "new")
    reader.join()
    assert (found, stat.S_ISFIFO(Path("pipe.txt").stat().st_mode)) == (["new"], True)


def test_a_link_to_a_pipe_is_written_to():
    read, written = os.pipe()
    try:
        write_text(Path(f"/dev/fd/{written}"), "new")
        assert os.read(read, 10) == b"new"
    finally:
        os.close(read)
        os.close(written)


def test_a_device_is_written_to_and_not_replaced():
    near, far = os.openpty()
    try:
        write_text(Path(os.ttyname(far)), "new")
        assert (os.read(near, 10), os.isatty(far)) == (b"new", True)
    finally:
        os.close(near)
        os.close(far)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("missing/a.txt", "No such file or directory"),
        ("file.txt/a.txt", "Not a directory"),
        ("folder", "Is a directory"),
        ("x" * 300, "File name too long"),
    ],
)
def test_a_path_that_cannot_be_written_is_explained(path, reason):
    Path("file.txt").touch()
    Path("folder").mkdir()
    assert refusal(path) == f"{path}: cannot be written ({reason})"
    assert sorted(path.name for path in Path().rglob("*")) == ["file.txt", "folder"]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_without_permission_is_explained():
    Path("folder").mkdir(mode=0o500)
    assert refusal("folder/a.txt") == "folder/a.txt: cannot be written (Permission denied)"


def test_a_name_as_long_as_names_can_be_is_written():
    name = "x" * 251 + ".txt"
    write_text(Path(name), "new")
    assert [path.name for path in Path().iterdir()] == [name]


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_a_new_file_has_the_permissions_that_the_umask_gives(umask, mode):
    before = os.umask(umask)
    try:
        write_text(Path("a.txt"), "new")
    finally:
        os.umask(before)
    assert stat.S_IMODE(Path("a.txt").stat().st_mode) == mode


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_a_replaced_file_keeps_its_permissions(mode):
    Path("a.txt").touch()
    Path("a.txt").chmod(mode)
    write_text(Path("a.txt"), "new")
    assert (Path("a.txt").read_text(encoding="utf-8"), stat.S_IMODE(Path("a.txt").stat().st_mode)) == ("new", mode)


def test_a_name_that_is_no_unicode_does_not_stop_a_file():
    emit([sheet("\udcff")], Format.JSON, Path("a.json"))
    assert json.loads(Path("a.json").read_text(encoding="utf-8"))["spec"] == "?"
