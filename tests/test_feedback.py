"""Opinions on answers: one of each reader on each answer, with all that it was about."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.errors import StoreError
from assistant.feedback import LONGEST_REASON, Feedback
from assistant.history import History
from assistant.recalling import read_answer
from assistant.state import State
from store.database import STATE_FILE
from tests.web.fake import answer_in_chinese, answer_in_english, refusal

START = datetime(2024, 5, 31, 12, tzinfo=UTC)
ENGLISH, CHINESE = answer_in_english(), answer_in_chinese()


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with closing(State(tmp_path)) as opened:
        yield opened


@pytest.fixture
def feedback(state: State) -> Feedback:
    """Whose clock goes on by a day each time that it is looked at."""
    moments = (START + timedelta(days=n) for n in range(99))
    return Feedback(state, lambda: next(moments))


@pytest.mark.parametrize("answer", [ENGLISH, CHINESE, refusal("Why?", "en")])
def test_an_opinion_comes_with_the_whole_answer(feedback: Feedback, answer: Answer) -> None:
    feedback.rate("ann", answer.to_json(), "down", "  The year is wrong.\n")
    (found,) = feedback.opinions()
    assert (found.user, found.verdict, found.reason) == ("ann", "down", "The year is wrong.")
    assert found.created == START
    assert read_answer(found.answer) == answer


def test_who_changes_their_mind_has_one_opinion(feedback: Feedback) -> None:
    feedback.rate("ann", ENGLISH.to_json(), "down", "No.")
    feedback.rate("bob", ENGLISH.to_json(), "down")
    feedback.rate("ann", ENGLISH.to_json(), "up")
    assert [(one.user, one.verdict, one.reason) for one in feedback.opinions()] == [
        ("bob", "down", ""),
        ("ann", "up", ""),
    ]


def test_an_opinion_can_be_taken_back(feedback: Feedback) -> None:
    for user in ("ann", "bob"):
        feedback.rate(user, ENGLISH.to_json(), "down")
    feedback.rate("ann", CHINESE.to_json(), "up")
    feedback.withdraw("ann", ENGLISH.id)
    feedback.withdraw("ann", "nothing")
    left = [(one.user, one.answer["id"]) for one in feedback.opinions()]
    assert left == [("bob", ENGLISH.id), ("ann", CHINESE.id)]


def test_a_reader_sees_their_own_opinions_alone(feedback: Feedback) -> None:
    feedback.rate("ann", ENGLISH.to_json(), "up")
    feedback.rate("bob", CHINESE.to_json(), "down")
    assert list(feedback.find("ann", [ENGLISH.id, CHINESE.id])) == [ENGLISH.id]
    assert feedback.find("ann", []) == {}


@pytest.mark.parametrize(
    ("since", "many"),
    [
        (None, 3),
        (START, 3),
        (START + timedelta(microseconds=1), 2),
        (datetime(2024, 6, 1, tzinfo=UTC), 2),
        (datetime(2024, 6, 2, 20, tzinfo=timezone(timedelta(hours=8))), 1),
        (START + timedelta(days=9), 0),
    ],
)
def test_opinions_are_listed_from_a_moment_on(
    feedback: Feedback, since: datetime | None, many: int
) -> None:
    for user in "abc":
        feedback.rate(user, ENGLISH.to_json(), "up")
    assert [one.user for one in feedback.opinions(since)] == list("abc")[3 - many :]


def test_it_outlives_the_conversation(feedback: Feedback, state: State) -> None:
    history = History(state)
    talk = history.begin("ann", "Q?")
    history.append("ann", talk, "Q?", ENGLISH)
    feedback.rate("ann", ENGLISH.to_json(), "down")
    history.delete("ann", talk)
    assert len(feedback.opinions()) == 1


def test_a_reason_is_kept_within_bounds_and_whole(feedback: Feedback) -> None:
    feedback.rate("ann", ENGLISH.to_json(), "down", "长" * 9999)
    feedback.rate("bob", ENGLISH.to_json(), "down", "half \ud83d")
    assert [len(one.reason) for one in feedback.opinions()] == [LONGEST_REASON, 6]


def test_json_says_all_of_it(feedback: Feedback) -> None:
    feedback.rate("ann", CHINESE.to_json(), "down", "不对")
    (found,) = feedback.opinions()
    assert json.loads(json.dumps(found.to_json())) == {
        "id": 1,
        "user": "ann",
        "verdict": "down",
        "created": "2024-05-31T12:00:00+00:00",
        "reason": "不对",
        "answer": CHINESE.to_json(),
    }


def test_what_is_neither_up_nor_down_is_not_kept(feedback: Feedback) -> None:
    with pytest.raises(StoreError):
        feedback.rate("ann", ENGLISH.to_json(), "sideways")  # type: ignore[arg-type]
    assert feedback.opinions() == []


def test_a_damaged_row_is_said(feedback: Feedback, tmp_path: Path) -> None:
    feedback.rate("ann", ENGLISH.to_json(), "up")
    with closing(sqlite3.connect(tmp_path / STATE_FILE)) as file:
        file.execute("update feedback set answer = '{'")
        file.commit()
    with pytest.raises(StoreError, match="state_damaged"):
        feedback.opinions()
