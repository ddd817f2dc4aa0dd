"""Sweeps in one process and in several, stopped or not: what comes out is the same."""

import errno
import multiprocessing
import os

import pyarrow.parquet as pq
import pytest

from levit_explore.errors import LevitError
from levit_explore.search.progress import Progress
from levit_explore.search.run import run
from levit_explore.search.summary import summary_of
from tests.search.sweeps import ASKED, SIZE, Work, facts, rows, swept, table, task, wrong


def interrupted(after):
    """A display of progress that Ctrl-C is pressed at when so many chunks are done."""
    seen = []

    def show(at):
        seen.append(at)
        if len(seen) > after:
            raise KeyboardInterrupt

    return show


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What one process finds that nothing interrupts."""
    return swept(tmp_path_factory.mktemp("undisturbed") / "rows.parquet")


def test_chunks_make_the_summary_of_the_whole(undisturbed):
    assert undisturbed[0] == facts(summary_of(rows(0, SIZE), ASKED)) == facts(run(task(), ASKED))


def test_the_output_holds_all_rows_in_order_and_what_they_chose(undisturbed, tmp_path):
    (tmp_path / "rows.parquet").write_bytes(undisturbed[1])
    found = pq.read_table(tmp_path / "rows.parquet").to_pylist()
    expected = [
        {
            **row,
            "stages[0].dim": (64, 96, 128, 192)[row["number"] // 250],
            "activation": ("gelu", "silu")[row["number"] % 2],
        }
        for row in table(rows(0, SIZE))
    ]
    assert found == expected


def test_nothing_is_left_beside_the_output(tmp_path):
    swept(tmp_path / "rows.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["rows.parquet"]


@pytest.mark.parametrize("workers", [2, 3])
def test_any_number_of_workers_gives_the_same(undisturbed, tmp_path, workers):
    assert swept(tmp_path / "rows.parquet", workers=workers) == undisturbed


def test_the_chunk_of_a_worker_that_dies_is_done_again(undisturbed, tmp_path):
    said = []
    found = swept(tmp_path / "rows.parquet", Work(tmp_path, 300, deaths=2), workers=2, say=said.append)
    assert found == undisturbed
    assert said == ["a worker ended by signal 9; variants 256 to 383 are done again"] * 2


def test_a_chunk_that_ends_every_worker_ends_the_sweep_in_one_line_and_keeps_what_was_done(undisturbed, tmp_path):
    output = tmp_path / "rows.parquet"
    with pytest.raises(LevitError) as caught:
        swept(output, Work(tmp_path, 999, deaths=3), workers=2)
    assert str(caught.value) == "workers: 3 ended while they counted variants 896 to 999, the last by signal 9"
    assert len(list((tmp_path / "rows.parquet.parts").glob("part-*"))) == 7
    assert swept(output, resume=True) == undisturbed


@pytest.mark.parametrize("refused", ["Pipe", "Process.start"])
def test_workers_that_the_system_refuses_are_one_line(monkeypatch, refused):
    def none(*_, **__):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(type(multiprocessing.get_context("spawn")), refused.removesuffix(".start"), none)
    with pytest.raises(LevitError) as caught:
        run(task(), ASKED, workers=2)
    assert str(caught.value) == "workers: 0 are started, and no more can be (Too many open files); take fewer"


@pytest.mark.parametrize("workers", [1, 2])
def test_what_the_work_raises_comes_through(workers):
    with pytest.raises(ArithmeticError, match=r"no counts from (0 to 128|128 to 256)"):
        run(task(wrong), ASKED, workers=workers)


def test_progress_counts_every_variant_once(tmp_path):
    seen = []
    run(task(), ASKED, workers=2, progress=seen.append)
    assert seen[0] == Progress(SIZE, 0, 0, 0)
    assert seen[-1] == Progress(SIZE, SIZE, 0, len(rows(0, SIZE)))
    assert [at.done for at in seen] == sorted({at.done for at in seen})


def test_what_was_done_is_counted_as_resumed(tmp_path):
    output, seen = tmp_path / "rows.parquet", []
    with pytest.raises(KeyboardInterrupt):
        swept(output, progress=interrupted(after=3))
    swept(output, resume=True, progress=seen.append)
    assert seen[0] == Progress(SIZE, 384, 384, 128)
    assert seen[-1] == Progress(SIZE, SIZE, 384, len(rows(0, SIZE)))


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupt_ends_all_workers_and_leaves_parts_to_go_on_from(undisturbed, tmp_path, workers):
    output = tmp_path / "rows.parquet"
    with pytest.raises(KeyboardInterrupt):
        swept(output, workers=workers, progress=interrupted(after=2))
    assert len(list((tmp_path / "rows.parquet.parts").glob("part-*"))) == 2
    assert swept(output, resume=True, workers=workers) == undisturbed


def test_a_finished_sweep_resumed_says_the_same_without_work(undisturbed, tmp_path):
    output = tmp_path / "rows.parquet"
    swept(output)
    assert swept(output, wrong, resume=True) == undisturbed
