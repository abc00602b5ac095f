"""Who a request comes from, and what they may do: one of three ways to know."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

from assistant.errors import RequestError, SettingsError, UserError
from assistant.passwords import hash_of_nobody, is_password
from assistant.proxies import Proxies
from assistant.sessions import Sessions
from assistant.tries import Tries
from assistant.users import User, UserFile, fold_name

Mode = Literal["none", "password", "header", "keys"]

LOCAL = "local"
"""Who asks where nobody signs in: then only this machine reaches the server."""

COOKIE = "duocite"
SECURE_COOKIE = "__Host-duocite"
"""Over TLS. Browsers take a cookie of such a name from this very host alone, so that a neighbour in
the same domain can't put a session of its own there."""

BY_KEY = "key:"
"""Before the name of a key, where it stands for a visitor; no name of a user has a colon."""

VISITOR = "duocite.visitor"
"""Where a request's scope holds who it comes from, once they have been let in."""

_HEADER = re.compile(r"header:\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*")
_EDITOR = "editor"
_log = logging.getLogger(__name__)


class Visitor(NamedTuple):
    """A person, and whether documents may be changed."""

    name: str
    editor: bool


class Auth(Protocol):
    """A way to know visitors."""

    @property
    def mode(self) -> Mode: ...

    def admit(self, scope: Scope, headers: Headers) -> Visitor:
        """Whoever sent a request; RequestError where they can't be told or aren't known."""


class Open:
    """Nobody signs in: whoever reaches the server may do everything."""

    mode: Mode = "none"

    def admit(self, scope: Scope, headers: Headers) -> Visitor:
        return Visitor(LOCAL, editor=True)


class OnlyKeys:
    """Nobody signs in and others can reach the server: programs come with keys, people not at all.

    Not even those of this machine: a proxy that runs there, as one with TLS may, can send on what
    others ask in a way that looks the same.
    """

    mode: Mode = "keys"

    def admit(self, scope: Scope, headers: Headers) -> Visitor:
        raise RequestError("no_chat")


class BySession:
    """People sign in with a name and a password of a file, and a cookie tells them from then on."""

    mode: Mode = "password"

    def __init__(
        self,
        users: UserFile,
        proxies: Proxies,
        sessions: Sessions | None = None,
        tries: Tries | None = None,
    ) -> None:
        self.proxies = proxies
        self._users = users
        self._sessions = sessions or Sessions()
        self._tries = tries or Tries()
        hash_of_nobody()

    def admit(self, scope: Scope, headers: Headers) -> Visitor:
        """RequestError "sign_in" unless there is a session whose user is in the file still, with
        the password that it began with; the role is that of the file."""
        token = self.read_token(scope, headers)
        session = self._sessions.find(token) if token else None
        if token is None or session is None:
            raise RequestError("sign_in")
        user = self._find_user(session.name)
        if user is None or user.hash != session.hash:
            self._sessions.end(token)
            raise RequestError("sign_in")
        return Visitor(user.name, user.editor)

    def sign_in(self, name: str, password: str, address: str) -> str:
        """The token of a new session. RequestError "wrong_password", which doesn't tell whether
        there is such a user, "tries" after too many of them, "no_sign_in"."""
        folded = fold_name(name)
        self._tries.begin(folded, address)
        user = self._find_user(folded)
        if not is_password(password, user.hash if user else None) or user is None:
            _log.warning("a sign-in failed: %r from %s", folded[:100], address)
            raise RequestError("wrong_password")
        self._tries.succeed(folded, address)
        _log.info("signed in: %r from %s", user.name, address)
        return self._sessions.begin(user)

    def sign_out(self, scope: Scope, headers: Headers) -> None:
        if token := self.read_token(scope, headers):
            self._sessions.end(token)

    def read_token(self, scope: Scope, headers: Headers) -> str | None:
        """What a browser keeps of its session."""
        return cookie_parser(headers.get("cookie", "")).get(self.name_cookie(scope, headers))

    def name_cookie(self, scope: Scope, headers: Headers) -> str:
        return SECURE_COOKIE if self.proxies.is_secure(scope, headers) else COOKIE

    def _find_user(self, name: str) -> User | None:
        """A file that can't be read lets nobody in; what is wrong with it is for the log alone."""
        try:
            return self._users.find(name)
        except UserError as error:
            _log.error("nobody can sign in: %s", error, exc_info=error)
            raise RequestError("no_sign_in") from error


class ByHeader:
    """A proxy signs people in, and names them in a header."""

    mode: Mode = "header"

    def __init__(self, header: str, is_editor: Callable[[str, Headers], bool], proxies: Proxies):
        self.header = header
        self._is_editor = is_editor
        self._proxies = proxies

    def admit(self, scope: Scope, headers: Headers) -> Visitor:
        """RequestError "proxy" for what comes from elsewhere, "no_header" without a name, or with
        two: then one of them is the visitor's own."""
        if not self._proxies.has_sent(scope):
            raise RequestError("proxy")
        names = headers.getlist(self.header)
        name = fold_name(_decode(names[0])) if len(names) == 1 else ""
        if not name or not name.isprintable() or name.startswith(BY_KEY):
            raise RequestError("no_header")
        return Visitor(name, self._is_editor(name, headers))


def parse_header(auth: str) -> str | None:
    """The header's name in `header:NAME`, None for the path of a file; SettingsError "auth"."""
    found = _HEADER.fullmatch(auth.strip())
    if found is None and auth.strip().lower().startswith("header:"):
        raise SettingsError("auth", value=auth)
    return found[1] if found else None


def parse_editors(text: str) -> Callable[[str, Headers], bool]:
    """Who is an editor: the names that are listed, or with `header:NAME` those in whose header of
    that name, a list with commas, stands `editor`. SettingsError "editors"."""
    found = _HEADER.fullmatch(text.strip())
    if found:
        return lambda _, headers: _EDITOR in _list(",".join(headers.getlist(found[1])).lower())
    if text.strip().lower().startswith("header:"):
        raise SettingsError("editors", value=text)
    names = frozenset(map(fold_name, _list(text)))
    return lambda name, _: name in names


def _list(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _decode(value: str) -> str:
    """Names are UTF-8 with most proxies; a header comes as Latin-1."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value
