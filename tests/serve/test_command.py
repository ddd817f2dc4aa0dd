"""The command prints the address, serves it, and ends without a word."""

import re
import signal
import subprocess
import sys
import urllib.request

import pytest

from tests.cli.call import TINY, call, printed
from tests.cli.test_process import SCRIPT
from tests.serve.serving import BOUND


def serving(*arguments, **settings):
    return subprocess.Popen(
        [SCRIPT, "serve", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **settings
    )


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
