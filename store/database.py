"""SQLite files beside Chroma, for what can be made again."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

_log = logging.getLogger(__name__)
PARTS = ("", "-wal", "-shm")  # the files that one database consists of
# What people said and thought lies beside it too, but nothing can make that again.
STATE_FILE = "state.db"


def open_database(path: Path, schema: str) -> sqlite3.Connection:
    """Open or make a database for all threads of this process.

    One that can't be read is thrown away: all of it can be made again. Raises sqlite3.Error where
    the disk or its rights are the fault, not the file.
    """
    try:
        return _connect(path, schema)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        _log.warning("%s is damaged and is made anew: %s", path, error)
        for part in PARTS:
            path.with_name(path.name + part).unlink(missing_ok=True)
        return _connect(path, schema)


def _connect(path: Path, schema: str) -> sqlite3.Connection:
    database = sqlite3.connect(path, check_same_thread=False)
    try:
        database.execute("pragma auto_vacuum = incremental")  # counts for a new file only
        # Lost rows are made again: the file need not outlive a power cut, only stay whole.
        database.execute("pragma journal_mode = wal")
        database.execute("pragma synchronous = normal")
        database.executescript(schema)
    except BaseException:
        database.close()
        raise
    return database
