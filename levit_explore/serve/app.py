"""What the live page may ask, by name. A request is a question about a spec; no answer depends on the one before."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

from aiohttp import web

from levit_explore.errors import LevitError
from levit_explore.serve.ask import Ask, BadRequest, asked
from levit_explore.serve.guard import HEADERS, LARGEST_BODY, Guard
from levit_explore.serve.page import live_page
from levit_explore.serve.session import Session

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

    async def answered(self, request: web.BaseRequest) -> web.StreamResponse:
        """The answer to any request, with the headers that all have; of what is refused or fails, a status alone."""
        token, slash, name = request.path.removeprefix("/").partition("/")
        hosts, origins = request.headers.getall("Host", []), request.headers.getall("Origin", [])
        code = self.guard.refusal(request.method, hosts, origins, token)
        answer = refused(code) if code else await _answered(self, request, name if slash else None)
        return answer if answer.prepared else _secured(answer)


_Handler: TypeAlias = Callable[[Served, web.BaseRequest], Awaitable[web.StreamResponse]]


async def _answered(served: Served, request: web.BaseRequest, name: str | None) -> web.StreamResponse:
    if name not in _ROUTES:
        return refused(404)
    method, handler = _ROUTES[name]
    if request.method != method:
        return refused(405)
    try:
        return await handler(served, request)
    except web.HTTPException as error:
        return refused(error.status)
    except (BadRequest, web.RequestPayloadError, ConnectionError):
        return refused(400)
    except TimeoutError:
        return refused(408)
    except LevitError as error:
        return _json({"lines": str(error).splitlines()}, 422)
    except Exception as error:
        logging.getLogger(__name__).error("%s: %r", name, error)
        return refused(500)


def refused(code: int) -> web.Response:
    """An answer that is a status and says no more."""
    answer = web.Response(status=code, text=f"{code}\n")
    if code not in (400, 405):
        answer.force_close()  # a body that nobody reads
    _secured(answer)
    return answer


def _secured(answer: web.StreamResponse) -> web.StreamResponse:
    """The same answer with the headers that keep it to this page; the page itself brings a policy of its own."""
    answer.headers.update(HEADERS)
    own = "" if answer.content_type == "text/html" else "default-src 'none'; "
    answer.headers[_POLICY] = f"{own}frame-ancestors 'none'"
    return answer


def _json(document: Any, code: int = 200) -> web.Response:
    return web.json_response(document, status=code, dumps=lambda value: json.dumps(value, allow_nan=False))


async def _page(served: Served, request: web.BaseRequest) -> web.StreamResponse:
    text = await asyncio.to_thread(lambda: live_page(*served.session.opening(request.query_string)))
    return web.Response(text=text, content_type="text/html")


async def _state(served: Served, request: web.BaseRequest) -> web.StreamResponse:
    return _json(await asyncio.to_thread(served.session.answer, request.query_string))


async def _yaml(served: Served, request: web.BaseRequest) -> web.StreamResponse:
    body = await asyncio.to_thread(served.session.yaml, request.query_string)
    answer = web.Response(body=body, content_type="application/yaml")
    answer.headers["Content-Disposition"] = "attachment"  # the link on the page has its name
    return answer


def _posted(question: Callable[[Session, Ask], dict[str, Any]]) -> _Handler:
    """What answers a question that a page posts."""

    async def handler(served: Served, request: web.BaseRequest) -> web.StreamResponse:
        return _json(await asyncio.to_thread(question, served.session, await _asked(request)))

    return handler


async def _asked(request: web.BaseRequest) -> Ask:
    """The question in the body of a request. Raises what `_answered` turns into a status."""
    if request.content_type != "application/json" or "Content-Encoding" in request.headers:
        raise web.HTTPUnsupportedMediaType
    if (request.content_length or 0) > LARGEST_BODY:
        raise web.HTTPRequestEntityTooLarge(LARGEST_BODY, request.content_length or 0)
    return asked(await asyncio.wait_for(request.read(), _BODY_SECONDS))


async def _events(served: Served, request: web.BaseRequest) -> web.StreamResponse:
    """Tells the version of the source, at once and whenever it has changed."""
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


_ROUTES: dict[str | None, tuple[str, _Handler]] = {
    "": ("GET", _page),
    "state": ("GET", _state),
    "yaml": ("GET", _yaml),
    "events": ("GET", _events),
    "edit": ("POST", _posted(Session.edit)),
    "report": ("POST", _posted(Session.report)),
    "save": ("POST", _posted(Session.save)),
}
