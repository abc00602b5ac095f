"""Names of this machine, and by which of them a server may be asked."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from assistant.errors import SettingsError

_NAME = re.compile(r"[\w.-]+")
_ORIGIN = re.compile(r"(https?)://([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?")
_USUAL = {"http": "80", "https": "443"}


def is_loopback(host: str) -> bool:
    """Whether a host is this machine's loopback: by number, or `localhost` and what is below it."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_everywhere(host: str) -> bool:
    """Whether a server that is told this listens at every address of its machine."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def read_host(value: str) -> str | None:
    """The name in a `Host` header, which may have a port; None for anything else."""
    try:
        parts = urlsplit(f"//{value}")
        _ = parts.port
    except ValueError:
        return None
    plain = "@" not in value and not parts.path and not parts.query and not parts.fragment
    return fold_host(parts.hostname) if plain and parts.hostname else None


def fold_host(name: str) -> str:
    return name.lower().rstrip(".")


class Names:
    """The names by which a server answers: those of loopback, and its own.

    A page of the web that has its own name pointed at the server still sends its own name, and
    could otherwise read in a browser what only the visitor should (DNS rebinding).
    """

    def __init__(self, own: Iterable[str] = ()) -> None:
        self.own = frozenset(map(fold_host, own))

    def has(self, header: str) -> bool:
        """Whether a `Host` header names the server."""
        name = read_host(header)
        return name is not None and (is_loopback(name) or name in self.own)

    def is_own_page(self, headers: Mapping[str, str]) -> bool:
        """Whether a request that changes something comes from a page of the server's own, or from
        a program. Browsers say it in a header that pages can't write; older ones, and all over
        plain HTTP, name the page's origin alone."""
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in ("same-origin", "none")
        origin = headers.get("origin")
        if origin is None:
            return True
        _, _, place = origin.partition("://")
        return bool(place) and (
            place.lower() == headers.get("host", "").lower() or read_host(place) in self.own
        )


def parse_names(text: str) -> Names:
    """Names with commas between them, each without scheme and port; SettingsError "names"."""
    names = [one.strip() for one in text.split(",") if one.strip()]
    if not all(_NAME.fullmatch(name) or _is_address(name) for name in names):
        raise SettingsError("names", value=text)
    return Names(names)


def parse_origins(text: str) -> frozenset[str]:
    """Origins with commas between them, each as browsers write it: scheme and host in small
    letters, the port unless it is the usual one. SettingsError "cors", for `*` as well."""
    return frozenset(_read_origin(one.strip(), text) for one in text.split(",") if one.strip())


def _read_origin(origin: str, setting: str) -> str:
    found = _ORIGIN.fullmatch(origin.lower())
    bare = found[2].strip("[]") if found else ""
    if found is None or (":" in bare and not _is_address(bare)):
        raise SettingsError("cors", value=setting)
    scheme, host, port = found.groups()
    return f"{scheme}://{host}" + (f":{port}" if port and port != _USUAL[scheme] else "")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
