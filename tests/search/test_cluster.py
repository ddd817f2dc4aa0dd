"""Sweeps by a real cluster of processes, some of which die."""

import socket
import sys
from pathlib import Path

import pyarrow.parquet
import pytest

from levit_explore.errors import LevitError
from levit_explore.search import cluster
from levit_explore.search.run import run
from tests.cli.call import document
from tests.search.sweeps import ASKED, Work, facts, swept, task, wrong

distributed = pytest.importorskip("distributed", reason="dask.distributed is the cluster")


@pytest.fixture(scope="module")
def scheduler():
    """The address of a cluster of two processes."""
    with _cluster(2) as local:
        yield local.scheduler_address


def _cluster(workers):
    return distributed.LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=100
    )


def _absent(address):
    return [f"{address}: has no workers; the sweep waits for one", f"{address}: has workers again; the sweep goes on"]


def test_a_cluster_gives_what_one_process_gives(scheduler, tmp_path):
    assert swept(tmp_path / "a.parquet", scheduler=scheduler) == swept(tmp_path / "b.parquet")


def test_the_command_gives_with_a_cluster_what_it_gives_without(scheduler, tmp_path):
    space = str(Path(__file__).parents[2] / "docs" / "examples" / "space.yaml")
    alone, shared = (
        document("sweep", space, "--best", "2", "--by", "params", *options)
        for options in ([], ["--scheduler", scheduler, "-o", str(tmp_path / "rows.parquet")])
    )
    assert shared | {"why": alone["why"]} == alone
    assert alone["within"] == len(pyarrow.parquet.read_table(tmp_path / "rows.parquet")) > 0


def test_a_worker_that_is_killed_in_the_middle_has_its_chunk_done_again(scheduler, tmp_path):
    found = run(task(Work(tmp_path, 500)), ASKED, scheduler=scheduler)
    assert (tmp_path / "death-0").exists()
    assert facts(found) == facts(run(task(), ASKED))


def test_a_chunk_that_ends_every_worker_is_one_line_and_what_was_done_is_kept(scheduler, tmp_path):
    output = tmp_path / "rows.parquet"
    with pytest.raises(LevitError) as caught:
        swept(output, Work(tmp_path, 999, deaths=4), scheduler=scheduler)
    assert str(caught.value) == f"{scheduler}: variants 896 to 999 ended 4 workers"
    assert swept(output, resume=True, scheduler=scheduler) == swept(tmp_path / "other.parquet")


def test_a_cluster_without_workers_is_said_once_and_that_it_goes_on(monkeypatch):
    monkeypatch.setattr(cluster, "ABSENT", 0.1)
    said = []
    with _cluster(0) as lonely:

        def say(words):
            said.append(words)
            if len(said) == 1:
                lonely.scale(1)

        found = run(task(), ASKED, scheduler=lonely.scheduler_address, say=say)
    assert said == _absent(lonely.scheduler_address)
    assert facts(found) == facts(run(task(), ASKED))


def test_a_cluster_whose_only_worker_dies_goes_on_when_there_is_another(tmp_path):
    with _cluster(1) as lonely:  # which starts a dead worker again
        found = run(task(Work(tmp_path, 500)), ASKED, scheduler=lonely.scheduler_address)
    assert facts(found) == facts(run(task(), ASKED))


def test_a_scheduler_that_ends_in_the_middle_is_one_line_and_what_was_done_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    output = tmp_path / "rows.parquet"
    with _cluster(1) as brief:

        def end(at):
            if at.done >= 384:
                brief.close()

        with pytest.raises(LevitError) as caught:
            swept(output, scheduler=brief.scheduler_address, progress=end)
    assert str(caught.value) == f"{brief.scheduler_address}: the scheduler is gone"
    assert swept(output, resume=True) == swept(tmp_path / "other.parquet")


def test_what_the_work_raises_comes_through(scheduler):
    with pytest.raises(ArithmeticError, match="no counts from"):
        run(task(wrong), ASKED, scheduler=scheduler)


@pytest.fixture
def silent():
    """The address of a port where nobody answers."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"tcp://127.0.0.1:{held.getsockname()[1]}"


def test_no_scheduler_is_one_line_within_seconds(silent, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with pytest.raises(LevitError) as caught:
        run(task(), ASKED, scheduler=silent)
    problem = f"Timed out trying to connect to {silent} after 1 s"
    assert str(caught.value) == f"{silent}: no Dask scheduler answers ({problem})"


@pytest.mark.parametrize(
    ("address", "problem"),
    [("nowhere", "missing port number in address 'nowhere'"), ("foo://a:1", "unknown address scheme 'foo'")],
)
def test_an_address_that_is_none_is_one_line(address, problem):
    with pytest.raises(LevitError) as caught:
        run(task(), ASKED, scheduler=address)
    assert str(caught.value).startswith(f"{address}: no Dask scheduler answers ({problem}")
    assert "\n" not in str(caught.value)


def test_without_distributed_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(LevitError) as caught:
        run(task(), ASKED, scheduler="tcp://host:8786")
    words = "takes dask.distributed, which is not installed: pip install 'levit-explore[cluster]'"
    assert str(caught.value) == f"tcp://host:8786: {words}"
