"""One writer of a collection at a time: of the threads of a process, and of the processes that
share a Chroma server.

Chroma has no transactions over several calls, and two ingests that know nothing of each other
would delete as leftovers what the other is about to make visible. On a server the right to write
is therefore a row beside the ledger, a lease: `add` leaves a row alone whose id is there already,
so that of two who ask for the same number only one gets it. Its holder renews it; a lease that
nobody has renewed for a while is of a process that died, and the next number can be asked for.
Clocks are never compared: who waits measures by its own.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import chromadb

from assistant.errors import RetryableStoreError, StoreError
from store.pages import add_metadata, chroma_errors, upsert_metadata

BEAT = 2.0
"""Seconds between two renewals of a lease."""
EXPIRY = 15.0
"""Seconds without a renewal after which a lease counts as left behind."""

_POLL = 0.25
_MARK_ID = "mark//"  # as ids of roots: no path within a folder has two slashes in a row
_LEASE_ID = "lease//{:09}"
_log = logging.getLogger(__name__)


class Writers:
    """Of a collection that one process owns: its threads write in turn."""

    shared = False

    def __init__(self, collection: str) -> None:
        self._collection = collection
        self._lock = threading.RLock()

    @contextmanager
    def turn(self, wait: float = 1.0) -> Iterator[None]:
        """Write alone; a thread may ask again while it has the turn.

        Raises StoreError "busy", which names who writes, if another one still does after `wait`
        seconds.
        """
        if not self._lock.acquire(timeout=wait):
            raise self._busy(describe_self())
        try:
            yield
        finally:
            self._lock.release()

    def check(self) -> None:
        """Raise StoreError "lost_turn" if somebody else has taken over."""

    def note_change(self) -> None:
        """Let other processes know that the ledger is another one now."""

    def find_change(self) -> bool:
        """Whether another process has written since this was asked last."""
        return False

    def _busy(self, holder: str) -> StoreError:
        return RetryableStoreError("busy", collection=self._collection, holder=holder)


class SharedWriters(Writers):
    """Of a collection on a server, whose rows `documents` hold the lease and the mark."""

    shared = True

    def __init__(self, collection: str, documents: chromadb.Collection) -> None:
        super().__init__(collection)
        self._documents = documents
        self._depth = 0
        self._lease: Lease | None = None
        self._mark = self._read_mark()

    @contextmanager
    def turn(self, wait: float = 1.0) -> Iterator[None]:
        with super().turn(wait), self._hold_lease():
            yield

    def check(self) -> None:
        if self._lease is None or not self._lease.is_held():
            raise RetryableStoreError("lost_turn", collection=self._collection)

    def note_change(self) -> None:
        self._mark = uuid.uuid4().hex
        upsert_metadata(self._documents, _MARK_ID, {"kind": "mark", "value": self._mark})

    def find_change(self) -> bool:
        before, self._mark = self._mark, self._read_mark()
        return before != self._mark

    def _read_mark(self) -> str:
        found = self._documents.get(ids=[_MARK_ID], include=["metadatas"])["metadatas"]
        return str(found[0]["value"]) if found else ""

    @contextmanager
    def _hold_lease(self) -> Iterator[None]:
        if self._depth:
            self._depth += 1
        else:
            lease = Lease(self._documents)
            with chroma_errors(self._collection):
                holder = lease.take()
            if holder is not None:
                raise self._busy(holder)
            self._lease, self._depth = lease, 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth and self._lease is not None:
                self._lease.give_up()
                self._lease = None


@dataclass(frozen=True, slots=True)
class _Row:
    """A lease as it is stored; of several, the one with the highest number counts."""

    number: int
    token: str
    holder: str
    beat: int
    free: bool

    def to_metadata(self) -> dict[str, Any]:
        names = ("number", "token", "holder", "beat", "free")
        return {"kind": "lease", **{name: getattr(self, name) for name in names}}


class Lease:
    """One process's claim to write; taken once, then given up."""

    def __init__(self, documents: chromadb.Collection) -> None:
        self._documents = documents
        self._row = _Row(0, uuid.uuid4().hex, describe_self(), 0, False)
        self._ended = threading.Event()
        self._beats = threading.Thread(target=self._keep_up, name="lease", daemon=True)

    def take(self) -> str | None:
        """None once this has the lease, else who has it: known as soon as they renew it."""
        found, holder = self._await_free()
        if holder is not None:
            return holder
        self._row = _Row(found + 1, self._row.token, self._row.holder, 0, False)
        add_metadata(self._documents, _LEASE_ID.format(self._row.number), self._row.to_metadata())
        current = self._read()
        if current is None or current.token != self._row.token:
            return current.holder if current else "?"
        self._delete_older()
        self._beats.start()
        return None

    def is_held(self) -> bool:
        current = self._read()
        return current is not None and current.token == self._row.token

    def give_up(self) -> None:
        """Let the next one in. A server that can't be told learns it by the renewals that stop."""
        self._ended.set()
        if self._beats.is_alive():
            self._beats.join()
        self._say(free=True)

    def _await_free(self) -> tuple[int, str | None]:
        """The highest number that was given, and who holds it if they are alive."""
        began, first = time.monotonic(), self._read()
        current = first
        while current is not None and not current.free:
            if current != first:
                return current.number, current.holder
            if time.monotonic() - began > EXPIRY:
                _log.warning("took over from %s, who had not been heard of", current.holder)
                break
            time.sleep(_POLL)
            current = self._read()
        return (current.number if current else 0), None

    def _read(self) -> _Row | None:
        found = self._documents.get(where={"kind": "lease"}, include=["metadatas"])
        rows = [_read_row(metadata) for metadata in found["metadatas"] or []]
        return max(rows, key=lambda row: row.number, default=None)

    def _delete_older(self) -> None:
        older: Any = {"$and": [{"kind": "lease"}, {"number": {"$lt": self._row.number}}]}
        self._documents.delete(where=older)

    def _keep_up(self) -> None:
        while not self._ended.wait(BEAT):
            self._say(free=False)

    def _say(self, free: bool) -> None:
        row = self._row
        self._row = _Row(row.number, row.token, row.holder, row.beat + 1, free)
        # `update`, unlike an upsert, doesn't bring back a row that a successor has deleted.
        metadatas: Any = [self._row.to_metadata()]
        try:
            with chroma_errors("lease"):
                self._documents.update(ids=[_LEASE_ID.format(row.number)], metadatas=metadatas)
        except (StoreError, RuntimeError) as error:  # RuntimeError: the store has been closed
            _log.warning("a lease could not be renewed: %s", error)


def describe_self() -> str:
    """This process, as another one names it: host and number."""
    return f"{socket.gethostname()}/{os.getpid()}"


def _read_row(known: Any) -> _Row:
    return _Row(
        int(known["number"]),
        str(known["token"]),
        str(known["holder"]),
        int(known["beat"]),
        bool(known["free"]),
    )
