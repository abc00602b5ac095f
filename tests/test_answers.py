"""Answers by their ids: each for whoever got it, for thirty days, whatever becomes of a server."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant import answers
from assistant.answers import KEPT, Answers
from assistant.errors import StoreError
from assistant.feedback import Feedback
from assistant.recalling import read_answer
from assistant.state import State
from store.database import STATE_FILE
from tests.web.fake import answer_in_chinese, answer_in_english, refusal

START = datetime(2024, 5, 31, 12, tzinfo=UTC)
ENGLISH, CHINESE = answer_in_english(), answer_in_chinese()


class Clock:
    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment

    def pass_by(self, time: timedelta) -> None:
        self.moment += time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with closing(State(tmp_path)) as opened:
        yield opened


@pytest.fixture
def kept(state: State, clock: Clock) -> Answers:
    return Answers(state, clock)


def count(state: State) -> int:
    with state.read() as database:
        return int(database.execute("select count(*) from answers").fetchone()[0])


def build(number: int) -> dict[str, Any]:
    return {**ENGLISH.to_json(), "id": f"{number:04}"}


@pytest.mark.parametrize("answer", [ENGLISH, CHINESE, refusal("Why \ud83d?", "en")])
def test_an_answer_is_found_again_as_it_was(kept: Answers, answer: Any) -> None:
    kept.keep("key:ci", answer.to_json())
    found = kept.find(answer.id, "key:ci")
    assert found is not None
    assert read_answer(found) == answer


def test_it_outlives_a_restart_and_can_be_rated_then(tmp_path: Path) -> None:
    with closing(State(tmp_path)) as before:
        Answers(before).keep("U1", CHINESE.to_json())
    with closing(State(tmp_path)) as after:
        found = Answers(after).find(CHINESE.id, "U1")
        assert found is not None
        Feedback(after).rate("U1", found, "down", "年份不对")
        (opinion,) = Feedback(after).opinions()
        assert (opinion.answer, opinion.reason) == (CHINESE.to_json(), "年份不对")


def test_each_asker_finds_their_own_alone(kept: Answers) -> None:
    kept.keep("ann", ENGLISH.to_json())
    assert kept.find(ENGLISH.id, "bob") is None
    assert kept.find(CHINESE.id, "ann") is None
    kept.keep("bob", ENGLISH.to_json())
    assert kept.find(ENGLISH.id, "bob") == kept.find(ENGLISH.id, "ann") == ENGLISH.to_json()


def test_the_same_answer_again_is_kept_once_and_for_longer(
    kept: Answers, state: State, clock: Clock
) -> None:
    kept.keep("ann", ENGLISH.to_json())
    clock.pass_by(KEPT / 2)
    kept.keep("ann", {**ENGLISH.to_json(), "timings_ms": {"total": 7}})
    clock.pass_by(KEPT - timedelta(seconds=1))
    found = kept.find(ENGLISH.id, "ann")
    assert found is not None
    assert (count(state), found["timings_ms"]) == (1, {"total": 7})


def test_after_thirty_days_it_is_gone_for_its_asker_and_then_from_the_file(
    kept: Answers, state: State, clock: Clock
) -> None:
    kept.keep("ann", ENGLISH.to_json())
    clock.pass_by(KEPT)
    assert kept.find(ENGLISH.id, "ann") is not None
    clock.pass_by(timedelta(microseconds=1))
    assert kept.find(ENGLISH.id, "ann") is None
    kept.keep("ann", CHINESE.to_json())
    assert (count(state), kept.find(CHINESE.id, "ann")) == (1, CHINESE.to_json())


def test_old_ones_are_looked_for_once_in_a_while(
    kept: Answers, state: State, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[datetime] = []
    monkeypatch.setattr(answers, "_prune", lambda _, moment: looked.append(moment))
    for minutes in (0, 10, 50, 59, 60, 61):
        clock.moment = START + timedelta(minutes=minutes)
        kept.keep("ann", ENGLISH.to_json())
    assert looked == [START, START + timedelta(minutes=60)]


def test_old_ones_are_looked_for_after_many_writes_too(
    kept: Answers, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "_PRUNED_AFTER_WRITES", 4)
    monkeypatch.setattr(answers, "MOST", 3)
    for number in range(9):
        kept.keep("ann", build(number))
    assert count(state) == 3
    assert [bool(kept.find(f"{number:04}", "ann")) for number in range(9)] == [False] * 6 + [
        True
    ] * 3


def test_threads_may_keep_at_once(kept: Answers, state: State) -> None:
    def work(asker: str) -> None:
        for number in range(10):
            kept.keep(asker, build(number))

    threads = [threading.Thread(target=work, args=(asker,)) for asker in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(state) == 40


def test_a_damaged_row_is_said(kept: Answers, tmp_path: Path) -> None:
    kept.keep("ann", ENGLISH.to_json())
    with closing(sqlite3.connect(tmp_path / STATE_FILE)) as file:
        file.execute("update answers set answer = '{'")
        file.commit()
    with pytest.raises(StoreError, match="state_damaged"):
        kept.find(ENGLISH.id, "ann")
