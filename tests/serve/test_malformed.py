"""What is hardly a request is refused in a line, with every header, and nothing is printed."""

import socket
import struct

import pytest

from levit_explore.serve.address import LONGEST
from levit_explore.serve.guard import HEADERS
from tests.processes import BOUND
from tests.serve.serving import TOKEN, read_all, served

PAGE, JSON = f"/{TOKEN}/", "application/json"


@pytest.fixture(scope="module")
def server():
    with served("levit128s") as found:
        yield found


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("OPTIONS * HTTP/1.1", 403),
        ("CONNECT evil.example:80 HTTP/1.1", 403),
        ("GET http://evil.example HTTP/1.1", 404),
        ("GET http://evil.example/ HTTP/1.1", 404),
        ("GET //evil.example HTTP/1.1", 404),
        ("GET ?x HTTP/1.1", 400),
        ("<b>hello</b>", 400),
        (f"GET {PAGE}?{'a' * (LONGEST + 2000)} HTTP/1.1", 400),
    ],
    ids=lambda word: str(word)[:30],
)
def test_odd_requests_are_refused_in_a_line_with_every_header(server, line, status, capfd):
    with socket.create_connection(("127.0.0.1", server.port), timeout=BOUND) as connection:
        connection.sendall(f"{line}\r\nHost: {server.host}\r\nConnection: close\r\n\r\n".encode())
        head, _, body = read_all(connection).partition(b"\r\n\r\n")
    assert (head.split()[1], body) == (b"%d" % status, b"%d\n" % status)
    for name, value in HEADERS.items():
        assert f"{name}: {value}".encode() in head
    assert b"frame-ancestors 'none'" in head
    assert capfd.readouterr().err == ""


def test_a_body_that_is_cut_off_says_nothing(server, capfd):
    data = f"POST {PAGE}edit HTTP/1.1\r\nHost: {server.host}\r\nOrigin: http://{server.host}\r\n"
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", server.port), timeout=BOUND) as connection:
            connection.sendall(f"{data}Content-Type: {JSON}\r\nContent-Length: 100\r\n\r\n{{".encode())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # reset
    assert server.get("").status == 200
    assert capfd.readouterr().err == ""
