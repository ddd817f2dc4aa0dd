"""Who may ask: pages that this server gave, by a name that it is bound to, with the token in their address."""

import hmac
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

LARGEST_BODY = 64 * 1024  # bytes
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


@dataclass(frozen=True)
class Guard:
    """Where the server is bound, by which names it may be called, and the token that its addresses begin with."""

    names: frozenset[str]  # of hosts, in lower case; an IPv6 address in brackets
    port: int
    token: str
    everywhere: bool = False  # bound to every address, so that any address of a machine may be its name

    def refusal(self, method: str, hosts: Sequence[str], origins: Sequence[str], token: str) -> int | None:
        """The HTTP status that a request is refused with, or None where it may pass.

        A page of another site cannot pass: its name stands in Host where it has been bound to this machine's address
        after the page was loaded (DNS rebinding), and in Origin where it posts across sites.
        """
        if len(hosts) != 1 or not self._is_named(hosts[0].lower()):
            return 421
        if (method != "GET" and not origins) or any(
            origin.lower() != f"http://{hosts[0].lower()}" for origin in origins
        ):
            return 403
        if not hmac.compare_digest(token.encode(errors="replace"), self.token.encode()):
            return 404
        return None

    def _is_named(self, host: str) -> bool:
        name, port = _parted(host)
        return port == str(self.port) and (name in self.names or (self.everywhere and _is_address(name)))


def guard(host: str, port: int, token: str) -> Guard:
    """The guard of a server bound to `host`."""
    bare = host.lower().strip("[]")
    if is_everywhere(host):
        return Guard(_LOOPBACK | {socket.gethostname().lower()}, port, token, everywhere=True)
    name = f"[{bare}]" if ":" in bare else bare
    return Guard(_LOOPBACK if is_loopback(host) else frozenset({name}), port, token)


def is_loopback(host: str) -> bool:
    """Whether a server that is bound to `host` can be reached from its own machine alone."""
    bare = host.lower().strip("[]")
    return bare == "localhost" or (_is_address(bare) and ip_address(bare).is_loopback)


def is_everywhere(host: str) -> bool:
    """Whether `host` stands for every address of the machine."""
    bare = host.strip("[]")
    return not bare or (_is_address(bare) and ip_address(bare).is_unspecified)


def _parted(host: str) -> tuple[str, str]:
    """The name and the port of a Host header; 80 where it names none."""
    name, colon, port = host.rpartition(":")
    return (name, port) if colon and not host.endswith("]") else (host, "80")


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
