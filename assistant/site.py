"""How a server meets its visitors, by settings: who is let in, by which names, past which proxies.

Nobody signs in on loopback. An address that others can reach needs a way to know them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from assistant.auth import Auth, ByHeader, BySession, Open, parse_editors, parse_header
from assistant.errors import SettingsError, UserError
from assistant.hosts import Names, is_everywhere, is_loopback, parse_names
from assistant.proxies import Proxies, parse_proxies
from assistant.settings import Settings
from assistant.users import UserFile


def _nobody() -> Proxies:
    return Proxies(())


@dataclass(frozen=True, slots=True)
class Site:
    """The default is one for this machine alone."""

    auth: Auth = field(default_factory=Open)
    names: Names = field(default_factory=Names)
    proxies: Proxies = field(default_factory=_nobody)

    @property
    def guarded(self) -> bool:
        """Whether visitors are told apart, so that others than this machine may come."""
        return self.auth.mode != "none"


def build_site(settings: Settings, host: str | None = None) -> Site:
    """For a server at `host`, else that of the settings.

    SettingsError "not_loopback" for an address beyond this machine where nobody signs in,
    "no_names" for all addresses without a name, "auth", "editors", "names", "proxies". UserError
    for a file of users that can't be read or has nobody in it.
    """
    place = host or settings.host
    proxies = parse_proxies(settings.proxies)
    auth = build_auth(settings, proxies)
    own = parse_names(settings.names or "").own
    if not is_loopback(place):
        if auth.mode == "none":
            raise SettingsError("not_loopback", host=place)
        if is_everywhere(place) and not own:
            raise SettingsError("no_names", host=place)
        own = own if is_everywhere(place) else own | {place}
    return Site(auth, Names(own), proxies)


def build_auth(settings: Settings, proxies: Proxies) -> Auth:
    """Raises as `build_site`."""
    if not settings.auth:
        return Open()
    if header := parse_header(settings.auth):
        return ByHeader(header, parse_editors(settings.editors or ""), proxies)
    users = UserFile(Path(settings.auth))
    if not users.users():
        raise UserError("nobody", path=users.path)
    return BySession(users, proxies)
