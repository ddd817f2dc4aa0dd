"""Who may ask: pages that this server gave, by a name that it is bound to, with the token in their address."""

import hmac
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

LARGEST_BODY = 256 * 1024  # bytes: two of the largest specs that are sound, and an edit
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


def guard(host: str, address: str, port: int, token: str) -> Guard:
    """The guard of a server that was told to listen on `host` and is bound to an address."""
    if is_everywhere(address):
        return Guard(_LOOPBACK | {socket.gethostname().lower()}, port, token, everywhere=True)
    names = {bracketed(host.lower().strip("[]")), bracketed(address)}
    return Guard(_LOOPBACK | names if is_loopback(address) else frozenset(names), port, token)


def is_loopback(address: str) -> bool:
    """Whether a server that is bound to an address can be reached from its own machine alone."""
    return ip_address(address).is_loopback


def is_everywhere(address: str) -> bool:
    """Whether an address stands for every address of the machine."""
    return ip_address(address).is_unspecified


def bracketed(name: str) -> str:
    """A host as it stands in an address of a page."""
    return f"[{name}]" if ":" in name else name


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
