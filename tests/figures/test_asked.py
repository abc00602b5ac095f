"""What kinds of figure a question asks for, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.figures import figure_type

CASES = json.loads(Path(__file__).with_name("asked.json").read_text(encoding="utf-8"))
KINDS = frozenset(kind for _, kinds in CASES for kind in kinds)


@pytest.mark.parametrize(("question", "kinds"), CASES)
def test_golden(question: str, kinds: list[str]) -> None:
    assert figure_type(question) == frozenset(kinds)


def test_every_kind_is_asked_for_in_both_languages() -> None:
    for kind in KINDS:
        questions = [question for question, kinds in CASES if kind in kinds]
        assert any(question.isascii() for question in questions), kind
        assert not all(question.isascii() for question in questions), kind


@pytest.mark.parametrize(
    "question",
    ["Is the enterprise large?", "Describe corporate operations.", "企业是否存在？"],
)
def test_words_inside_other_words_ask_for_nothing(question: str) -> None:
    assert figure_type(question) == frozenset()


@given(st.text())
def test_any_question_has_an_answer_among_the_kinds(question: str) -> None:
    assert figure_type(question) <= KINDS
