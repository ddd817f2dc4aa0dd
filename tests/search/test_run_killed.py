"""Whole processes that are killed or interrupted in the middle of a sweep."""

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from multiprocessing import resource_tracker
from pathlib import Path

import pytest

from levit_explore.errors import LevitError
from levit_explore.search.chunks import Chunk
from levit_explore.search.progress import unsaid
from levit_explore.search.workers import by_workers
from tests.processes import BOUND, started
from tests.search.sweeps import rows, swept

KILLED = """
import os, signal, sys
from pathlib import Path
from tests.search.sweeps import swept
from tests.search.test_run_killed import Logged

left = {times}

def look(event, arguments):
    global left
    if event == {event!r} and {about!r} in str(arguments):
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    sys.addaudithook(look)
    swept(Path({output!r}), Logged(Path({output!r} + ".log")), workers={workers}, resume=True)
"""
INTERRUPTED = """
import signal, sys
from pathlib import Path
from tests.search.sweeps import swept

def show(at):
    if at.done > 300:
        print("working", flush=True)
        signal.pause()

if __name__ == "__main__":
    try:
        swept(Path({output!r}), workers=2, progress=show)
    except KeyboardInterrupt:
        sys.exit(130)
"""


@dataclass(frozen=True)
class Logged:
    """The work of the made-up space, which notes the chunks that it begins."""

    log: Path

    def __call__(self, start, stop):
        with self.log.open("a") as file:
            file.write(f"{start}\n")
        return rows(start, stop)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What a sweep finds that nothing interrupts."""
    return swept(tmp_path_factory.mktemp("undisturbed") / "rows.parquet")


@pytest.mark.parametrize(
    ("event", "about", "times", "workers"),
    [
        pytest.param("os.rename", "part-", 1, 1, id="before the first part is in its place"),
        pytest.param("os.rename", "part-", 4, 1, id="before the fourth part is in its place"),
        pytest.param("os.rename", "part-", 4, 3, id="with others at work"),
        pytest.param("os.rename", "whole", 1, 1, id="before the output is in its place"),
        pytest.param("os.remove", "part-", 3, 1, id="as the parts are removed"),
    ],
)
def test_a_sweep_that_is_killed_goes_on_to_the_same_bytes(undisturbed, tmp_path, event, about, times, workers):
    output = tmp_path / "rows.parquet"
    script = KILLED.format(event=event, about=about, times=times, workers=workers, output=str(output))
    killed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)  # until workers are gone
    assert (killed.returncode, killed.stdout, killed.stderr) == (-signal.SIGKILL, "", "")
    assert swept(output, resume=True) == undisturbed
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rows.parquet", "rows.parquet.log"]


@pytest.mark.parametrize("workers", [1, 3])
def test_a_sweep_that_is_killed_loses_the_chunk_it_writes_and_those_in_the_hands_of_workers(tmp_path, workers):
    output, log = tmp_path / "rows.parquet", tmp_path / "rows.parquet.log"
    script = KILLED.format(event="os.rename", about="part-", times=3, workers=workers, output=str(output))
    assert subprocess.run([sys.executable, "-c", script], capture_output=True).returncode == -signal.SIGKILL
    begun = len(log.read_text().split())
    kept = len(list((tmp_path / "rows.parquet.parts").glob("part-*")))
    in_hands = 0 if workers == 1 else workers
    assert kept == 2
    assert 1 <= begun - kept <= 1 + in_hands
    swept(output, Logged(log), resume=True)
    assert len(log.read_text().split()) == 8 + begun - kept  # nothing that is kept is counted again


def test_a_sweep_that_is_killed_again_and_again_comes_to_its_end(undisturbed, tmp_path):
    output = tmp_path / "rows.parquet"
    script = KILLED.format(event="os.rename", about="part-", times=3, workers=1, output=str(output))
    ends = []
    while not ends or ends[-1] == -signal.SIGKILL:
        ends.append(subprocess.run([sys.executable, "-c", script], capture_output=True).returncode)
    assert ends == [-signal.SIGKILL] * 3 + [0]  # two more of eight parts each time
    assert swept(output, resume=True) == undisturbed


def test_ctrl_c_ends_all_processes_without_a_word(undisturbed, tmp_path):
    output = tmp_path / "rows.parquet"
    command = [sys.executable, "-c", INTERRUPTED.format(output=str(output))]
    with started(command, start_new_session=True) as process:
        assert process.stdout.readline() == b"working\n"
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: all of them get it
        out, err = process.communicate(timeout=BOUND)
    assert (process.returncode, out, err) == (130, b"", b"")
    assert len(list((tmp_path / "rows.parquet.parts").glob("part-*"))) == 3
    assert swept(output, resume=True) == undisturbed


@pytest.fixture
def dying():
    """Processes of this one are programs that end at once."""
    resource_tracker.ensure_running()  # which is a process of its own
    multiprocessing.set_executable(shutil.which("false"))
    yield
    multiprocessing.set_executable(sys.executable)


@pytest.mark.skipif(shutil.which("false") is None, reason="there is no program that ends at once")
def test_workers_that_die_before_they_read_a_long_job_end_in_one_line(dying):
    chunk = Chunk(0, 0, 1)
    with pytest.raises(LevitError, match=r"^workers: 3 ended while they counted variants 0 to 0, the last by exit"):
        list(by_workers(b"x" * 2**22, [chunk], 1, unsaid))
