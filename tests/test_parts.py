"""Questions about a list of names, one name at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.parts import split_question

PLACES = ("Selby", "Aldmouth", "塞尔比", "奥德茅斯")
NAMES = ("Acme", "Bolt", "Grand Mill", "阿克梅", "博尔特", *PLACES)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "What output do Acme and Bolt each give for Selby?",
            (
                "What output do Acme each give for Selby?",
                "What output do Bolt each give for Selby?",
            ),
        ),
        (
            "How many mills does Selby need according to Acme, and how many according to Bolt?",
            (
                "How many mills does Selby need according to Acme?",
                "How many mills does Selby need according to Bolt?",
            ),
        ),
        (
            "What were the outputs of Selby and Aldmouth in 2020?",
            (
                "What were the outputs of Selby in 2020?",
                "What were the outputs of Aldmouth in 2020?",
            ),
        ),
        (
            "阿克梅和博尔特分别说塞尔比有多少家工厂？",
            ("阿克梅分别说塞尔比有多少家工厂？", "博尔特分别说塞尔比有多少家工厂？"),
        ),
        (
            "阿克梅集团、博尔特公司给出的数字分别是多少？",
            ("阿克梅公司给出的数字分别是多少？", "博尔特公司给出的数字分别是多少？"),
        ),
    ],
)
def test_a_list_of_names_is_asked_one_by_one(question: str, parts: tuple[str, ...]) -> None:
    assert split_question(question, NAMES, PLACES) == parts


@pytest.mark.parametrize(
    "question",
    [
        "What output does Acme give?",
        "What output did Acme sell to Bolt?",
        "How far apart are Selby and Aldmouth?",
        "What is the distance between Selby and Aldmouth?",
        "塞尔比与奥德茅斯相距多少公里？",
        "",
    ],
)
def test_what_joins_two_names_is_not_taken_apart(question: str) -> None:
    assert split_question(question, NAMES, PLACES) == ()


def test_speakers_are_told_apart_before_places() -> None:
    question = "How far apart are Selby and Aldmouth according to Acme, and according to Bolt?"
    assert split_question(question, NAMES, PLACES) == (
        "How far apart are Selby and Aldmouth according to Acme?",
        "How far apart are Selby and Aldmouth according to Bolt?",
    )


def test_words_in_a_row_are_one_name() -> None:
    found = split_question("What do Grand Mill and Bolt each say?", ["Grand", "Mill", "Bolt"], ())
    assert found == ("What do Grand Mill each say?", "What do Bolt each say?")


def test_a_long_list_stays_whole() -> None:
    names = [f"Firm{letter}" for letter in "abcde"]
    assert split_question(f"What do {', '.join(names)} each say?", names, ()) == ()


@given(st.text(max_size=80), st.lists(st.text(min_size=1, max_size=6), max_size=4))
def test_each_part_is_no_longer_than_the_question(text: str, names: list[str]) -> None:
    assert all(len(part) <= len(text) for part in split_question(text, names, names[:1]))
