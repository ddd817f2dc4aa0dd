"""Where the rows of a sweep are kept, and what is said of a place where they cannot be."""

import errno
import os
import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from levit_explore.errors import LevitError
from levit_explore.locking import locked
from levit_explore.search.run import run
from levit_explore.search.store import opened
from levit_explore.search.summary import Asked
from tests.search.sweeps import ASKED, Work, facts, rows, swept, task

TASK = task()
FIX = "choose another -o, or remove what is there"
LEFT = "nothing is removed; mend that, or remove it to have its chunk done again"


@pytest.fixture
def output(tmp_path):
    """Where rows are to go."""
    return tmp_path / "rows.parquet"


@pytest.fixture
def stopped(output):
    """A sweep that was stopped after three chunks: its parts."""
    with pytest.raises(KeyboardInterrupt):
        swept(output, progress=stop)
    return sorted(output.with_name("rows.parquet.parts").glob("part-*"))


def stop(at):
    """A display of progress that Ctrl-C is pressed at after three chunks."""
    if at.done >= 384:
        raise KeyboardInterrupt


def refusal(output, made=TASK, resume=False):
    """What is said of a sweep that cannot be done, without the folder's name."""
    with pytest.raises(LevitError) as caught, opened(output, made.header, resume) as store:
        run(made, Asked(), store)
    return str(caught.value).replace(f"{output.parent}{os.sep}", "")


def test_an_output_that_is_there_is_not_overwritten(output):
    output.write_text("mine")
    assert refusal(output) == "rows.parquet: is there already; choose another name, or remove it"
    assert output.read_text() == "mine"
    assert os.listdir(output.parent) == ["rows.parquet"]


@pytest.mark.parametrize(("count", "parts"), [(3, "3 parts"), (1, "1 part")])
def test_parts_that_are_there_are_not_overwritten(output, stopped, count, parts):
    for part in stopped[count:]:
        part.unlink()
    assert refusal(output) == f"rows.parquet.parts: holds {parts} of a sweep; go on with --resume, or remove the folder"
    assert all(part.exists() for part in stopped[:count])


@pytest.mark.parametrize(
    ("made", "what"),
    [
        (task(digest="4567"), "digest 0123, not 4567"),
        (task(digest="89abcdef" * 8), "digest 0123, not 89abcdef"),
        (task(convention="fvcore"), "convention levit, not fvcore"),
        (replace(task(), columns=("flops",)), "columns ['flops', 'params'], not ['flops']"),
        (replace(task(), size=999), "size 1000, not 999"),
    ],
)
def test_parts_of_another_sweep_are_not_taken(output, stopped, made, what):
    first = f"rows.parquet.parts/{stopped[0].name}"
    assert refusal(output, made, resume=True) == f"{first}: is of another sweep, with {what}; {FIX}"
    assert all(part.exists() for part in stopped)


def test_the_output_of_another_sweep_is_not_taken(output):
    swept(output)
    words = f"rows.parquet: is of another sweep, with digest 0123, not 4567; {FIX}"
    assert refusal(output, task(digest="4567"), resume=True) == words


def test_parts_beside_the_output_of_another_sweep_are_left(output, stopped):
    other, made = output.with_name("other.parquet"), task(digest="4567")
    with opened(other, made.header) as store:
        run(made, Asked(), store)
    other.replace(output)
    assert refusal(output, resume=True) == f"rows.parquet: is of another sweep, with digest 4567, not 0123; {FIX}"
    assert all(part.exists() for part in stopped)


def test_a_parquet_file_of_something_else_is_not_taken(output):
    pq.write_table(pa.table({"number": [1]}), output)
    assert refusal(output, resume=True) == "rows.parquet: is not a result of levit-explore sweep"


def test_a_file_that_is_no_parquet_is_not_taken(output):
    output.write_bytes(b"PAR1 no more PAR1")
    words = r"rows\.parquet: cannot be read \(.*\); remove it, and run the sweep again, with --resume if parts are kept"
    assert re.fullmatch(words, refusal(output, resume=True))


