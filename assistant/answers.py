"""Answers that were given to programs and teams, kept for a while: by its id, whoever got one can
still say what they think of it, or show it again, after a restart.

An id stands for a question, its settings and its answer, so that two askers may have the same: an
answer is found by its asker alone.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from assistant.errors import StoreError
from assistant.state import State, write_time

Json = dict[str, Any]

KEPT = timedelta(days=30)
MOST = 20_000
"""Answers of all askers together; with their passages they take some tens of kilobytes each."""

_PRUNED_AFTER = timedelta(hours=1)
_PRUNED_AFTER_WRITES = 500


class Answers:
    """The answers of all askers, each by its JSON. Threads may share it. Raises as `State`."""

    def __init__(self, state: State, now: Callable[[], datetime] | None = None) -> None:
        self._state = state
        self._now = now or (lambda: datetime.now(UTC))
        self._lock = threading.Lock()
        self._pruned: datetime | None = None
        self._written = 0

    def keep(self, asker: str, answer: Json) -> None:
        """The same answer again is kept once, from now on."""
        moment = self._now()
        values = (asker, str(answer["id"]), write_time(moment), json.dumps(answer))
        with self._state.write() as database:
            database.execute("insert or replace into answers values (?, ?, ?, ?)", values)
            if self._is_due(moment):
                _prune(database, moment)

    def find(self, answer_id: str, asker: str) -> Json | None:
        """None for one that isn't there, is too old, or is somebody else's."""
        query = "select answer from answers where asker = ? and id = ? and created >= ?"
        values = (asker, answer_id, write_time(self._now() - KEPT))
        with self._state.read() as database:
            row = database.execute(query, values).fetchone()
        return None if row is None else self._read(row[0])

    def _is_due(self, moment: datetime) -> bool:
        """Whether to look for old ones: with the first write, and then once in a while."""
        with self._lock:
            self._written += 1
            recent = self._pruned is not None and moment - self._pruned < _PRUNED_AFTER
            if recent and self._written < _PRUNED_AFTER_WRITES:
                return False
            self._pruned, self._written = moment, 0
            return True

    def _read(self, text: str) -> Json:
        try:
            known: Json = json.loads(text)
        except ValueError as error:
            path = str(self._state.path)
            raise StoreError("state_damaged", path=path, reason=str(error)) from error
        return known


def _prune(database: sqlite3.Connection, moment: datetime) -> None:
    database.execute("delete from answers where created < ?", (write_time(moment - KEPT),))
    newest = "select rowid from answers order by created desc, rowid desc limit -1 offset ?"
    database.execute(f"delete from answers where rowid in ({newest})", (MOST,))
