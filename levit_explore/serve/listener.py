"""The socket that is listened on, and the address that leads to it."""

import os
import socket

from levit_explore.errors import LevitError
from levit_explore.explorer.state import State
from levit_explore.render.sheet import text
from levit_explore.serve.address import query
from levit_explore.serve.guard import bracketed, is_everywhere


def listener(host: str, port: int) -> socket.socket:
    """A socket bound to a port of `host`, 0 for a free one; `::` takes both versions of IP.

    Raises LevitError where that cannot be had.
    """
    bare = host.strip("[]")
    try:
        family, _, _, _, place = socket.getaddrinfo(
            bare or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        both = family == socket.AF_INET6 and is_everywhere(str(place[0])) and socket.has_dualstack_ipv6()
        return socket.create_server(place, family=family, dualstack_ipv6=both)
    except (OSError, UnicodeError) as error:
        number = error.errno or 0 if isinstance(error, OSError) else 0
        reason = os.strerror(number) if number > 0 else "no such host"
        hint = "leave --port out for a free one" if port else "leave --host out for this machine alone"
        raise LevitError(f"--host {text(host)} --port {port}: cannot be listened on ({reason}); {hint}") from None


def address(host: str, bound: socket.socket, token: str, state: State) -> str:
    """The address of the page that shows a state; it opens on whatever knows the token in it."""
    found, port = bound.getsockname()[:2]
    name = socket.gethostname() if is_everywhere(found) else bracketed(found if _is_number(host) else host)
    words = query(state.base, state.value)
    return f"http://{name}:{port}/{token}/{'?' if words else ''}{words}"


def _is_number(host: str) -> bool:
    """Whether a host is an address in figures, however it is written: 127.1 is one."""
    try:
        socket.getaddrinfo(host.strip("[]"), None, flags=socket.AI_NUMERICHOST)
    except OSError:
        return False
    return True
