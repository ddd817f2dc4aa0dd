"""Nothing passes but what a page of this server asks, by a name that the server is bound to, with the token."""

import json
import socket

import pytest

from levit_explore.serve.guard import LARGEST_BODY
from tests.serve.serving import TOKEN, first, served

PAGE, JSON = f"/{TOKEN}/", "application/json"


@pytest.fixture(scope="module")
def server():
    with served("levit128s") as found:
        yield found


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:{port}"}, 200),
        ({"Host": "LOCALHOST:{port}"}, 200),
        ({"Host": "[::1]:{port}"}, 200),
        ({"Origin": "http://127.0.0.1:{port}"}, 200),
        ({"Host": "evil.example:{port}"}, 421),
        ({"Host": "127.0.0.1.evil.example:{port}"}, 421),
        ({"Host": "127.0.0.1"}, 421),
        ({"Host": "127.0.0.1:1"}, 421),
        ({"Host": ""}, 421),
        ({"Host": "192.168.0.1:{port}"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://127.0.0.1:{port}"}, 403),
        ({"Origin": "http://localhost:{port}"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
    ],
    ids=str,
)
def test_host_and_origin_are_those_of_the_page(server, headers, status):
    named = {name: value.format(port=server.port) for name, value in headers.items()}
    assert server.request("GET", PAGE, named).status == status


@pytest.mark.parametrize(
    ("method", "path", "origin", "kind", "status"),
    [
        ("POST", f"{PAGE}edit", None, JSON, 403),
        ("POST", f"{PAGE}save", None, JSON, 403),
        ("POST", f"{PAGE}edit", "http://evil.example", JSON, 403),
        ("POST", f"{PAGE}edit", "own", "text/plain", 415),
        ("POST", f"{PAGE}edit", "own", "application/x-www-form-urlencoded", 415),
        ("POST", f"{PAGE}edit", "own", JSON, 400),
        ("POST", PAGE, "own", JSON, 405),
        ("GET", f"{PAGE}edit", None, JSON, 405),
        ("GET", f"{PAGE}save", None, JSON, 405),
        ("PUT", f"{PAGE}save", "own", JSON, 405),
        ("DELETE", PAGE, "own", JSON, 405),
        ("OPTIONS", f"{PAGE}edit", "http://evil.example", JSON, 403),
        ("GET", "/", None, JSON, 404),
        ("GET", "//", None, JSON, 404),
        ("GET", f"/{TOKEN}", None, JSON, 404),
        ("GET", f"/{TOKEN}x/", None, JSON, 404),
        ("GET", f"/{TOKEN[:-1]}/", None, JSON, 404),
        ("GET", "/%ff%00/", None, JSON, 404),
        ("GET", f"{PAGE}live.js", None, JSON, 404),
        ("GET", f"{PAGE}../../../etc/passwd", None, JSON, 404),
        ("GET", f"{PAGE}%2e%2e%2f%2e%2e%2fetc%2fpasswd", None, JSON, 404),
    ],
)
def test_other_methods_paths_and_kinds_are_refused_without_a_word(server, method, path, origin, kind, status):
    own = f"http://{server.host}" if origin == "own" else origin
    headers = {"Content-Type": kind} | ({} if own is None else {"Origin": own})
    reply = server.request(method, path, headers, b"{}" if method != "GET" else None)
    assert (reply.status, reply.body) == (status, f"{status}\n".encode())


@pytest.mark.parametrize("place", ["state", "yaml", "edit", "save", "report", ""])
def test_a_convention_that_is_not_known_is_told(server, place):
    known = first(server)
    if place in ("edit", "save", "report"):
        reply = server.post(place, known | {"convention": "foo", "action": None})
    else:
        reply = server.get(f"{place}?convention=foo")
    lines = reply.json["lines"] if place else first(server, "convention=foo")["problem"]["lines"]
    assert reply.status == (422 if place else 200)
    assert lines[0].startswith("convention 'foo' is not known; choose levit, ")


def test_two_hosts_are_none(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(f"GET {PAGE} HTTP/1.1\r\nHost: {server.host}\r\nHost: evil.example\r\n\r\n".encode())
        assert connection.recv(100).split()[1] in (b"400", b"421")


@pytest.mark.parametrize("size", [LARGEST_BODY, LARGEST_BODY + 1])
def test_a_body_has_at_most_256_kib(server, size):
    headers = {"Origin": f"http://{server.host}", "Content-Type": JSON}
    assert server.request("POST", f"{PAGE}edit", headers, b" " * size).status == (400 if size <= 256 * 1024 else 413)


STATE = {"value": {}, "pinned": None, "convention": "levit", "version": ""}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b"\xff\xfe",
        b"[" * 60_000,
        json.dumps(STATE).encode(),
        json.dumps(STATE | {"action": None, "value": []}).encode(),
        json.dumps(STATE | {"action": None, "pinned": 1}).encode(),
        *(
            json.dumps(STATE | {"action": action}).encode()
            for action in (
                "undo",
                {},
                {"do": ["set"]},
                {"do": "open", "source": "/etc/passwd"},
                {"do": "saved", "path": "/etc/passwd"},
                {"do": "set", "path": "stages", "text": "1"},
                {"do": "set", "path": [None], "text": "1"},
                {"do": "set", "path": ["name"], "text": 1},
                {"do": "step", "path": ["name"], "steps": 1.5},
                {"do": "add_stage", "index": True},
                {"do": "apply", "edits": [["name"]]},
            )
        ),
    ],
    ids=lambda body: body[:120],
)
def test_what_no_page_sends_is_a_bad_request(server, body):
    headers = {"Origin": f"http://{server.host}", "Content-Type": JSON}
    assert server.request("POST", f"{PAGE}edit", headers, body).status == 400


@pytest.mark.parametrize(
    "change",
    [
        {"value": {}},
        {"value": {"stages": "x"}},
        {"value": {"extends": "/etc/passwd"}},
        {"value": {"stages": [{"dim": 10**30, "depth": 1, "heads": 1, "key_dim": 1}]}},
        {"pinned": {}},
    ],
    ids=str,
)
def test_an_unsound_state_is_told_in_lines_and_reads_no_file(server, change):
    reply = server.post(
        "edit", {"pinned": None, "convention": "levit", "version": "", "action": None} | first(server) | change
    )
    assert reply.status == 422
    assert all("root:" not in line and "Traceback" not in line for line in reply.json["lines"])
    assert reply.json["lines"]


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}state", f"{PAGE}yaml", f"{PAGE}nothing", "/"])
def test_every_answer_has_the_headers_that_keep_it_to_itself(server, path):
    headers = server.request("GET", path, {}).headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    assert "Set-Cookie" not in headers
    assert "Access-Control-Allow-Origin" not in headers
