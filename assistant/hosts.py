"""Names of this machine, as far as only this machine can reach them."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether a host is this machine's loopback: by number, or `localhost` and what is below it."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_loopback_header(value: str) -> bool:
    """The same of a `Host` header, which may have a port. A page of the web whose name has been
    pointed at this machine still sends its own name."""
    try:
        parts = urlsplit(f"//{value}")
        _ = parts.port
    except ValueError:
        return False
    plain = "@" not in value and not parts.path and not parts.query and not parts.fragment
    return plain and parts.hostname is not None and is_loopback(parts.hostname)
