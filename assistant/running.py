"""Where a running server can be found: its address and this start's token, beside the lock.

The file is readable by its owner alone and lives no longer than the lock is held: who takes the
lock next removes it. So it speaks of the lock's holder, or of nobody.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from assistant.hosts import is_loopback
from store.lock import ADDRESS_NAME, is_held

TIMEOUT = 5.0
"""Seconds that a server may take to say that it is there."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server of this user on this machine."""

    address: str
    pid: int
    token: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def make_token() -> str:
    return secrets.token_urlsafe(32)


@contextmanager
def announce(folder: Path, address: str, token: str) -> Iterator[None]:
    """Let others on this machine find the server, until the block ends. Only for who holds the
    folder's lock, and once the address can be reached."""
    path = folder / ADDRESS_NAME
    _write(path, {"address": address, "pid": os.getpid(), "token": token})
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def find_running(folder: Path) -> Running | None:
    """The server that owns the store in `folder`, if one does and it answers."""
    found = _read(folder / ADDRESS_NAME)
    # What a dead server has left is told from a living one's by the lock, which dies with it.
    if found is None or not is_held(folder) or not _answers(found):
        return None
    return found


def _write(path: Path, content: dict[str, object]) -> None:
    new = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        new.unlink()
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file)
    new.replace(path)


def _read(path: Path) -> Running | None:
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        found = Running(str(known["address"]), int(known["pid"]), str(known["token"]))
        host = urlsplit(found.address).hostname
    except (OSError, ValueError, KeyError, TypeError):
        return None
    # Whatever stands there, the token leaves this machine by no means.
    return found if host and is_loopback(host) else None


def _answers(running: Running) -> bool:
    try:
        # No proxy stands between two programs of one machine.
        response = httpx.get(
            f"{running.address}/healthz",
            headers=running.headers,
            timeout=TIMEOUT,
            trust_env=False,
        )
        return response.status_code == httpx.codes.OK and bool(response.json()["yours"])
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return False
