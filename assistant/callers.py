"""Which programs may call the API: the one with the server's token, those with a key, pages of
somebody who signed in, and on a machine where neither is asked for, any program of it."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.types import Scope

from assistant.auth import BY_KEY, LOCAL, Visitor
from assistant.errors import RequestError
from assistant.keyform import PREFIX, hash_key
from assistant.keys import Key
from assistant.proxies import has_come_straight
from assistant.rates import Left
from assistant.rights import check_key, check_visitor, find_need
from assistant.site import Site

METRICS = "/metrics"
"""Read by programs alone: a session opens it to nobody."""


class Caller(NamedTuple):
    """Who calls, and how much they may still; None for those who aren't counted."""

    visitor: Visitor
    left: Left | None = None


class Callers:
    """Lets callers in. A key that is given must be right, also where none is needed."""

    def __init__(self, token: str, site: Site) -> None:
        self._token = token
        self._site = site

    def admit(self, scope: Scope, headers: Headers) -> Caller:
        """RequestError "token" without a key where one is needed, "key" for one that isn't known,
        "no_scope", "token_only", "rate", "wrong_keys", and what the site's `auth` raises."""
        if has_token(headers, self._token):
            return Caller(Visitor(LOCAL, editor=True))
        need = find_need(scope["method"], scope["path"], headers)
        given = read_bearer(headers)
        address = self._site.proxies.find_client(scope, headers)
        open_ = not given.startswith(PREFIX) and self._is_open(scope, headers)
        counted = not open_ or self._site.rates.settings.everybody
        left = self._site.rates.take_address(address) if counted else None
        if given and (given.startswith(PREFIX) or not (open_ or self._knows(scope, headers))):
            key = self._find_key(given, address)
            left = _find_tighter(left, self._site.rates.take_key(key.number))
            check_key(key, need)
            return Caller(Visitor(f"{BY_KEY}{key.name}", "write" in key.scopes), left)
        visitor = self._find_visitor(scope, headers, open_=open_)
        check_visitor(visitor, need)
        return Caller(visitor, left)

    def _is_open(self, scope: Scope, headers: Headers) -> bool:
        """Whether a program of this machine needs no key: until one is made, and nobody signs
        in."""
        keys = self._site.keys
        alone = self._site.auth.mode == "none" and has_come_straight(scope, headers)
        return alone and not (keys and keys.has_any())

    def _knows(self, scope: Scope, headers: Headers) -> bool:
        """Whether a request may come from somebody who signed in. Pages of other sites, also of
        those that are let through, bring a key: a session is for our own."""
        own = self._site.names.is_own_page(headers)
        return self._site.signs_in and own and scope["path"] != METRICS

    def _find_visitor(self, scope: Scope, headers: Headers, *, open_: bool) -> Visitor:
        if open_:
            return Visitor(LOCAL, editor=True)
        if not self._knows(scope, headers):
            raise RequestError("token")
        return self._site.auth.admit(scope, headers)

    def _find_key(self, given: str, address: str) -> Key:
        self._site.rates.check_wrong(address)
        key = self._site.keys.find(given) if self._site.keys else None
        if self._site.keys is None or key is None:
            self._site.rates.note_wrong(address, hash_key(given))
            raise RequestError("key")
        self._site.keys.note_use(key)
        return key


def has_token(headers: Headers, token: str) -> bool:
    return secrets.compare_digest(read_bearer(headers).encode(), token.encode())


def read_bearer(headers: Headers) -> str:
    """What stands behind `Bearer`, in whichever letters that is written; "" if nothing does."""
    kind, _, given = headers.get("authorization", "").partition(" ")
    return given.strip() if kind.lower() == "bearer" else ""


def _find_tighter(one: Left | None, other: Left | None) -> Left | None:
    return min(filter(None, (one, other)), key=lambda left: left.remaining, default=None)
