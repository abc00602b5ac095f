from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from store.database import PARTS, open_database

SCHEMA = "create table if not exists notes (text text);"


def test_what_was_written_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    for wanted in (1, 2):
        database = open_database(tmp_path / "a.db", SCHEMA)
        with database:
            database.execute("insert into notes values ('x')")
        assert database.execute("select count(*) from notes").fetchone() == (wanted,)
        assert database.execute("pragma journal_mode").fetchone() == ("wal",)
        database.close()


def test_a_file_that_is_no_database_is_made_anew(tmp_path: Path) -> None:
    for part in PARTS:
        (tmp_path / f"a.db{part}").write_bytes(b"no database at all, and long enough to look" * 99)
    database = open_database(tmp_path / "a.db", SCHEMA)
    assert database.execute("select * from notes").fetchall() == []
    database.close()


def test_a_folder_that_is_not_there_is_not_the_file_s_fault(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        open_database(tmp_path / "none" / "a.db", SCHEMA)
