"""A live page's server on a free port of loopback, in a thread of its own, and questions to it."""

import asyncio
import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from queue import Queue
from typing import Any

from levit_explore.serve.guard import guard
from levit_explore.serve.listener import address, listener
from levit_explore.serve.running import running
from levit_explore.serve.session import Session
from levit_explore.serve.source import source as read
from tests.processes import BOUND

TOKEN = "token-of-the-tests"


@dataclass(frozen=True)
class Reply:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as a document."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Server:
    """Where a server can be asked."""

    port: int
    address: str
    errors: list[str] = field(default_factory=list)

    @property
    def host(self) -> str:
        """What stands in the Host header of a page that it gave."""
        return f"127.0.0.1:{self.port}"

    def get(self, place: str, headers: Mapping[str, str] | None = None) -> Reply:
        """The answer to a GET below the token."""
        return self.request("GET", f"/{TOKEN}/{place}", headers or {})

    def post(self, place: str, document: Any) -> Reply:
        """The answer to what a page posts."""
        headers = {"Origin": f"http://{self.host}", "Content-Type": "application/json"}
        return self.request("POST", f"/{TOKEN}/{place}", headers, json.dumps(document).encode())

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        """The answer to any request; Host is right unless `headers` has another."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=BOUND)) as connection:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in ({"Host": self.host} | dict(headers)).items():
                connection.putheader(name, value)
            if body is not None and "Content-Length" not in headers:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            found = connection.getresponse()
            return Reply(found.status, dict(found.getheaders()), found.read())

    def edit(self, known: Mapping[str, Any], action: Any, place: str = "edit") -> Any:
        """The answer to an action on what a page knows from an answer before."""
        words = {name: known[name] for name in ("value", "pinned", "convention", "version")}
        reply = self.post(place, words | {"action": action})
        assert reply.status == 200
        return reply.json


@contextmanager
def served(
    source: str, *edits: str, host: str = "127.0.0.1", most: int | None = None, seconds: float = 10
) -> Iterator[Server]:
    """A server of a spec, for as long as the block runs, with bounds on its connections."""
    (found, state), bound = read(source, edits), listener(host, 0)
    own, port = bound.getsockname()[:2]
    ready: Queue[Any] = Queue()

    async def serving() -> None:
        stop = asyncio.Event()
        async with running(Session(found), guard(host, own, port, TOKEN), bound, most, seconds):
            ready.put((asyncio.get_running_loop(), stop))
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serving()))
    thread.start()
    loop, stop = ready.get(timeout=BOUND)
    try:
        yield Server(port, address(host, bound, TOKEN, state))
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(BOUND)
        bound.close()
        assert not thread.is_alive()


def first(server: Server, query: str = "") -> Any:
    """The answer that the page for an address begins with."""
    page = server.get(f"?{query}").body.decode()
    _, _, rest = page.partition('<script type="application/json" id="more">')
    return json.loads(rest.partition("</script>")[0])


def read_all(connection):
    """All that a server sends until it closes the connection; nothing where it was reset."""
    received = b""
    try:
        while part := connection.recv(65536):
            received += part
    except ConnectionResetError:
        pass
    return received
