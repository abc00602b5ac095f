"""The file that nothing can make again: whole whatever happens, and honest where it can't be."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import RetryableStoreError, StoreError
from assistant.history import History
from assistant.prompts import explain
from assistant.state import MIGRATIONS, State, fold, has_state, make_whole, write_time
from store.database import STATE_FILE

FEEDBACK = "insert into feedback values (null, 'u', ?, 'up', '2024', '', '{}')"
WRITER = f"""
import sys
from pathlib import Path
from assistant.state import State
state = State(Path(sys.argv[1]))
for number in range(10**6):
    with state.write() as database:
        database.execute({FEEDBACK!r}, (str(number),))
    print(number, flush=True)
"""


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with closing(State(tmp_path / "data")) as opened:
        yield opened


def add(state: State, answer: str) -> None:
    with state.write() as database:
        database.execute(FEEDBACK, (answer,))


def count(state: State) -> int:
    with state.read() as database:
        return int(database.execute("select count(*) from feedback").fetchone()[0])


def explained(error: StoreError) -> tuple[str, str]:
    return explain(error, "en"), explain(error, "zh")


def test_looking_makes_no_file(tmp_path: Path) -> None:
    assert not has_state(tmp_path / "data")
    State(tmp_path / "data").close()
    assert has_state(tmp_path / "data")


def test_what_fails_in_the_middle_leaves_nothing(state: State) -> None:
    def fail() -> None:
        with state.write() as database:
            database.execute(FEEDBACK, ("a",))
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        fail()
    assert count(state) == 0
    add(state, "b")
    assert count(state) == 1


def test_a_killed_process_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(25)]
        process.send_signal(signal.SIGKILL)
        last = int([*said, *process.stdout.read().split()][-1])
    with closing(State(tmp_path)) as state:
        assert count(state) in (last + 1, last + 2)  # one may have been written and not yet said
        with state.read() as database:
            assert database.execute("pragma integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("version", range(len(MIGRATIONS)))
def test_a_file_of_an_older_version_is_taken_over(tmp_path: Path, version: int) -> None:
    with closing(sqlite3.connect(tmp_path / STATE_FILE)) as old:
        for statement in (one for step in MIGRATIONS[:version] for one in step):
            old.execute(statement)
        if version:
            old.execute("insert into conversations values ('c','u','d',null,'1','1','T','t')")
        old.execute(f"pragma user_version = {version}")
        old.commit()
    with closing(State(tmp_path)) as state, state.read() as database:
        held = database.execute("select title from conversations").fetchall()
        assert held == ([("T",)] if version else [])
        assert database.execute("pragma user_version").fetchone() == (len(MIGRATIONS),)
        assert database.execute("select * from feedback").fetchall() == []


def test_a_migration_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / STATE_FILE)) as old:
        for statement in MIGRATIONS[0]:
            old.execute(statement)
        old.execute("create table feedback (other text)")
        old.execute("pragma user_version = 1")
        old.commit()
    with pytest.raises(StoreError, match="state_damaged"):
        State(tmp_path)
    with closing(sqlite3.connect(tmp_path / STATE_FILE)) as old:
        assert old.execute("pragma user_version").fetchone() == (1,)


def test_a_file_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    State(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / STATE_FILE)) as file:
        file.execute(f"pragma user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(StoreError, match="state_newer") as raised:
        State(tmp_path)
    english, chinese = explained(raised.value)
    assert "newer version" in english
    assert "更新版本" in chinese


def test_a_full_disk_is_said_and_harms_nothing(state: State) -> None:
    add(state, "a")
    with state.read() as database:
        (pages,) = database.execute("pragma page_count").fetchone()
        database.execute(f"pragma max_page_count = {pages}")
    with pytest.raises(StoreError, match="disk_full") as raised:
        add(state, "b" * 100_000)
    assert count(state) == 1
    english, chinese = explained(raised.value)
    assert "disk is full" in english
    assert "磁盘已满" in chinese


def test_a_file_that_may_only_be_read_is_said(state: State) -> None:
    add(state, "a")
    state._database.execute("pragma query_only = on")
    with pytest.raises(StoreError, match="unwritable") as raised:
        add(state, "b")
    assert count(state) == 1
    english, chinese = explained(raised.value)
    assert "can't be written" in english
    assert "无法写入" in chinese


def test_a_folder_that_can_not_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match="unwritable"):
        State(tmp_path / "file" / "data")
    (tmp_path / "data" / STATE_FILE).mkdir(parents=True)
    with pytest.raises(StoreError, match="unwritable"):
        State(tmp_path / "data")


@pytest.mark.parametrize("content", [b"no database" * 500, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_damaged_file_is_said_and_kept(tmp_path: Path, content: bytes) -> None:
    (tmp_path / STATE_FILE).write_bytes(content)
    with pytest.raises(StoreError, match="state_damaged"):
        State(tmp_path)
    assert (tmp_path / STATE_FILE).read_bytes() == content


def test_who_waits_too_long_for_another_process_may_try_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.state.PATIENCE", 0.01)
    with closing(State(tmp_path)) as one, closing(State(tmp_path)) as other:
        with one.write(), pytest.raises(RetryableStoreError, match="state_busy"):
            add(other, "b")
        add(other, "b")
        assert count(one) == 1


def test_reading_goes_on_while_another_process_writes(tmp_path: Path) -> None:
    with closing(State(tmp_path)) as one, closing(State(tmp_path)) as other:
        add(one, "a")
        with one.write() as database:
            database.execute(FEEDBACK, ("b",))
            assert count(other) == 1
        assert count(other) == 2


def test_writing_goes_on_while_another_process_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.state.PATIENCE", 0.01)
    with closing(State(tmp_path)) as one, closing(State(tmp_path)) as other:
        with one.read() as database:
            rows = database.execute("select count(*) from feedback")
            add(other, "a")
            assert rows.fetchone() == (0,)
        assert count(one) == 1


def test_several_may_make_the_file_at_once(tmp_path: Path) -> None:
    def open_and_add(number: int) -> None:
        with closing(State(tmp_path)) as state:
            add(state, str(number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(open_and_add, range(8)))
    with closing(State(tmp_path)) as state:
        assert count(state) == 8


def test_threads_share_a_file(state: State) -> None:
    def work(name: str) -> None:
        for number in range(20):
            add(state, f"{name}{number}")

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(state) == 80


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))])))
def test_times_are_utc_and_come_back(moment: datetime) -> None:
    if 1 < moment.year < 9999:
        assert datetime.fromisoformat(write_time(moment)) == moment
        assert write_time(moment).endswith("+00:00")


@given(st.datetimes(), st.datetimes())
def test_times_sort_as_text(one: datetime, other: datetime) -> None:
    one, other = one.replace(tzinfo=UTC), other.replace(tzinfo=UTC)
    assert (write_time(one) < write_time(other)) is (one < other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("重慶GDP", "重庆gdp"), ("  Two\n words ", "two words"), ("STRASSE", "straße")],
)
def test_what_is_the_same_in_a_search_folds_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("plain 文字", "plain 文字"),
        ("\ud83d\ude00", "😀"),
        ("half \ud83d.", "half �."),
        ("a\0b", "a b"),
    ],
)
def test_what_no_file_can_hold_is_made_whole(text: str, whole: str) -> None:
    assert make_whole(text) == whole
    assert make_whole(text).encode()


def test_without_a_folder_nothing_is_written_and_threads_share_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(State(None)) as state:
        begun: list[str] = []
        thread = threading.Thread(target=lambda: begun.append(History(state).begin("ann", "Why?")))
        thread.start()
        thread.join()
        assert [row.id for row in History(state).conversations("ann")] == begun
    assert list(tmp_path.iterdir()) == []
