"""What people said and thought, in one SQLite file that nothing can make again: `state.db`.

It lies in the data folder of the one who serves, beside the documents, and holds none of them. WAL
lets a command read while the chat writes; each transaction is on the disk before it is answered,
so that what was acknowledged outlives a killed process and a power cut.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from assistant.errors import RetryableStoreError, StoreError
from assistant.text.script import simplify
from store.database import STATE_FILE

PATIENCE = 5.0
"""Seconds that a transaction waits for another process."""

# What is long stands last in a row: SQLite reads a row up to the column that is asked for.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """create table conversations (
            id text primary key, user text not null, collection text not null, pinned text,
            created text not null, updated text not null, title text not null,
            searched text not null
        )""",
        "create index conversations_of on conversations (user, updated)",
        """create table turns (
            conversation text not null references conversations (id) on delete cascade,
            position integer not null, created text not null, question text not null,
            searched text not null, answer text,
            primary key (conversation, position)
        )""",
    ),
    (
        """create table feedback (
            number integer primary key, user text not null, answer_id text not null,
            verdict text not null check (verdict in ('up', 'down')), created text not null,
            reason text not null, answer text not null,
            unique (user, answer_id)
        )""",
        "create index feedback_since on feedback (created)",
    ),
    (
        """create table answers (
            asker text not null, id text not null, created text not null, answer text not null,
            primary key (asker, id)
        )""",
        "create index answers_since on answers (created)",
    ),
    (
        """create table keys (
            number integer primary key, name text not null, hash text not null unique,
            scopes text not null, created text not null, expires text, used text, revoked text
        )""",
        "create unique index keys_named on keys (name) where revoked is null",
    ),
)
"""Each step leads to the next version of the file, `pragma user_version`; none is ever changed."""

_UNWRITABLE = frozenset({"SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_IOERR"})
_DAMAGED = frozenset({"SQLITE_CORRUPT", "SQLITE_NOTADB"})
_BUSY = frozenset({"SQLITE_BUSY", "SQLITE_LOCKED"})


class State:
    """The file of one data folder; threads share it, processes may. Without a folder it lasts as
    long as this object.

    Everything raises StoreError: "unwritable" (read-only, no rights), "disk_full", "state_damaged",
    "state_newer" where a later version of Duocite wrote it, and, retryable, "state_busy".
    """

    def __init__(self, folder: Path | None) -> None:
        self.path = Path(":memory:") if folder is None else folder / STATE_FILE
        self._lock = threading.Lock()
        with self._errors():
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
            self._database = _connect(self.path)
        try:
            with self.write() as database:
                self._migrate(database)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all that is done in it, or nothing."""
        # The connection, as a context, commits or rolls back.
        with self._lock, self._errors(), self._database:
            # A write that begins by reading could find that another process wrote in between.
            self._database.execute("begin immediate")
            yield self._database

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One view of the file, whatever others write meanwhile."""
        with self._lock, self._errors(), self._database:
            self._database.execute("begin")
            yield self._database

    def close(self) -> None:
        self._database.close()

    def _migrate(self, database: sqlite3.Connection) -> None:
        (version,) = database.execute("pragma user_version").fetchone()
        if version > len(MIGRATIONS):
            raise StoreError("state_newer", path=str(self.path))
        for step in MIGRATIONS[version:]:
            for statement in step:
                database.execute(statement)
        database.execute(f"pragma user_version = {len(MIGRATIONS)}")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _translate(error, self.path) from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise StoreError("unwritable", path=str(self.path), reason=reason) from error


def has_state(folder: Path) -> bool:
    """Whether anybody has said anything yet: looking must not make a file."""
    return (folder / STATE_FILE).exists()


def write_time(moment: datetime) -> str:
    """As UTC, in a form that sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def fold(text: str) -> str:
    """The form in which texts are searched: simplified characters, small letters."""
    return " ".join(simplify(make_whole(text)).casefold().split())


def make_whole(text: str) -> str:
    """With halves of characters joined, or marked where the other half is missing: no file can
    hold them as they are."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", " ")


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(
        path, timeout=PATIENCE, check_same_thread=False, isolation_level=None
    )
    try:
        database.execute("pragma journal_mode = wal")
        database.execute("pragma synchronous = full")
        database.execute("pragma foreign_keys = on")
        # What somebody deletes is overwritten, not only let go of.
        database.execute("pragma secure_delete = on")
    except BaseException:
        database.close()
        raise
    return database


def _translate(error: sqlite3.Error, path: Path) -> StoreError:
    """The error for a person; extended codes (SQLITE_IOERR_WRITE) go by their family."""
    family = "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])
    if family in _BUSY:
        return RetryableStoreError("state_busy", path=str(path))
    if family == "SQLITE_FULL":
        return StoreError("disk_full", path=str(path))
    if family in _UNWRITABLE:
        return StoreError("unwritable", path=str(path), reason=str(error))
    # What no code names is a file that isn't as it should be, too.
    return StoreError("state_damaged", path=str(path), reason=str(error))
