"""What kinds of figure a question asks for, in both languages."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.figures import AMOUNTS, figure_type

CASES = json.loads(Path(__file__).with_name("asked.json").read_text(encoding="utf-8"))
KINDS = AMOUNTS | {kind for _, kinds in CASES for kind in kinds}


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


@pytest.mark.parametrize(
    "question",
    [
        "How much did the port handle last year?",
        "How much do they aim for?",
        "What is the target for 2030?",
        "To what level did it come down?",
        "港口去年完成多少？",
        "2030年的目标是多少？",
        "该区计划做到多大规模？",
    ],
)
def test_a_bare_how_much_asks_for_any_amount(question: str) -> None:
    assert figure_type(question) - {"percent"} == AMOUNTS


@pytest.mark.parametrize(
    ("question", "percent"), [("How much did it handle?", False), ("去年完成多少？", True)]
)
def test_only_a_loose_question_leaves_room_for_a_share(question: str, percent: bool) -> None:
    assert ("percent" in figure_type(question)) == percent


def test_a_word_that_names_the_kind_beats_any_amount() -> None:
    assert figure_type("How much online retail does the district aim for?") == {"money"}
    assert figure_type("该区网上零售额要做到多少？") == {"money"}


@pytest.mark.parametrize("text", ["how much " * 20_000, "多少" * 50_000, "(" * 10_000])
def test_a_very_long_question_takes_no_longer(text: str) -> None:
    start = time.process_time()
    figure_type(text)
    assert time.process_time() - start < 1
