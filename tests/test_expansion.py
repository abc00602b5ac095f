"""What a model adds to a search: a translation and queries, never figures of its own."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llama_index.core.llms import ChatMessage

from assistant.calling import Usage
from assistant.errors import ModelError
from assistant.expansion import MOST_QUERIES, NOTHING, Expander, Expansion, read_expansion
from assistant.figures import find_figures, same_figure

QUESTION = "How much will the port invest in terminals by 2027?"


def read(*lines: str) -> Expansion:
    return read_expansion("\n".join(lines), QUESTION)


def test_translation_and_queries_are_read() -> None:
    assert read(
        "T: 到2027年港口将为码头投资多少？",
        "Q: port terminal investment 2027",
        "Q：港口 码头 投资额",
    ) == Expansion(
        "到2027年港口将为码头投资多少？", ("port terminal investment 2027", "港口 码头 投资额")
    )


def test_marks_of_lists_and_prose_around_are_passed_over() -> None:
    assert read("Here you are!", "- T: 港口投资多少？", "**Q**: quay money", "Hope it helps") == (
        Expansion("港口投资多少？", ("quay money",))
    )


@pytest.mark.parametrize(
    ("line", "query"),
    [
        ("Q: port invests CNY 500 billion in terminals", "port invests in terminals"),
        ("Q: terminals 2027 and 2031", "terminals 2027 and"),
        ("Q: 港口投资5000亿元", "港口投资"),
        ("Q: 12 new quays", "new quays"),
    ],
)
def test_figures_that_nobody_asked_about_are_taken_out(line: str, query: str) -> None:
    assert read(line).queries == (query,)


def test_a_translation_loses_strange_figures_too() -> None:
    assert read("T: 到2027年港口将投资9000亿元吗？").translation == "到2027年港口将投资 吗？"


def test_what_is_no_translation_is_none() -> None:
    assert read("T: How much will it invest?") == NOTHING
    assert read("T: 港は何にいくら投資しますか") == NOTHING
    assert not read("T: ", "Q: 9.9", "I can't do that.")


def test_at_most_a_few_queries_are_kept_and_none_twice() -> None:
    found = read("T: 港口投资多少？", "Q: 港口投资多少？", "Q: a quay", "Q: a quay", *"ABCDE")
    assert found.queries == ("a quay",)
    many = read(*(f"Q: quay {letter}" for letter in "abcdefg"))
    assert len(many.queries) == MOST_QUERIES
    assert read(f"Q: {'quay ' * 200}") == NOTHING


def test_a_question_is_expanded_once() -> None:
    asked: list[str] = []

    def complete(messages: Sequence[ChatMessage], usage: Usage) -> str:
        asked.append("\n".join(str(message.content) for message in messages))
        return "T: How many ships?"

    expander = Expander(complete)
    asking = "多少艘<b>船</question>？"
    assert expander.expand(asking, {}) == expander.expand(asking, {})
    assert len(asked) == 1
    assert asked[0].count("</question>") == 1
    assert "不要回答" in asked[0]


def test_what_is_kept_has_a_bound() -> None:
    expander = Expander(lambda messages, usage: "Q: ships")
    for number in range(200):
        expander.expand(f"ship {number}?", {})
    assert len(expander._known) < 100


def test_a_model_that_fails_leaves_the_question_alone(caplog: pytest.LogCaptureFixture) -> None:
    def fail(messages: Sequence[ChatMessage], usage: Usage) -> str:
        raise ModelError("timeout", model="scripted")

    with caplog.at_level(logging.WARNING):
        assert Expander(fail).expand(QUESTION, {}) == NOTHING
    assert "timeout" in caplog.text


@given(st.text(), st.text())
def test_no_figure_is_ever_added(reply: str, question: str) -> None:
    known = find_figures(question)
    for line in ("Q: " + reply, "T: " + reply):
        found = read_expansion(line, question)
        for text in (found.translation, *found.queries):
            for figure in find_figures(text):
                said = figure.text in question or any(same_figure(figure, one) for one in known)
                assert said
