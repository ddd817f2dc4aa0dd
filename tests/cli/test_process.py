"""The installed command as a process: pipes, full disks, and what it does not import."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from tests.cli.call import printed

SCRIPT = str(Path(sysconfig.get_path("scripts")) / "levit-explore")
HEAVY = ["fvcore", "graphviz", "numpy", "rich", "textual", "timm", "torch"]


def process(*arguments: str, **settings: Any) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run([SCRIPT, *arguments], stderr=subprocess.PIPE, check=False, **settings)


def test_the_script_prints_what_the_command_does():
    found = process("flops", "levit256", stdout=subprocess.PIPE)
    assert (found.returncode, found.stdout.decode(), found.stderr) == (0, printed("flops", "levit256"), b"")


def test_the_script_reads_standard_input():
    found = process("show", "-", input=printed("show", "levit256").encode(), stdout=subprocess.PIPE)
    assert (found.returncode, found.stdout.decode(), found.stderr) == (0, printed("show", "levit256"), b"")


def test_an_error_is_a_line_and_status_2(tmp_path):
    found = process("flops", "levit256", "--convention", "x", stdout=subprocess.PIPE, cwd=tmp_path)
    assert (found.returncode, found.stdout, found.stderr.count(b"\n")) == (2, b"", 1)


@pytest.mark.parametrize("arguments", [["flops", "levit256"], ["--help"]])
def test_a_reader_that_has_left_is_no_error(arguments):
    read, written = os.pipe()
    os.close(read)
    try:
        found = process(*arguments, stdout=written)
    finally:
        os.close(written)
    assert (found.returncode, found.stderr) == (0, b"")


@pytest.mark.parametrize("arguments", ["flops nope", "flops nope --debug", "nope"])
def test_an_error_is_status_2_where_its_reader_has_left(arguments):
    read, written = os.pipe()
    os.close(read)
    try:
        found = subprocess.run([SCRIPT, *arguments.split()], stdout=subprocess.PIPE, stderr=written, check=False)
    finally:
        os.close(written)
    assert (found.returncode, found.stdout) == (2, b"")


@pytest.mark.parametrize("arguments", ["flops nope", "flops nope --debug", "nope"])
def test_an_error_is_status_2_where_standard_error_is_closed(arguments):
    found = subprocess.run(f"{SCRIPT} {arguments} 2>&-", shell=True, stdout=subprocess.PIPE, check=False)
    assert (found.returncode, found.stdout) == (2, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_full_disk_is_a_line_and_status_2():
    with open("/dev/full", "wb") as full:
        found = process("flops", "levit256", stdout=full)
    assert (found.returncode, found.stderr) == (2, b"standard output: cannot be written (No space left on device)\n")


@pytest.mark.parametrize(
    ("source", "closed", "status", "printed_too", "err"),
    [
        ("levit256", ">&-", 0, False, b""),
        ("levit256", "2>&-", 0, True, b""),
        ("levit256", "<&-", 0, True, b""),
        ("-", "<&-", 2, False, b"<stdin>: standard input is closed\n"),
    ],
)
def test_a_closed_stream_is_no_traceback(source, closed, status, printed_too, err):
    found = subprocess.run(f"{SCRIPT} flops {source} {closed}", shell=True, capture_output=True, check=False)
    out = printed("flops", "levit256") if printed_too else ""
    assert (found.returncode, found.stdout.decode(), found.stderr) == (status, out, err)


def test_a_stream_without_unicode_gets_question_marks():
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    found = process("show", "levit256", "--set", "name=模型", stdout=subprocess.PIPE, env=environment)
    assert (found.returncode, found.stdout.splitlines()[0], found.stderr) == (0, b"name: ??", b"")


@pytest.mark.parametrize("command", ["show", "flops", "balance", "reconcile"])
def test_counting_imports_nothing_heavy(command):
    code = (
        f"import sys; from levit_explore.cli.main import run; run(sys.argv[1:]); print(set({HEAVY}) & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code, command, "levit256"], stdout=subprocess.PIPE, check=True)
    assert found.stdout.decode() == printed(command, "levit256") + "set()\n"
