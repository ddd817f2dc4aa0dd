"""The server as it runs: its connections, what is told of malformed requests, and how it ends."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import web

from levit_explore.serve.address import LONGEST
from levit_explore.serve.app import Served, refused
from levit_explore.serve.guard import LARGEST_BODY, Guard
from levit_explore.serve.session import Session

_SETTINGS: dict[str, Any] = {
    "access_log": None,
    "logger": logging.Logger("malformed requests", logging.CRITICAL),
    "max_line_size": LONGEST + 1024,  # an address, and what stands around it in the first line of a request
}


class _Connection(web.RequestHandler):
    """A connection that refuses what is malformed as anything else: with a status, no details, and every header."""

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
    """A server of such connections."""

    def __call__(self) -> web.RequestHandler:
        return _Connection(self, loop=asyncio.get_running_loop(), **_SETTINGS)


@asynccontextmanager
async def running(session: Session, guard: Guard, listener: socket.socket) -> AsyncIterator[None]:
    """Serves on a socket that is bound, until the block is left."""
    served, loop = Served(session, guard, asyncio.Event()), asyncio.get_running_loop()

    def request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
        return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=LARGEST_BODY)

    runner = web.ServerRunner(_Server(served.answered, request_factory=request), shutdown_timeout=1)
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
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
