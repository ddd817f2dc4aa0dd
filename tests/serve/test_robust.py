"""The server keeps serving, whatever is sent and however many edit at once."""

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress

import pytest

from tests.cli.call import document
from tests.processes import BOUND
from tests.serve.serving import TOKEN, first, read_all, served

CLIENTS, EDITS = 50, 4
HEAD = f"POST /{TOKEN}/edit HTTP/1.1\r\nHost: {{host}}\r\nOrigin: http://{{host}}\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def server():
    with served("levit128s") as found:
        yield found


@contextmanager
def sent(server, data):
    """A connection on which data were sent."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=BOUND) as connection:
        connection.sendall(data.replace(b"{host}", server.host.encode()))
        yield connection


def test_fifty_clients_that_edit_at_once_each_get_their_own_numbers(server):
    start = first(server)

    def client(number):
        known = start
        for depth in range(EDITS):
            text = str(number + depth)
            known = server.edit(known, {"do": "set", "path": ["stages", 0, "depth"], "text": text})
        assert number % 10 or server.edit(known, None, "report")["specs"]
        return known

    with ThreadPoolExecutor(CLIENTS) as pool:
        found = list(pool.map(client, range(CLIENTS)))
    assert [one["value"]["stages"][0]["depth"] for one in found] == [number + EDITS - 1 for number in range(CLIENTS)]
    totals = [one["totals"]["rows"][1]["cells"][0] for one in found]
    for number in (0, CLIENTS - 1):
        printed = document("flops", "levit128s", "--set", f"stages.0.depth={number + EDITS - 1}")
        assert totals[number] == f"{printed['params']:,}"
    assert len(set(totals)) == CLIENTS


@pytest.mark.parametrize(
    ("data", "statuses"),
    [
        (b"\r\n\r\n\x00\xff\x16\x03\x01 garbage\r\n\r\n", {b"400"}),
        (b"GET\r\n\r\n", {b"400"}),
        (b"GET / HTTP/9.9\r\nHost: {host}\r\n\r\n", {b"400", b"505"}),
        (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: {host}\r\n\r\n", {b"400", b"414"}),
        (b"GET / HTTP/1.1\r\nHost: {host}\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", {b"400", b"431"}),
        (b"GET / HTTP/1.1\r\nHost: {host}\r\nBad Header\r\n\r\n", {b"400"}),
        (HEAD.encode() + b"Content-Length: -1\r\n\r\n", {b"400"}),
        (HEAD.encode() + b"Content-Length: 999999999999\r\n\r\n{}", {b"413"}),
        (HEAD.encode() + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", {b"400"}),
        (HEAD.encode() + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", {b"400"}),
        (
            HEAD.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + b"20000\r\n" + b" " * 0x20000 + b"\r\n20000\r\n"
            b"" + b" " * 0x20000 + b"\r\n20000\r\n" + b" " * 0x20000 + b"\r\n0\r\n\r\n",
            {b"413"},
        ),
        (HEAD.encode() + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", {b"400", b"415"}),
    ],
    ids=range(12),
)
def test_a_malformed_request_is_refused_and_the_next_is_served(server, data, statuses):
    with sent(server, data) as connection:
        connection.shutdown(socket.SHUT_WR)
        received = read_all(connection)
    assert not received or received.split()[1] in statuses
    assert b"Traceback" not in received
    assert b"levit_explore" not in received
    assert server.get("").status == 200


@pytest.mark.parametrize(
    "begun",
    [b"", b"GET", f"GET /{TOKEN}/ HTTP/1.1\r\nHost: ".encode(), HEAD.encode() + b"Content-Length: 100\r\n\r\n{"],
    ids=range(4),
)
def test_half_requests_that_are_left_open_keep_nobody_waiting(server, begun):
    with ExitStack() as open_ones:
        for _ in range(CLIENTS):
            open_ones.enter_context(sent(server, begun))
        assert server.get("").status == 200
    assert server.get("").status == 200


def test_the_server_ends_while_pages_listen_and_others_have_sent_a_half():
    with ExitStack() as open_ones:
        with served("levit128s") as server:
            listening = open_ones.enter_context(
                sent(server, f"GET /{TOKEN}/events HTTP/1.1\r\nHost: {{host}}\r\n\r\n".encode())
            )
            open_ones.enter_context(sent(server, b"GET"))
            received = listening.recv(65536)
            assert server.get("").status == 200  # by now the half has been taken too
        received += read_all(listening)
    assert received.split()[1] == b"200"
    assert b"event: version\ndata: " in received


@pytest.mark.parametrize("begun", [b"", b"GET", f"GET /{TOKEN}/ HTTP/1.1\r\nHost: ".encode()], ids=range(3))
def test_a_connection_whose_request_does_not_come_is_closed(begun):
    with served("levit128s", seconds=0.2) as server, sent(server, begun) as connection:
        assert read_all(connection) == b""


def test_a_page_listens_for_longer_than_a_request_may_take():
    with (
        served("levit128s", seconds=0.2) as server,
        sent(server, f"GET /{TOKEN}/events HTTP/1.1\r\nHost: {{host}}\r\n\r\n".encode()) as listening,
        sent(server, b"GET") as half,
    ):
        assert listening.recv(65536)
        assert read_all(half) == b""
        listening.setblocking(False)
        with suppress(BlockingIOError):
            assert listening.recv(65536) != b""  # it would be empty had the server closed it


def test_connections_beyond_the_most_are_closed_and_those_before_are_served():
    request = f"GET /{TOKEN}/state HTTP/1.1\r\nHost: {{host}}\r\nConnection: close\r\n\r\n".encode()
    with served("levit128s", most=3) as server, ExitStack() as open_ones:
        kept = [open_ones.enter_context(sent(server, b"")) for _ in range(3)]
        assert [read_all(open_ones.enter_context(sent(server, b""))) for _ in range(3)] == [b""] * 3
        kept[0].sendall(request.replace(b"{host}", server.host.encode()))
        assert read_all(kept[0]).split()[1] == b"200"
        assert server.get("").status == 200
