"""Keys as a server looks them up, while others change the file."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import RetryableStoreError, StoreError
from assistant.keyform import make_key
from assistant.keyring import Keyring
from assistant.keys import Keys
from assistant.state import State, has_state
from store.database import STATE_FILE

NOON = datetime(2030, 6, 1, 12, tzinfo=UTC)


class Now:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def others(tmp_path: Path, now: Now) -> Iterator[Keys]:
    """Who changes keys from elsewhere."""
    with closing(State(tmp_path)) as state:
        yield Keys(state, now)


@pytest.fixture
def ring(tmp_path: Path, now: Now) -> Iterator[Keyring]:
    with closing(Keyring(tmp_path, now)) as opened:
        yield opened


def wait_for_writes() -> None:
    for thread in threading.enumerate():
        if thread.name == "key":
            thread.join(10)


def test_looking_makes_no_file(ring: Keyring, tmp_path: Path) -> None:
    assert not ring.has_any()
    assert not ring.has_working()
    assert ring.find(make_key()) is None
    assert not has_state(tmp_path)


def test_a_key_counts_as_soon_as_it_is_made(ring: Keyring, others: Keys) -> None:
    assert not ring.has_any()
    for name in ("a", "b"):
        made = others.make(name, ["ask"])
        found = ring.find(made)
        assert found is not None
        assert found.name == name
    assert ring.has_any()
    assert ring.find(make_key()) is None


def test_a_file_that_comes_later_is_noticed(tmp_path: Path, ring: Keyring) -> None:
    assert not ring.has_any()
    with closing(State(tmp_path)) as state:
        made = Keys(state).make("a", ["ask"])
    assert ring.find(made)


def test_a_key_ends_as_soon_as_it_is_revoked(ring: Keyring, others: Keys) -> None:
    made, other = others.make("a", ["ask"]), others.make("b", ["ask"])
    assert ring.find(made)
    others.revoke("a")
    assert ring.find(made) is None
    assert ring.find(other)


def test_a_key_ends_when_it_expires_without_any_change(
    ring: Keyring, others: Keys, now: Now
) -> None:
    made = others.make("a", ["ask"], NOON + timedelta(hours=1))
    assert ring.find(made)
    now.now += timedelta(hours=1)
    assert ring.find(made) is None
    assert not ring.has_working()


def test_revoking_the_last_key_opens_nothing(ring: Keyring, others: Keys) -> None:
    others.make("a", ["ask"])
    assert ring.has_working()
    others.revoke("a")
    assert ring.has_any()
    assert not ring.has_working()
    others.forget("a")
    assert not ring.has_any()


def test_what_has_not_the_form_of_a_key_is_not_looked_up(ring: Keyring, tmp_path: Path) -> None:
    (tmp_path / STATE_FILE).write_bytes(b"no database at all" * 100)
    assert ring.find("Bearer") is None
    with pytest.raises(StoreError, match="state_damaged"):
        ring.find(make_key())
    with pytest.raises(StoreError, match="state_damaged"):
        ring.has_any()


def test_keys_are_read_again_only_after_a_change(
    ring: Keyring, others: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = others.make("a", ["ask"])
    reads: list[Any] = []
    read = Keys.read

    def count(self: Keys) -> Any:
        reads.append(self)
        return read(self)

    monkeypatch.setattr(Keys, "read", count)
    for _ in range(5):
        assert ring.find(made)
    assert len(reads) == 1
    others.make("b", ["ask"])
    for _ in range(5):
        assert ring.find(made)
    assert len(reads) == 2


def test_its_use_is_written_once_a_day(
    ring: Keyring, others: Keys, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Any] = []
    note = Keys.note_use

    def count(self: Keys, number: int, day: Any) -> None:
        written.append(day)
        note(self, number, day)

    monkeypatch.setattr(Keys, "note_use", count)
    made = others.make("a", ["ask"])
    for _ in range(3):
        key = ring.find(made)
        assert key is not None
        ring.note_use(key)
    wait_for_writes()
    assert written == [NOON.date()]
    assert others.read()[0].used == NOON.date()
    now.now += timedelta(days=1)
    key = ring.find(made)
    assert key is not None
    ring.note_use(key)
    wait_for_writes()
    assert len(written) == 2


def test_a_server_that_starts_again_on_the_same_day_writes_nothing(
    tmp_path: Path, others: Keys, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = others.make("a", ["ask"])
    others.note_use(others.read()[0].number, NOON.date())
    monkeypatch.setattr(Keys, "note_use", None)  # would fail if it were called
    with closing(Keyring(tmp_path, now)) as again:
        key = again.find(made)
        assert key is not None
        again.note_use(key)
    wait_for_writes()


def test_that_its_use_can_not_be_written_is_for_the_log(
    ring: Keyring,
    others: Keys,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    made = others.make("a", ["ask"])
    key = ring.find(made)
    assert key is not None

    def refuse(self: Keys, number: int, day: Any) -> None:
        raise RetryableStoreError("state_busy", path="state.db")

    monkeypatch.setattr(Keys, "note_use", refuse)
    with caplog.at_level(logging.WARNING):
        ring.note_use(key)
        wait_for_writes()
    assert "wasn't noted" in caplog.text
    assert made not in caplog.text
    assert ring.find(made)
