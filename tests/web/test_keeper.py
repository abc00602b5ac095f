from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.answer import Answer
from assistant.errors import StoreError
from assistant.state import State
from assistant.stopping import GoneError, stop_when
from assistant.web.conversation import Conversation
from assistant.web.keeper import Keeper
from tests.web.fake import answer_in_chinese, answer_in_english, answer_with_series

ONE, TWO, THREE = answer_in_english(), answer_in_chinese(), answer_with_series()


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with closing(State(tmp_path)) as opened:
        yield opened


@pytest.fixture
def keeper(state: State) -> Keeper:
    return Keeper(state, "harbour")


def say(keeper: Keeper, *answers: Answer, talk: Conversation | None = None) -> Conversation:
    talk = talk or Conversation()
    for answer in answers:
        talk = keeper.keep(talk.begin(answer.question).take(answer), "ann", None, "en")
    return talk


def questions(keeper: Keeper, talk: Conversation) -> list[str]:
    return [turn.question for turn in keeper.history.read("ann", talk.id).turns]


def test_what_is_kept_is_recalled_as_it_was(keeper: Keeper) -> None:
    talk = say(keeper, ONE, TWO)
    recalled = keeper.recall("ann", talk.id).conversation
    assert recalled.turns == talk.turns
    assert [one.answer for one in recalled.exchanges] == [ONE, TWO]
    assert all(one.kept for one in recalled.exchanges)
    assert keeper.history.read("ann", talk.id).row.collection == "harbour"


def test_a_conversation_is_begun_with_its_first_answer_only(keeper: Keeper) -> None:
    assert keeper.history.conversations("ann") == []
    talk = say(keeper, TWO, talk=Conversation().begin("Stopped?").stop().begin("No?").fail("x"))
    assert questions(keeper, talk) == [TWO.question]
    assert keeper.history.conversations("ann")[0].title == TWO.question


def test_nobody_recalls_what_another_one_said(keeper: Keeper) -> None:
    talk = say(keeper, ONE)
    with pytest.raises(StoreError) as error:
        keeper.recall("bob", talk.id)
    assert error.value.code == "no_conversation"


def test_an_edited_question_takes_the_place_of_all_that_followed(keeper: Keeper) -> None:
    talk = say(keeper, ONE, TWO, THREE)
    edited = talk.edit(1).begin("Another?")
    assert questions(keeper, talk) == [ONE.question, TWO.question, THREE.question]
    kept = keeper.keep(edited.take(THREE), "ann", None, "en")
    assert questions(keeper, talk) == [ONE.question, "Another?"]
    on = say(keeper, TWO, talk=kept)
    assert questions(keeper, on) == [ONE.question, "Another?", TWO.question]


def test_an_edit_that_came_to_nothing_is_made_good_by_the_next_answer(keeper: Keeper) -> None:
    talk = say(keeper, ONE, TWO).edit(1).begin("Never answered?").stop()
    assert questions(keeper, talk) == [ONE.question, TWO.question]
    assert questions(keeper, say(keeper, THREE, talk=talk)) == [ONE.question, THREE.question]


def test_two_pages_on_one_conversation_add_to_it(keeper: Keeper) -> None:
    talk = say(keeper, ONE)
    say(keeper, TWO, talk=talk)
    say(keeper, THREE, talk=talk)
    assert questions(keeper, talk) == [ONE.question, TWO.question, THREE.question]


def test_what_was_deleted_is_not_brought_back_by_the_next_answer(keeper: Keeper) -> None:
    talk = say(keeper, ONE)
    keeper.history.delete("ann", talk.id)
    after = say(keeper, TWO, talk=talk)
    assert after.id not in ("", talk.id)
    assert questions(keeper, after) == [TWO.question]


def test_an_answer_outlives_a_history_that_fails_and_is_kept_with_the_next(
    keeper: Keeper, state: State
) -> None:
    other = sqlite3.connect(state.path)
    state._database.execute("pragma busy_timeout = 1")
    other.execute("begin exclusive")
    talk = say(keeper, ONE)
    assert talk.exchanges[0].answer is ONE
    assert "was not put into the history" in talk.exchanges[0].note
    assert "Try again in a moment" in talk.exchanges[0].note
    other.close()
    after = say(keeper, TWO, talk=talk)
    assert questions(keeper, after) == [ONE.question, TWO.question]
    assert [one.note for one in after.exchanges] == ["", ""]


def test_nothing_is_kept_for_who_left(keeper: Keeper) -> None:
    with stop_when(lambda: True), pytest.raises(GoneError):
        say(keeper, ONE)
    assert keeper.history.conversations("ann") == []


def test_the_language_of_answers_is_kept_with_the_conversation(keeper: Keeper) -> None:
    talk = keeper.keep(Conversation().begin("Why?").take(ONE), "ann", "zh", "en")
    assert keeper.recall("ann", talk.id).pinned == "zh"
    keeper.pin(talk, "ann", "en")
    keeper.pin(Conversation(), "ann", "zh")
    assert keeper.recall("ann", talk.id).pinned == "en"


def test_a_thumb_is_there_when_the_conversation_is_opened_again(keeper: Keeper) -> None:
    talk = keeper.rate(say(keeper, ONE, TWO), "ann", TWO.id, "down", "en", "年份不对")
    assert talk.find_thumb(TWO.id) == "down"
    recalled = keeper.recall("ann", talk.id).conversation
    assert [one.thumb for one in recalled.exchanges] == [None, "down"]
    assert [one.reason for one in keeper.feedback.opinions()] == ["年份不对"]
    assert keeper.rate(talk, "ann", TWO.id, None, "en").find_thumb(TWO.id) is None
    assert keeper.feedback.opinions() == []


def test_an_answer_that_nobody_gave_is_not_rated(keeper: Keeper) -> None:
    talk = say(keeper, ONE)
    assert keeper.rate(talk, "ann", "other", "up", "en") is talk
    assert keeper.feedback.opinions() == []


def test_a_thumb_that_could_not_be_kept_is_not_shown(keeper: Keeper, state: State) -> None:
    talk = say(keeper, ONE)
    state.close()
    after = keeper.rate(talk, "ann", ONE.id, "up", "zh")
    assert after.find_thumb(ONE.id) is None
    assert "您的评价未能保存" in after.exchanges[0].note
