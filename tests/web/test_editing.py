from __future__ import annotations

from typing import Any

import pytest

from assistant.web.conversation import Conversation
from tests.web.fake import answer_in_chinese, answer_in_english
from tests.web.parts import name_parts, with_loop

ONE, TWO = answer_in_english(), answer_in_chinese()
TALK = Conversation().begin(ONE.question).take(ONE).begin(TWO.question).take(TWO)


@pytest.fixture
def events() -> Any:
    def build() -> Any:
        from assistant.web.editing import EditEvents, EditParts

        parts: Any = ("conversation", "messages", "box")
        return EditEvents(name_parts(EditParts), *parts)

    return with_loop(build)


def test_a_question_comes_back_into_the_box_under_a_banner(events: Any) -> None:
    updates = events.edit("edit/0", "", TALK, "en")
    assert updates["box"] == ONE.question
    assert updates["conversation"].edited == ONE.question
    assert f"Editing “{ONE.question}”" in updates["banner"]
    assert "asked editing" in updates["messages"][0]["content"]
    assert len(updates["messages"]) == 4


@pytest.mark.parametrize("done", ["leave", "", "edit", "edit/7", "edit/x", "retry/0"])
def test_anything_else_gives_the_box_back(events: Any, done: str) -> None:
    updates = events.edit(done, "", TALK.edit(0), "en")
    assert updates["conversation"] == TALK
    assert updates["box"] == updates["banner"] == ""


def test_the_banner_is_in_the_language_of_the_page(events: Any) -> None:
    assert "正在修改" in events.label(TALK.edit(1), "zh")["banner"]
    assert events.label(TALK, "zh")["banner"] == ""
