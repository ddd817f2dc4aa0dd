"""The routes of the live page. A request is a question about a spec; no answer depends on the one before."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

from aiohttp import web

from levit_explore.errors import SpecError
from levit_explore.serve.ask import Ask, BadRequest, asked
from levit_explore.serve.guard import HEADERS, LARGEST_BODY, Guard
from levit_explore.serve.page import live_page
from levit_explore.serve.session import Session

_Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
_POLICY = "Content-Security-Policy"
_BODY_SECONDS = 10  # that a body may take to arrive
_LOOK_SECONDS = 0.5  # between two looks at the source
_PULSE = 20  # looks between signs of life, by which a page that has gone is noticed


@dataclass(frozen=True)
class Served:
    """What the handlers share: the spec, who may ask, and whether the server is about to end."""

    session: Session
    guard: Guard
    ending: asyncio.Event


_SERVED = web.AppKey("served", Served)


@asynccontextmanager
async def running(session: Session, guard: Guard, listener: socket.socket) -> AsyncIterator[None]:
    """Serves on a socket that is bound, until the block is left."""
    served = Served(session, guard, asyncio.Event())
    silent = logging.Logger("malformed requests", logging.CRITICAL)
    runner = web.AppRunner(_application(served), access_log=None, logger=silent, shutdown_timeout=1)
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


def _application(served: Served) -> web.Application:
    application = web.Application(middlewares=[_guarded], client_max_size=LARGEST_BODY)
    application[_SERVED] = served
    for method, name, handler in (
        ("GET", "", _page),
        ("GET", "state", _state),
        ("GET", "report", _report),
        ("GET", "yaml", _yaml),
        ("GET", "events", _events),
        ("POST", "edit", _edit),
        ("POST", "save", _save),
    ):
        application.router.add_route(method, f"/{{token}}/{name}", handler)
    return application


@web.middleware
async def _guarded(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Any answer with the headers that all have; refusals and failures with a status and no details."""
    guard = request.app[_SERVED].guard
    hosts, origins = request.headers.getall("Host", []), request.headers.getall("Origin", [])
    refused = guard.refusal(request.method, hosts, origins, request.path.split("/")[1])
    answer = await _answered(request, handler) if refused is None else _status(refused)
    if not answer.prepared:
        _secured(answer)
    return answer


async def _answered(request: web.Request, handler: _Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as refused:
        return _status(refused.status)
    except (BadRequest, web.RequestPayloadError):
        return _status(400)
    except TimeoutError:
        return _status(408)
    except SpecError as error:
        return _json({"lines": error.problems}, 422)
    except Exception as error:
        logging.getLogger(__name__).error("%s: %r", request.path.rpartition("/")[2], error)
        return _status(500)


def _secured(answer: web.StreamResponse) -> web.StreamResponse:
    """The same answer with the headers that keep it to this page; the page itself brings a policy of its own."""
    answer.headers.update(HEADERS)
    own = "" if answer.content_type == "text/html" else "default-src 'none'; "
    answer.headers[_POLICY] = f"{own}frame-ancestors 'none'"
    return answer


def _status(status: int) -> web.Response:
    answer = web.Response(status=status, text=f"{status}\n")
    if status not in (400, 405):
        answer.force_close()  # a body that nobody reads
    return answer


def _json(document: Any, status: int = 200) -> web.Response:
    return web.json_response(document, status=status, dumps=lambda value: json.dumps(value, allow_nan=False))


async def _page(request: web.Request) -> web.StreamResponse:
    session = request.app[_SERVED].session
    text = await asyncio.to_thread(lambda: live_page(*session.opening(request.query_string)))
    return web.Response(text=text, content_type="text/html")


async def _state(request: web.Request) -> web.StreamResponse:
    session = request.app[_SERVED].session
    return _json(await asyncio.to_thread(session.answer, request.query_string))


async def _report(request: web.Request) -> web.StreamResponse:
    session = request.app[_SERVED].session
    return _json(await asyncio.to_thread(session.report, request.query_string))


async def _yaml(request: web.Request) -> web.StreamResponse:
    session = request.app[_SERVED].session
    text = await asyncio.to_thread(session.yaml, request.query_string)
    answer = web.Response(body=text.encode(errors="replace"), content_type="application/yaml")
    answer.headers["Content-Disposition"] = "attachment"  # the link on the page has its name
    return answer


async def _edit(request: web.Request) -> web.StreamResponse:
    session, ask = request.app[_SERVED].session, await _asked(request)
    return _json(await asyncio.to_thread(session.edit, ask))


async def _save(request: web.Request) -> web.StreamResponse:
    session, ask = request.app[_SERVED].session, await _asked(request)
    return _json(await asyncio.to_thread(session.save, ask))


async def _asked(request: web.Request) -> Ask:
    """The question in the body of a request. Raises what `_answered` turns into a status."""
    if request.content_type != "application/json" or "Content-Encoding" in request.headers:
        raise web.HTTPUnsupportedMediaType
    if (request.content_length or 0) > LARGEST_BODY:
        raise web.HTTPRequestEntityTooLarge(LARGEST_BODY, request.content_length or 0)
    return asked(await asyncio.wait_for(request.read(), _BODY_SECONDS))


async def _events(request: web.Request) -> web.StreamResponse:
    """Tells the version of the source, at once and whenever it has changed."""
    served = request.app[_SERVED]
    stream = web.StreamResponse()
    stream.content_type = "text/event-stream"
    await _secured(stream).prepare(request)
    known, looks = "", 0
    with suppress(ConnectionResetError):  # the page has gone
        while not served.ending.is_set():
            version = (await asyncio.to_thread(served.session.look)).version
            if version != known or looks % _PULSE == 0:
                await stream.write(f"event: version\ndata: {version}\n\n".encode())
            known, looks = version, looks + 1
            with suppress(TimeoutError):
                await asyncio.wait_for(served.ending.wait(), _LOOK_SECONDS)
    return stream
