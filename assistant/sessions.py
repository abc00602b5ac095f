"""Who is signed in: a random token for each browser, of which only a digest is kept here.

They live as long as the server; after a restart everybody signs in again.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from assistant.users import User

IDLE = 12 * 3600.0
"""Seconds without a request after which a session ends: a working day is one session."""

LONGEST = 7 * 24 * 3600.0
"""Seconds after which it ends however much it is used."""

KEPT = 10_000
"""Sessions at a time; the one that was idle longest goes first."""


@dataclass(slots=True)
class Session:
    """Of one browser. `hash` is the user's when it began: who gets a new password signs in anew."""

    name: str
    hash: str = field(repr=False)
    begun: float
    used: float


class Sessions:
    """Threads may share it. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, user: User) -> str:
        """The token of a new session: never one that a browser came with, which somebody else may
        have put there."""
        token = secrets.token_urlsafe(32)
        now = self._clock()
        with self._lock:
            self._sessions[_digest(token)] = Session(user.name, user.hash, now, now)
            while len(self._sessions) > KEPT:
                self._sessions.popitem(last=False)
        return token

    def find(self, token: str) -> Session | None:
        """The session of a token, which goes on by that; None once it has ended."""
        now, key = self._clock(), _digest(token)
        with self._lock:
            session = self._sessions.get(key)
            if session is None:
                return None
            if now - session.used > IDLE or now - session.begun > LONGEST:
                del self._sessions[key]
                return None
            session.used = now
            self._sessions.move_to_end(key)
            return session

    def end(self, token: str) -> None:
        with self._lock:
            self._sessions.pop(_digest(token), None)


def _digest(token: str) -> str:
    """Looked up by this, how long a lookup takes tells nothing of the tokens."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
