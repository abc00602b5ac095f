from __future__ import annotations

from typing import Any

import pytest

from assistant.state import State
from assistant.web.conversation import Conversation
from assistant.web.keeper import Keeper
from tests.web.fake import answer_in_english
from tests.web.parts import REQUEST, name_parts, with_loop

ANSWER = answer_in_english()
TALK = Conversation().begin(ANSWER.question).take(ANSWER)


@pytest.fixture
def events() -> Any:
    def build() -> Any:
        from assistant.web.feedback import RatingEvents, RatingParts

        keeper = Keeper(State(None), "harbour")
        parts: Any = ("conversation", "messages")
        return RatingEvents(keeper, name_parts(RatingParts), *parts)

    return with_loop(build)


def rate(events: Any, done: str, talk: Conversation = TALK) -> Any:
    return with_loop(lambda: events.rate(done, "", talk, "en", REQUEST))


def opinions(events: Any) -> list[tuple[str, str]]:
    return [(one.verdict, one.reason) for one in events.keeper.feedback.opinions()]


def test_a_thumb_up_is_kept_and_asks_nothing(events: Any) -> None:
    updates = rate(events, f"up/{ANSWER.id}")
    assert opinions(events) == [("up", "")]
    assert updates["form"].visible is False
    assert "thumb-up given" in updates["messages"][-1]["content"]


def test_a_thumb_down_is_kept_at_once_and_asks_why(events: Any) -> None:
    updates = rate(events, f"down/{ANSWER.id}")
    assert opinions(events) == [("down", "")]
    assert updates["form"].visible is True
    assert updates["rated"] == ANSWER.id


def test_the_same_thumb_again_takes_it_back(events: Any) -> None:
    once = rate(events, f"down/{ANSWER.id}")["conversation"]
    twice = rate(events, f"down/{ANSWER.id}", once)
    assert opinions(events) == []
    assert twice["form"].visible is False
    assert "given" not in twice["messages"][-1]["content"]


def test_the_other_thumb_takes_its_place(events: Any) -> None:
    once = rate(events, f"down/{ANSWER.id}")["conversation"]
    rate(events, f"up/{ANSWER.id}", once)
    assert opinions(events) == [("up", "")]


def test_a_reason_is_kept_in_the_words_that_the_reader_saw(events: Any) -> None:
    def explain() -> Any:
        chosen, words = ["missing", "figure", "made up"], " 应为48亿元 "
        return events.explain(ANSWER.id, chosen, words, TALK, "zh", REQUEST)

    updates = with_loop(explain)
    assert opinions(events) == [("down", "数字有误，内容不完整\n应为48亿元")]
    assert updates["form"].visible is False
    assert updates["words"] == updates["rated"] == ""
    assert "thumb-down given" in updates["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("chosen", "words", "said"),
    [
        ([], "", ""),
        (["figure"], "", "A figure is wrong"),
        ([], " 48 ", "48"),
        (["beside", "source"], "x", "The source does not say this, It answers another question\nx"),
    ],
)
def test_choices_and_words_are_one_reason(chosen: list[str], words: str, said: str) -> None:
    from assistant.web.feedback import say_reason

    assert say_reason(chosen, words, "en") == said


@pytest.mark.parametrize("done", ["", "sideways/x", "up/other", "up"])
def test_what_is_no_thumb_of_an_answer_here_changes_nothing(events: Any, done: str) -> None:
    assert rate(events, done)["form"].visible is False
    assert opinions(events) == []


def test_a_thumb_that_is_not_kept_asks_for_no_reason(events: Any) -> None:
    events.keeper.feedback._state.close()
    updates = rate(events, f"down/{ANSWER.id}")
    assert updates["form"].visible is False
    assert "Your opinion was not saved" in updates["messages"][-1]["content"]


def test_the_form_is_in_the_language_of_the_page(events: Any) -> None:
    labelled = with_loop(lambda: events.label("zh"))
    assert labelled["choices"].choices[0] == ("数字有误", "figure")
    assert "这条回答有什么问题" in labelled["asks"]
    assert labelled["send"].value == "提交"
