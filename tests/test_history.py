"""Conversations outlive the page and the program, and are nobody's but their user's."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import StoreError
from assistant.history import LOCAL_USER, TITLE_WIDTH, History, _columns, make_title
from assistant.prompts import explain
from assistant.state import State
from store.database import STATE_FILE
from tests.web.fake import answer_in_chinese, answer_in_english, refusal

START = datetime(2024, 2, 29, 23, 59, tzinfo=UTC)
ANN, BOB = "ann", "bob"


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with closing(State(tmp_path)) as opened:
        yield opened


@pytest.fixture
def history(state: State) -> History:
    """Whose clock goes on by a minute each time that it is looked at."""
    moments = (START + timedelta(minutes=n) for n in range(10_000))
    return History(state, lambda: next(moments))


def begin(history: History, *questions: str, user: str = ANN) -> str:
    talk = history.begin(user, questions[0])
    for question in questions:
        history.append(user, talk, question, answer_in_english(question))
    return talk


def titles(history: History, words: str = "", user: str = ANN) -> list[str]:
    return [row.title for row in history.find(user, words)]


def test_a_conversation_is_there_after_a_restart(tmp_path: Path) -> None:
    with closing(State(tmp_path)) as state:
        talk = History(state).begin(LOCAL_USER, "第二个泊位？", collection="harbour", pinned="en")
        History(state).append(LOCAL_USER, talk, "第二个泊位？", answer_in_chinese())
        History(state).append(LOCAL_USER, talk, "Why?", refusal("Why?", "en"))
        History(state).append(LOCAL_USER, talk, "Stopped?", None)
    with closing(State(tmp_path)) as state:
        kept = History(state).read(LOCAL_USER, talk)
    assert [turn.answer for turn in kept.turns] == [
        answer_in_chinese(),
        refusal("Why?", "en"),
        None,
    ]
    assert [turn.question for turn in kept.turns] == ["第二个泊位？", "Why?", "Stopped?"]
    assert (kept.row.title, kept.row.collection, kept.row.pinned) == (
        "第二个泊位？",
        "harbour",
        "en",
    )


def test_times_are_when_it_began_and_when_its_last_turn_came(history: History) -> None:
    talk = begin(history, "One?", "Two?")
    history.rename(ANN, talk, "Renamed")
    kept = history.read(ANN, talk)
    assert (kept.row.created, kept.row.updated) == (START, START + timedelta(minutes=2))
    assert kept.turns[0].created == START + timedelta(minutes=1)
    assert kept.row.created.tzinfo is not None


def test_the_one_that_was_added_to_last_comes_first(history: History) -> None:
    first = begin(history, "One?")
    begin(history, "Two?")
    begin(history, "Three?")
    history.append(ANN, first, "More?", None)
    assert titles(history) == ["One?", "Three?", "Two?"]


def test_a_list_comes_in_pages(history: History) -> None:
    for number in range(7):
        begin(history, f"Question {number}?")
    pages = [history.conversations(ANN, limit=3, offset=at) for at in (0, 3, 6, 9)]
    found = [[row.title[9] for row in page] for page in pages]
    assert found == [["6", "5", "4"], ["3", "2", "1"], ["0"], []]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("harbour", ["Harbour works?"]),
        ("HARB", ["Harbour works?"]),
        ("works harbour", ["Harbour works?"]),
        ("harbour nothing", []),
        ("重慶", ["重庆港有多少泊位？"]),
        ("庆港", ["重庆港有多少泊位？"]),
        ("million TONNES", ["Harbour works?"]),
        ("合计约82亿", ["重庆港有多少泊位？"]),
        ("%", []),
        ("_", []),
        ("' or 1=1 --", []),
        ("", ["重庆港有多少泊位？", "Harbour works?"]),
    ],
)
def test_conversations_are_found_by_parts_of_words(
    history: History, words: str, found: list[str]
) -> None:
    begin(history, "Harbour works?")
    talk = history.begin(ANN, "重庆港有多少泊位？")
    history.append(ANN, talk, "重庆港有多少泊位？", answer_in_chinese())
    assert titles(history, words) == found


def test_a_new_title_is_found_and_the_old_one_is_not(history: History) -> None:
    talk = history.begin(ANN, "Old name?")
    assert history.rename(ANN, talk, "  New\n\x1b[2J 港口 ") == "New [2J 港口"
    assert titles(history, "new 港口") == ["New [2J 港口"]
    assert titles(history, "old") == []


def test_an_empty_title_is_that_of_the_first_question(history: History) -> None:
    talk = begin(history, "One?", "Two?")
    history.rename(ANN, talk, "Other")
    assert history.rename(ANN, talk, " \n") == "One?"
    assert len(history.rename(ANN, talk, "x" * 1000)) == 200


def test_answers_can_be_kept_to_a_language_and_freed_again(history: History) -> None:
    talk = begin(history, "One?")
    history.pin(ANN, talk, "zh")
    assert history.read(ANN, talk).row.pinned == "zh"
    history.pin(ANN, talk, None)
    assert history.read(ANN, talk).row.pinned is None


def test_a_question_that_is_asked_again_replaces_what_came_after(history: History) -> None:
    talk = begin(history, "One?", "Two?", "Three?")
    history.cut(ANN, talk, 1)
    assert history.append(ANN, talk, "Other?", None) == 2
    assert [turn.question for turn in history.read(ANN, talk).turns] == ["One?", "Other?"]
    assert titles(history, "three") == []


def test_nothing_is_left_of_what_was_deleted(history: History, state: State) -> None:
    talk = begin(history, "One?")
    other = begin(history, "Two?")
    history.delete(ANN, talk)
    assert titles(history) == ["Two?"]
    with state.read() as database:
        assert database.execute("select distinct conversation from turns").fetchall() == [(other,)]


def test_what_was_deleted_is_not_in_the_file_either(tmp_path: Path) -> None:
    with closing(State(tmp_path)) as state:
        history = History(state)
        talk = begin(history, "A delicate matter?")
        begin(history, "A public matter?")
        history.delete(ANN, talk)
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"delicate" not in content
    assert b"public" in content


CHANGES: dict[str, Callable[[History, str, str], object]] = {
    "read": lambda history, user, talk: history.read(user, talk),
    "append": lambda history, user, talk: history.append(user, talk, "Mine?", None),
    "rename": lambda history, user, talk: history.rename(user, talk, "Mine"),
    "pin": lambda history, user, talk: history.pin(user, talk, "zh"),
    "cut": lambda history, user, talk: history.cut(user, talk, 0),
    "delete": lambda history, user, talk: history.delete(user, talk),
}


@pytest.mark.parametrize("name", CHANGES)
def test_nobody_reads_or_changes_what_is_not_theirs(history: History, name: str) -> None:
    talk = begin(history, "One?")
    before = history.read(ANN, talk)
    for user, conversation in ((BOB, talk), (ANN, "nothing"), ("", talk)):
        with pytest.raises(StoreError, match="no_conversation") as raised:
            CHANGES[name](history, user, conversation)
        assert "不在了" in explain(raised.value, "zh")
    assert history.read(ANN, talk) == before
    assert titles(history, user=BOB) == titles(history, "one", user=BOB) == []


def test_an_answer_that_can_not_be_read_is_said(history: History, tmp_path: Path) -> None:
    talk = begin(history, "One?")
    with closing(sqlite3.connect(tmp_path / STATE_FILE)) as file:
        file.execute("update turns set answer = '{\"answer\": 1}'")
        file.commit()
    with pytest.raises(StoreError, match="state_damaged"):
        history.read(ANN, talk)
    assert titles(history) == ["One?"]


def test_half_a_character_is_kept_as_a_mark(history: History) -> None:
    talk = begin(history, "Half \ud83d sign?")
    (turn,) = history.read(ANN, talk).turns
    assert turn.question == "Half � sign?"
    assert turn.answer is not None
    assert turn.answer.question == "Half \ud83d sign?"


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Short?", "Short?"),
        (" Two\n\tlines\x00? ", "Two lines ?"),
        (
            "How much has the whole sector invested in new plants since 2020?",
            "How much has the whole sector invested in new plants since…",
        ),
        (
            "According to the report, what, then, did all of them say, really?",
            "According to the report, what, then, did all of them say…",
        ),
        (
            "二〇二〇年以来整个行业在新建工厂方面一共投资了多少人民币，其中外资占多少？",
            "二〇二〇年以来整个行业在新建工厂方面一共投资了多少人民币…",
        ),
        ("x" * 70, "x" * 59 + "…"),
    ],
)
def test_a_title_is_the_question_shortened_where_it_may_be(question: str, title: str) -> None:
    assert make_title(question) == title


@given(st.text(st.characters() | st.sampled_from("中文 ，e\u0301\u200d"), max_size=200))
def test_a_title_is_one_line_that_fits(question: str) -> None:
    title = make_title(question)
    assert sum(map(_columns, title)) <= TITLE_WIDTH
    assert title == " ".join(title.split())
    title.encode()
    assert make_title(title) == title


def test_a_turn_takes_the_place_of_those_after_it_in_one_step(history: History) -> None:
    talk = begin(history, "One?", "Two?", "Three?")
    assert history.append(ANN, talk, "Another?", answer_in_english(), after=1) == 2
    assert [turn.question for turn in history.read(ANN, talk).turns] == ["One?", "Another?"]


def test_a_turn_that_can_not_be_kept_leaves_those_that_it_would_replace(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = begin(history, "One?", "Two?")

    def break_off(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr("assistant.history._change", break_off)
    with pytest.raises(StoreError):
        history.append(ANN, talk, "Another?", None, after=0)
    monkeypatch.undo()
    assert [turn.question for turn in history.read(ANN, talk).turns] == ["One?", "Two?"]
