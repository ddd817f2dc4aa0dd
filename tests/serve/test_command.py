"""The command prints the address, serves it, and ends without a word."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.cli.call import TINY, call, printed
from tests.cli.test_process import SCRIPT
from tests.processes import BOUND, started

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "serve.md").read_text(encoding="utf-8")


def serving(*arguments, **settings):
    return started([SCRIPT, "serve", *arguments], text=True, **settings)


@pytest.mark.parametrize(
    ("arguments", "address", "warned"),
    [
        (["levit128s"], r"http://127\.0\.0\.1:\d+/[\w-]{32}/", False),
        (
            ["levit128s", "--set", "stages.0.depth=3", "--size", "192x256"],
            r"http://127\.0\.0\.1:\d+/[\w-]{32}/\?set=stages\.0\.depth%3D3&set=image_size%3D%5B192%2C\+256%5D",
            False,
        ),
        (["levit128s", "--host", "localhost"], r"http://localhost:\d+/[\w-]{32}/", False),
        (["levit128s", "--host", "127.1"], r"http://127\.0\.0\.1:\d+/[\w-]{32}/", False),
        (["levit128s", "--host", "0.0.0.0"], r"http://[^/]+:\d+/[\w-]{32}/", True),
    ],
)
def test_the_address_is_printed_and_served_until_it_is_interrupted(arguments, address, warned):
    with serving(*arguments) as process:
        printed_address = process.stdout.readline().rstrip("\n")
        try:
            assert re.fullmatch(address, printed_address)
            bound = re.sub("//[^:/]+:", "//127.0.0.1:", printed_address)
            with urllib.request.urlopen(bound, timeout=BOUND) as answer:
                assert b"levit128s" in answer.read()
        finally:
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=BOUND)
    assert (process.returncode, out) == (0, "")
    assert err == (
        "--host 0.0.0.0: is not loopback: whoever on the network learns the address can read and save the spec\n"
        if warned
        else ""
    )


@pytest.mark.parametrize("command", re.findall(r"^levit-explore (serve .*)$", PAGE, re.M))
def test_a_command_of_the_page_about_it_serves_what_it_says(command, tmp_path):
    (tmp_path / "docs").symlink_to(DOCS)
    assert call("new", str(tmp_path / "my_levit"), "--from", "levit256")[0] == 0
    alone = {"cwd": tmp_path, "env": {"PATH": "/nonexistent"}}  # without a browser to open
    with serving(*shlex.split(command)[1:], **alone) as process:
        with urllib.request.urlopen(process.stdout.readline(), timeout=BOUND) as answer:
            assert b"levit" in answer.read()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=BOUND)
    assert process.returncode == 0


def test_more_idle_connections_than_files_leave_the_server_running_and_say_little():
    few_files = ["sh", "-c", 'ulimit -n 256 && exec "$@"', "sh"]
    with started([*few_files, SCRIPT, "serve", "levit128s"], text=True) as process:
        address = process.stdout.readline().rstrip("\n")
        port = int(address.split("/")[2].rpartition(":")[2])
        with ExitStack() as open_ones:
            for _ in range(300):
                open_ones.enter_context(socket.create_connection(("127.0.0.1", port), timeout=BOUND))
        assert b"levit128s" in _once_there_is_room(address)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=BOUND)
    assert (process.returncode, out) == (0, "")
    assert err.count("\n") <= 1


def _once_there_is_room(address):
    """The page, asked for again as long as connections that were closed count as open, which closes new ones."""
    end = time.monotonic() + BOUND
    while True:
        try:
            with urllib.request.urlopen(address, timeout=BOUND) as answer:
                return answer.read()
        except (ConnectionError, urllib.error.URLError):
            assert time.monotonic() < end, "no connection is taken any more"


@pytest.mark.parametrize("arguments", [[], ["--set", "stages.0.depth=2"]])
def test_a_pipe_of_the_shell_is_served(tmp_path, arguments):
    (tmp_path / "tiny.yaml").write_text(TINY, encoding="utf-8")
    reading = f"exec {shlex.join([SCRIPT, 'serve'])} <(cat tiny.yaml) {shlex.join(arguments)}"
    with started(["bash", "-c", reading], cwd=tmp_path, text=True) as process:
        with urllib.request.urlopen(process.stdout.readline(), timeout=BOUND) as answer:
            assert b"32x32" in answer.read()
        process.send_signal(signal.SIGINT)
        assert process.wait(BOUND) == 0


def test_a_pipe_in_the_place_of_the_file_keeps_nobody_waiting(tmp_path):
    (tmp_path / "tiny.yaml").write_text(TINY, encoding="utf-8")
    with serving(str(tmp_path / "tiny.yaml")) as process:
        address = process.stdout.readline().rstrip("\n")
        (tmp_path / "tiny.yaml").unlink()
        os.mkfifo(tmp_path / "tiny.yaml")
        told = b""
        while b"is no file any more" not in told:
            with urllib.request.urlopen(address, timeout=BOUND) as answer:
                told = answer.read()
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=BOUND) == ("", "")
    assert process.returncode == 0


def test_without_a_browser_the_reader_is_told_to_open_the_address():
    with serving("levit128s", "--open", env={"PATH": "/nonexistent"}) as process:
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        assert process.stderr.readline() == "--open: found no browser; open the address yourself\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=BOUND) == ("", "")


def test_an_address_that_nobody_would_learn_is_not_served():
    closing = f"exec {shlex.join([SCRIPT, 'serve', 'levit128s'])} >&-"
    found = subprocess.run(["bash", "-c", closing], stderr=subprocess.PIPE, text=True, timeout=BOUND)
    assert (found.returncode, found.stderr) == (
        2,
        "serve: standard output is closed, so nobody would learn the address; open it, or give --open\n",
    )


def test_a_token_is_never_given_twice():
    addresses = set()
    for _ in range(2):
        with serving("-", stdin=subprocess.PIPE) as process:
            process.stdin.write(TINY)
            process.stdin.close()
            addresses.add(process.stdout.readline().split("/")[3])
            process.send_signal(signal.SIGINT)
    assert len(addresses) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope"], "nope: no such file or bundled spec; the bundled specs are "),
        (["levit256", "--set", "stages.0.depth=x"], "--set stages.0.depth=x: stages[0].depth is text 'x'; it must be "),
        (["levit256", "--set", "stages.0.depth"], "--set stages.0.depth: an edit is PATH=VALUE, such as "),
        (["levit256", "--port", "99999"], "levit-explore: Invalid value for '--port': "),
        (
            ["levit256", "--host", "192.0.2.1"],
            "--host 192.0.2.1 --port 0: cannot be listened on (Cannot assign requested address); "
            "leave --host out for this machine alone",
        ),
        (["levit256", "--host", "a\nb"], "--host a\\nb --port 0: cannot be listened on (no such host); leave --host "),
    ],
)
def test_what_cannot_be_served_is_a_line_and_status_2(arguments, message):
    status, out, err = call("serve", *arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(message)


def test_a_port_that_is_taken_is_told():
    with serving("levit128s") as process:
        port = process.stdout.readline().split("/")[2].rpartition(":")[2]
        status, out, err = call("serve", "levit128s", "--port", port)
        process.send_signal(signal.SIGINT)
    assert (status, out) == (2, "")
    assert err == (
        f"--host 127.0.0.1 --port {port}: cannot be listened on (Address already in use); "
        "leave --port out for a free one\n"
    )


def test_other_commands_import_no_server():
    code = (
        "import sys; from levit_explore.cli.main import run; run(['flops', 'levit256']);"
        "print({'aiohttp', 'asyncio', 'ruamel'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True)
    assert found.stdout.decode() == printed("flops", "levit256") + "set()\n"
