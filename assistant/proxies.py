"""The proxies before the server: the only ones that are believed in what they say of a visitor."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import Scope

from assistant.errors import SettingsError
from assistant.hosts import is_loopback, read_host

MARKS = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
"""What proxies add to a request."""

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Proxies:
    """Known by their addresses, which nobody can write into a header."""

    def __init__(self, networks: Iterable[_Network]) -> None:
        self.networks = tuple(networks)

    def has_sent(self, scope: Scope) -> bool:
        """Whether a request comes straight from one of them."""
        return self._has(peer_of(scope))

    def find_client(self, scope: Scope, headers: Headers) -> str:
        """The address that a visitor has: the nearest one that is no proxy's. What stands before
        it in X-Forwarded-For may be made up."""
        client = peer_of(scope)
        forwarded = ",".join(headers.getlist("x-forwarded-for")).split(",")
        for address in reversed([one.strip() for one in forwarded if one.strip()]):
            if not self._has(client) or read_address(address) is None:
                break
            client = address
        return client

    def is_secure(self, scope: Scope, headers: Headers) -> bool:
        """Whether the visitor's browser speaks TLS, be it with a proxy."""
        if scope.get("scheme") in ("https", "wss"):
            return True
        told = headers.get("x-forwarded-proto", "").split(",")[-1].strip().lower()
        return self.has_sent(scope) and told == "https"

    def _has(self, text: str) -> bool:
        address = read_address(text)
        return address is not None and any(address in network for network in self.networks)


def parse_proxies(text: str) -> Proxies:
    """Addresses and networks with commas between them; SettingsError "proxies"."""
    try:
        return Proxies(ipaddress.ip_network(one.strip()) for one in text.split(",") if one.strip())
    except ValueError as error:
        raise SettingsError("proxies", value=text) from error


def peer_of(scope: Scope) -> str:
    """The address at the other end of the connection."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def has_come_straight(scope: Scope, headers: Headers) -> bool:
    """Whether a request comes from a program of this machine, as far as anybody can tell: from
    loopback, to a name of loopback, and without a mark of a proxy."""
    peer = read_address(peer_of(scope))
    name = read_host(headers.get("host", ""))
    local = peer is not None and peer.is_loopback and name is not None and is_loopback(name)
    return local and not any(mark in headers for mark in MARKS)


def read_address(text: str) -> _Address | None:
    """A socket of both versions shows 127.0.0.1 as ::ffff:127.0.0.1."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