def test_an_output_that_the_system_does_not_give_is_not_to_be_removed(output, monkeypatch):
    def kept(*_, **__):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    swept(output)
    monkeypatch.setattr(pq, "ParquetFile", kept)
    assert refusal(output, resume=True) == "rows.parquet: cannot be read (Input/output error)"


def flipped(part, share=0.5):
    """One bit is another, so far into a part."""
    content = bytearray(part.read_bytes())
    content[int(len(content) * share)] ^= 16
    part.write_bytes(content)


def misnamed(part):
    """The part after it has its name and checksum."""
    other = next(part.parent.glob("part-000000002-*"))
    part.unlink()
    other.rename(other.with_name(other.name.replace("2", "1", 1)))


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        pytest.param(lambda part: part.write_bytes(b""), "is not what was written", id="empty"),
        pytest.param(lambda part: part.write_bytes(part.read_bytes()[:-300]), "is not what was written", id="cut"),
        pytest.param(lambda part: part.write_bytes(os.urandom(2000)), "is not what was written", id="noise"),
        pytest.param(flipped, "is not what was written", id="a bit flipped in the middle"),
        pytest.param(lambda part: flipped(part, 0.02), "is not what was written", id="a bit flipped at the start"),
        pytest.param(lambda part: flipped(part, 0.9), "is not what was written", id="a bit flipped near the end"),
        pytest.param(misnamed, "holds another part", id="another part"),
    ],
)
def test_a_part_that_is_corrupt_is_done_again_and_said(output, stopped, spoil, problem, tmp_path_factory):
    spoil(stopped[1])
    said = []
    found = swept(output, resume=True, say=said.append)
    assert found == swept(tmp_path_factory.mktemp("other") / "rows.parquet")
    name = stopped[2].name.replace("2", "1", 1) if spoil is misnamed else stopped[1].name
    assert said == [f"{stopped[1].parent}: {name} {problem}; it is done again"]


def test_runs_that_are_refused_leave_the_one_at_work_alone(output):
    with opened(output, TASK.header) as store:
        for _ in range(2):
            assert refusal(output, resume=True) == "rows.parquet.parts: another process is at this sweep"
        assert run(TASK, Asked(), store).count == len(pq.read_table(output))
    assert os.listdir(output.parent) == ["rows.parquet"]


def test_a_lock_that_a_process_started_meanwhile_still_has_holds_nobody_up(output, monkeypatch):
    others = []

    def inherited(lock):
        others.append(os.dup(lock.fileno()))  # as a process has until it becomes another program
        return locked(lock)

    monkeypatch.setattr("levit_explore.search.store.locked", inherited)
    with pytest.raises(KeyboardInterrupt):
        swept(output, progress=stop)
    assert swept(output, resume=True)[0] == facts(run(TASK, ASKED))
    for other in others:
        os.close(other)


def test_a_lock_that_was_removed_before_it_was_taken_is_none(output, monkeypatch):
    def late(lock):
        (output.with_name("rows.parquet.parts") / "lock").unlink()
        return locked(lock)

    monkeypatch.setattr("levit_explore.search.store.locked", late)
    assert refusal(output) == "rows.parquet.parts: another process is at this sweep"


def test_a_folder_among_the_parts_is_one_line_and_stays(output):
    part = output.with_name("rows.parquet.parts") / "part-000000000-aaaaaaaa.parquet"
    part.mkdir(parents=True)
    named = f"rows.parquet.parts/{part.name}"
    assert refusal(output, resume=True) == f"{named}: cannot be read (Is a directory); {LEFT}"
    assert part.is_dir()


@pytest.mark.parametrize("code", [errno.EIO, errno.EACCES])
def test_a_part_that_cannot_be_read_for_the_moment_stays(output, stopped, monkeypatch, code):
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", failing(Path.read_bytes, lambda path: path == stopped[1], code))
        words = refusal(output, resume=True)
    assert words == f"rows.parquet.parts/{stopped[1].name}: cannot be read ({os.strerror(code)}); {LEFT}"
    assert all(part.exists() for part in stopped)
    assert swept(output, resume=True)[0] == facts(run(task(), ASKED))


