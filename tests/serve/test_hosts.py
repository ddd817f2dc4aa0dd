"""A server answers to the names and addresses that it is bound to, and to no others."""

import socket
from urllib.request import urlopen

import pytest

from levit_explore.serve.guard import guard, is_everywhere, is_loopback
from tests.processes import BOUND
from tests.serve.serving import TOKEN, served

PAGE = f"/{TOKEN}/"
PORT = 8000


@pytest.mark.parametrize(
    ("host", "address", "asked", "allowed"),
    [
        ("127.0.0.1", "127.0.0.1", "192.168.0.7", False),
        ("127.0.0.1", "127.0.0.1", "localhost", True),
        ("127.8.8.8", "127.8.8.8", "127.8.8.8", True),
        ("127.8.8.8", "127.8.8.8", "127.9.9.9", False),
        ("127.1", "127.0.0.1", "127.0.0.1", True),
        ("0", "0.0.0.0", "192.168.0.7", True),
        ("0.0.0.0", "0.0.0.0", "192.168.0.7", True),
        ("0.0.0.0", "0.0.0.0", socket.gethostname(), True),
        ("0.0.0.0", "0.0.0.0", "evil.example", False),
        ("::", "::", "[2001:db8::1]", True),
        ("::1", "::1", "[::1]", True),
        ("192.168.0.7", "192.168.0.7", "192.168.0.7", True),
        ("192.168.0.7", "192.168.0.7", "192.168.0.8", False),
        ("box.lan", "192.168.0.7", "box.lan", True),
        ("BOX.lan", "192.168.0.7", "box.LAN", True),
        ("box.lan", "192.168.0.7", "192.168.0.7", True),
        ("box.lan", "192.168.0.7", "other.lan", False),
        ("box.lan", "192.168.0.7", "localhost", False),
    ],
)
def test_a_server_is_called_by_the_names_it_is_bound_to(host, address, asked, allowed):
    refusal = guard(host, address, PORT, TOKEN).refusal("GET", [f"{asked}:{PORT}"], [], TOKEN)
    assert refusal == (None if allowed else 421)


def test_port_80_need_not_be_named():
    allowed = guard("127.0.0.1", "127.0.0.1", 80, TOKEN)
    assert allowed.refusal("POST", ["localhost"], ["http://localhost"], TOKEN) is None


@pytest.mark.parametrize(
    ("address", "loopback", "everywhere"),
    [
        ("127.0.0.1", True, False),
        ("127.8.8.8", True, False),
        ("::1", True, False),
        ("0.0.0.0", False, True),
        ("::", False, True),
        ("192.168.0.7", False, False),
    ],
)
def test_loopback_is_told_from_elsewhere(address, loopback, everywhere):
    assert (is_loopback(address), is_everywhere(address)) == (loopback, everywhere)


HOSTS = ["127.8.8.8", "127.1", "localhost", "::1", "[::1]", "0", "0.0.0.0", "::", ""]


@pytest.mark.parametrize("host", HOSTS)
def test_the_address_that_is_printed_leads_to_the_page(host):
    if ":" in host and not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    with served("levit128s", host=host) as found:
        assert urlopen(found.address, timeout=BOUND).status == 200


def test_every_address_is_served_in_both_versions_of_ip():
    if not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    with served("levit128s", host="::") as found:
        for name in ("127.0.0.1", "[::1]", "localhost"):
            assert urlopen(f"http://{name}:{found.port}{PAGE}", timeout=BOUND).status == 200
