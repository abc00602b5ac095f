"""Who is asking, through which front end, in which request: known wherever their work is done.

Front ends say it once, at their door; threads that work for a request take it along.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal

Front = Literal["chat", "api", "chat-completions", "slack", "cli"]

NOBODY = "-"
"""The name of somebody who hasn't been let in, or need not be."""

CLI = "duocite-cli"
"""What the command line calls itself to a server."""

# What proxies and tracing make: letters, digits and the signs between them.
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}")


def make_id() -> str:
    return secrets.token_hex(8)


@dataclass(slots=True)
class Asker:
    """`name` is that of a user or a key, filled in once it is known."""

    front: Front
    name: str = NOBODY
    request: str = field(default_factory=make_id)


_asker: ContextVar[Asker | None] = ContextVar("asker", default=None)


@contextmanager
def asking(front: Front, name: str = NOBODY, request: str | None = None) -> Iterator[Asker]:
    """What is done inside the block is done for them; not to be held over a generator's `yield`.

    Without an id of its own it belongs to the request that is at hand, if there is one.
    """
    around = _asker.get()
    known = request or (around.request if around else None) or make_id()
    token = _asker.set(asker := Asker(front, name, known))
    try:
        yield asker
    finally:
        _asker.reset(token)


def find_asker() -> Asker | None:
    return _asker.get()


def name_asker(name: str) -> None:
    """Say who the request at hand comes from, where it came through a door that takes note."""
    if asker := _asker.get():
        asker.name = name


def take_id(given: str | None) -> str:
    """An id that a client or a proxy gave, if it can stand in a header and in a line; else a new
    one."""
    return given if given and _SANE.fullmatch(given) else make_id()
