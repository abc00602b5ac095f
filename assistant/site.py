"""How a server meets its visitors, by settings: who is let in, by which names, past which proxies,
with which keys and how often.

Nobody signs in on loopback. An address that others can reach needs a way to know them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from assistant.auth import Auth, ByHeader, BySession, OnlyKeys, Open, parse_editors, parse_header
from assistant.errors import SettingsError, UserError
from assistant.hosts import Names, is_everywhere, is_loopback, parse_names, parse_origins
from assistant.keyring import Keyring
from assistant.proxies import Proxies, parse_proxies
from assistant.rates import Rates, parse_rates
from assistant.settings import Settings
from assistant.users import UserFile


def _nobody() -> Proxies:
    return Proxies(())


@dataclass(frozen=True, slots=True)
class Site:
    """The default is one for this machine alone, where no key was made."""

    auth: Auth = field(default_factory=Open)
    names: Names = field(default_factory=Names)
    proxies: Proxies = field(default_factory=_nobody)
    keys: Keyring | None = None
    rates: Rates = field(default_factory=Rates)
    origins: frozenset[str] = frozenset()
    """Pages of which other sites may call the API."""
    upload_mb: int = 200
    slack: bool = False
    """Whether Slack may send events here; it signs them itself."""

    @property
    def guarded(self) -> bool:
        """Whether visitors are told apart, so that others than this machine may come."""
        return self.auth.mode != "none"

    @property
    def signs_in(self) -> bool:
        """Whether people do; else the chat is for this machine, or for nobody."""
        return self.auth.mode in ("password", "header")

    @property
    def has_chat(self) -> bool:
        return self.auth.mode != "keys"

    def close(self) -> None:
        if self.keys is not None:
            self.keys.close()


def build_site(settings: Settings, host: str | None = None) -> Site:
    """For a server at `host`, else that of the settings; to be closed.

    SettingsError "not_loopback" for an address beyond this machine where nobody signs in and no key
    works, "no_names" for all addresses without a name, "auth", "editors", "names", "proxies",
    "rate", "cors". UserError for a file of users that can't be read or has nobody in it, StoreError
    for a file of keys.
    """
    place = host or settings.host
    proxies = parse_proxies(settings.proxies)
    keys = Keyring(settings.data)
    try:
        auth = build_auth(settings, proxies)
        if not is_loopback(place) and auth.mode == "none":
            auth = _open_to_keys(keys, place)
        return Site(
            auth,
            _build_names(settings, place),
            proxies,
            keys,
            Rates(parse_rates(settings.rate_key, settings.rate_address)),
            parse_origins(settings.cors or ""),
            settings.max_file_mb,
        )
    except BaseException:
        keys.close()
        raise


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


def _open_to_keys(keys: Keyring, place: str) -> Auth:
    if not keys.has_working():
        raise SettingsError("not_loopback", host=place)
    return OnlyKeys()


def _build_names(settings: Settings, place: str) -> Names:
    own = parse_names(settings.names or "").own
    if is_loopback(place):
        return Names(own)
    if is_everywhere(place) and not own:
        raise SettingsError("no_names", host=place)
    return Names(own if is_everywhere(place) else own | {place})