def test_a_corrupt_part_that_cannot_be_removed_is_one_line(output, stopped, monkeypatch):
    flipped(stopped[1])
    monkeypatch.setattr(Path, "unlink", failing(Path.unlink, lambda path: path == stopped[1], errno.EROFS))
    words = f"rows.parquet.parts/{stopped[1].name}: is corrupt and cannot be removed (Read-only file system)"
    assert refusal(output, resume=True) == words


def test_a_folder_that_is_not_there_is_one_line(tmp_path):
    words = refusal(tmp_path / "none" / "rows.parquet")
    assert words == "rows.parquet.parts: cannot be written (No such file or directory)"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_read_only_is_one_line(output):
    output.parent.chmod(0o500)
    assert refusal(output) == "rows.parquet.parts: cannot be written (Permission denied)"


def failing(call, when, code=errno.ENOSPC):
    """A method of Path that the system refuses where `when` says so, for a full disk or for another reason."""

    def tried(path, *arguments, **options):
        if when(path):
            raise OSError(code, os.strerror(code))
        return call(path, *arguments, **options)

    return tried


def test_a_full_disk_keeps_what_was_done(output, monkeypatch):
    done = output.with_name("rows.parquet.parts")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", failing(Path.write_bytes, lambda path: len(list(done.glob("part-*"))) == 4))
        words = refusal(output)
    named = re.sub("-[0-9a-f]{8}[.]", ".", words)  # without the checksum
    assert named == "rows.parquet.parts/part-000000004.parquet: cannot be written (No space left on device)"
    assert sorted(path.name[:14] for path in done.iterdir()) == [f"part-{place:09d}" for place in range(4)]
    assert swept(output, resume=True)[0] == facts(run(task(), ASKED))


def test_a_disk_too_full_for_the_output_keeps_all_parts(output, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", failing(Path.replace, lambda path: path.name == "whole.parquet"))
        words = refusal(output)
    kept = "all parts of it are kept, and --resume joins them"
    assert words == f"rows.parquet: cannot be written (No space left on device); {kept}"
    assert len(list(output.with_name("rows.parquet.parts").glob("part-*"))) == 8
    assert swept(output, resume=True)[0] == facts(run(task(), ASKED))


def test_what_a_killed_process_left_half_written_is_cleared_away(output, stopped):
    folder = stopped[0].parent
    for name in ("whole.parquet", ".levit-explore.123.part"):
        (folder / name).write_bytes(b"PAR1 half")
    swept(output, resume=True)
    assert os.listdir(output.parent) == ["rows.parquet"]


def test_a_part_that_goes_bad_meanwhile_is_one_line_and_done_again_later(output, stopped):
    def spoil(at):
        if at.done == at.total:
            flipped(stopped[0])

    with pytest.raises(LevitError) as caught:
        swept(output, resume=True, progress=spoil)
    words = f"{stopped[0].parent}: {stopped[0].name} is not what was written; --resume does it again"
    assert str(caught.value) == words
    assert swept(output, resume=True)[0] == facts(run(task(), ASKED))


def test_row_groups_are_about_as_long_as_chunks(output):
    swept(output)
    found = pq.ParquetFile(output).metadata
    assert sum(found.row_group(place).num_rows for place in range(found.num_row_groups)) == len(rows(0, 1000))
    assert found.num_row_groups == 3  # of the eight chunks three make a group, for a third of all variants fits


def test_parts_become_one_file_some_rows_at_a_time(output, monkeypatch):
    monkeypatch.setattr("levit_explore.search.parts.GROUP", 16)
    found = swept(output)
    groups = pq.ParquetFile(output).metadata
    lengths = [groups.row_group(place).num_rows for place in range(groups.num_row_groups)]
    assert sum(lengths) == len(rows(0, 1000))
    assert max(lengths) < 16 + 4  # what is read at once is a quarter of a group
    assert found[0] == facts(run(task(), ASKED))


def test_a_name_may_hold_anything_that_a_file_may(tmp_path):
    output = tmp_path / "a b;$(c)'\"\u202e%.parquet"
    assert swept(output, Work(), workers=2) == swept(tmp_path / "plain.parquet")
    assert len(list(tmp_path.iterdir())) == 2
