"""The socket that is listened on, and the address that leads to it."""

import os
import socket

from levit_explore.errors import LevitError
from levit_explore.explorer.state import State
from levit_explore.render.sheet import text
from levit_explore.serve.address import query
from levit_explore.serve.guard import is_everywhere


def listener(host: str, port: int) -> socket.socket:
    """A socket bound to a port of `host`, 0 for a free one. Raises LevitError where that cannot be had."""
    bare = host.strip("[]")
    try:
        family, _, _, _, place = socket.getaddrinfo(
            bare or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(place[:2], family=family)
    except (OSError, UnicodeError) as error:
        number = error.errno or 0 if isinstance(error, OSError) else 0
        reason = os.strerror(number) if number > 0 else "no such host"
        hint = "leave --port out for a free one" if port else "leave --host out for this machine alone"
        raise LevitError(f"--host {text(host)} --port {port}: cannot be listened on ({reason}); {hint}") from None


def address(host: str, bound: socket.socket, token: str, state: State) -> str:
    """The address of the page that shows a state; it opens on whatever knows the token in it."""
    bare = socket.gethostname() if is_everywhere(host) else host.strip("[]")
    name = f"[{bare}]" if ":" in bare else bare
    words = query(state.base, state.value)
    return f"http://{name}:{bound.getsockname()[1]}/{token}/{'?' if words else ''}{words}"
