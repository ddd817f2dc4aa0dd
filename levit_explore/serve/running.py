"""The server as it runs: its connections, what is told of malformed requests, and how it ends."""

import asyncio
import logging
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import web

from levit_explore.serve.address import LONGEST
from levit_explore.serve.app import Served, refused
from levit_explore.serve.guard import LARGEST_BODY, Guard
from levit_explore.serve.session import Session

MOST_CONNECTIONS = 512  # open at once; fewer where the system allows fewer files
_HEAD_SECONDS = 10  # that the head of a first request may take to arrive
_BACKLOG = 64  # connections that are taken in one go, before any that is too many is closed
_SETTINGS: dict[str, Any] = {
    "access_log": None,
    "keepalive_timeout": 60,  # seconds between two requests of a connection, and for the head of the second
    "logger": logging.Logger("malformed requests", logging.CRITICAL),
    "max_line_size": LONGEST + 1024,  # an address, and what stands around it in the first line of a request
}


class _Connection(web.RequestHandler):
    """A connection that refuses what is malformed as anything else: with a status, no details, and every header.

    It is closed at once where there are too many, and soon where no request comes.
    """

    def __init__(self, server: "_Server") -> None:
        """Belongs to a server, whose limits it keeps."""
        super().__init__(server, loop=asyncio.get_running_loop(), **_SETTINGS)
        self._limits, self._late = server, asyncio.get_running_loop().call_later(server.seconds, self.force_close)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Counts itself among the open ones."""
        super().connection_made(transport)
        if len(self._limits.connections) > self._limits.most:
            self.force_close()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Leaves nothing behind that would hold it."""
        self.begun()
        super().connection_lost(exc)

    def begun(self) -> None:
        """Tells it that a request has a complete head, whose handler has bounds of its own."""
        self._late.cancel()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what is no request, after which the connection is closed."""
        if request.writer.output_size > 0:
            raise ConnectionError("an answer has begun already")
        answer = refused(status)
        answer.force_close()
        return answer


class _Server(web.Server):
    """A server of such connections, so many at once, each with so many seconds for the head of its first request."""

    def __init__(self, served: Served, most: int, seconds: float) -> None:
        """Serves what is shared by the handlers."""
        super().__init__(served.answered, request_factory=_request)
        self.most, self.seconds = most, seconds

    def __call__(self) -> web.RequestHandler:
        return _Connection(self)


def _request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
    protocol.begun()
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=LARGEST_BODY)


def _affordable() -> int:
    """How many connections may be open, so that files can be opened besides."""
    if sys.platform == "win32":
        return MOST_CONNECTIONS
    from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit

    files, _ = getrlimit(RLIMIT_NOFILE)
    return MOST_CONNECTIONS if files == RLIM_INFINITY else max(1, min(MOST_CONNECTIONS, files // 2))


def _told_once() -> Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]:
    """What says in one line that the loop met an error, the first time that it does."""
    told = asyncio.Event()

    def tell(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not told.is_set():
            told.set()
            reason = context.get("exception") or context["message"]
            logging.getLogger(__name__).error("serve: %s; some requests may get no answer", reason)

    return tell


@asynccontextmanager
async def running(
    session: Session, guard: Guard, listener: socket.socket, most: int | None = None, seconds: float = _HEAD_SECONDS
) -> AsyncIterator[None]:
    """Serves on a socket that is bound, until the block is left.

    Closes connections beyond `most`, and those on which no head of a request has come after some seconds.
    """
    served = Served(session, guard, asyncio.Event())
    asyncio.get_running_loop().set_exception_handler(_told_once())
    runner = web.ServerRunner(_Server(served, most or _affordable(), seconds), shutdown_timeout=1)
    await runner.setup()
    try:
        await web.SockSite(runner, listener, backlog=_BACKLOG).start()
        yield
    finally:
        served.ending.set()
        await runner.cleanup()


def serve_until_interrupted(
    session: Session, guard: Guard, listener: socket.socket, started: Callable[[], object]
) -> None:
    """Serves until Ctrl-C; calls `started`, which may take its time, once it does."""

    async def serving() -> None:
        async with running(session, guard, listener):
            await asyncio.to_thread(started)
            await asyncio.Event().wait()

    with suppress(KeyboardInterrupt):
        asyncio.run(serving())
