"""The keys as a server looks them up: at each request, and as the file has them by then."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

from assistant.errors import StoreError
from assistant.keyform import hash_key, is_key
from assistant.keys import Key, Keys
from assistant.state import State, has_state

_log = logging.getLogger(__name__)


class Keyring:
    """The keys of a data folder, whoever makes or revokes one meanwhile; threads may share it.

    It has a connection of its own, which only reads: no request waits until a chat has written,
    and a write by anybody else shows in `pragma data_version`. Looking makes no file. Raises as
    `State`: who can't be looked up isn't let in.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime] | None = None) -> None:
        self._folder = folder
        self._now = now or (lambda: datetime.now(UTC))
        self._state: State | None = None
        self._version: int | None = None
        self._keys: dict[str, Key] = {}
        self._noted: dict[int, date] = {}
        self._lock = threading.Lock()

    def find(self, given: str) -> Key | None:
        """The key that was given, None unless it is known and works now."""
        if not is_key(given):
            return None
        digest = hash_key(given)
        # How long a look-up by digest takes tells nothing of any key; nor does the comparison.
        key = self._look().get(digest)
        if key is None or not secrets.compare_digest(key.hash, digest):
            return None
        return key if key.works(self._now()) else None

    def has_any(self) -> bool:
        """Whether keys were made: those that are revoked or expired count as well, so that nothing
        is opened by revoking the last one."""
        return bool(self._look())

    def has_working(self) -> bool:
        return any(key.works(self._now()) for key in self._look().values())

    def note_use(self, key: Key) -> None:
        """Keep the day in the file, once a day; in a thread, for it may have to wait for others who
        write. That it can't be kept shuts nobody out."""
        today = self._now().date()
        with self._lock:
            if self._noted.get(key.number, key.used) == today:
                return
            self._noted[key.number] = today
        threading.Thread(target=self._write_use, args=(key, today), name="key").start()

    def close(self) -> None:
        with self._lock:
            if self._state is not None:
                self._state.close()
                self._state = None

    def _look(self) -> dict[str, Key]:
        with self._lock:
            if self._state is None:
                if not has_state(self._folder):
                    return {}
                self._state = State(self._folder)
                self._version = None
            with self._state.read() as database:
                (version,) = database.execute("pragma data_version").fetchone()
            if version != self._version:
                # Read after the version: what changes in between is read once too often.
                self._keys = {key.hash: key for key in Keys(self._state).read()}
                self._version = version
            return self._keys

    def _write_use(self, key: Key, day: date) -> None:
        try:
            with closing(State(self._folder)) as state:
                Keys(state).note_use(key.number, day)
        except StoreError as error:
            _log.warning("the use of a key wasn't noted: %r", key.name, exc_info=error)
