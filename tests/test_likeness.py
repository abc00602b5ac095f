"""How much of what a figure measures another sentence speaks of."""

from __future__ import annotations

import pytest

from assistant.evidence import read_statements
from assistant.likeness import share_asked, share_measure


def share(text: str, other: str, known: tuple[str, ...] = ()) -> float:
    statement = next(one for one in read_statements(text) if one.figure.unit != "year")
    return share_measure(text, statement, other, lambda term: 1.0, known)


def test_the_same_measure_in_the_other_language_is_held() -> None:
    english = "In 2021 retail sales of Ningbo reached RMB 40 billion."
    chinese = "2021年宁波零售额为430亿元。"
    assert share(english, chinese) >= 0.4
    assert share(chinese, english) >= 0.4
    assert share(english, "2021年宁波产钢430万吨。") == 0


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("hospitals", "2021年宁波共有医院286家。"),
        ("exports", "2021年宁波出口增长。"),
        ("grew", "2021年宁波出口增长。"),
        ("sold", "宁波出售三座桥。"),
    ],
)
def test_an_english_word_in_any_of_its_forms_is_held_by_a_chinese_one(
    word: str, sentence: str
) -> None:
    assert share_asked(word, sentence, lambda term: 1.0) >= 0.5
    assert share_asked(word, "宁波很大。", lambda term: 1.0) == 0


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("GDP", "2021年宁波生产总值增长6%。"),
        ("生产总值", "In 2021 the GDP of Ningbo grew 6 %."),
        ("研发", "In 2021 R&D took 2 % of the budget."),
    ],
)
def test_abbreviations_stand_for_what_they_abbreviate(word: str, sentence: str) -> None:
    assert share_asked(word, sentence, lambda term: 1.0) == 1


def test_a_part_of_a_words_meaning_counts_half_and_less() -> None:
    assert 0 < share_asked("批发", "Bulk ships.", lambda term: 1.0) < 1
    assert share_asked("production", "Mills produce.", lambda term: 1.0) == 0.5
    assert share_asked("production", "Mills promise.", lambda term: 1.0) == 0


def test_places_years_amounts_and_who_says_so_are_no_measure() -> None:
    text = "The survey wrote in 2021 that Ningbo sold RMB 40 billion of fish."
    assert share(text, "Fish sold well.") == 1
    named = "Almanac gives Ningbo RMB 40 billion of fish."
    assert share(named, "Fish is sold.", ("Almanac Ltd",)) > share(named, "Fish is sold.")


def test_rare_words_weigh_more() -> None:
    statement = read_statements("Ningbo sold paper and fish for RMB 40 billion.")[0]
    text = "Ningbo sold paper and fish for RMB 40 billion."

    def weigh(term: str) -> float:
        return 9.0 if term == "fish" else 1.0

    assert share_measure(text, statement, "Fish!", weigh) > 0.7
    assert share_measure(text, statement, "Paper!", weigh) < 0.2


def test_a_question_without_words_of_its_own_is_asked_by_anything() -> None:
    assert share_asked("How many?", "Whatever.", lambda term: 1.0) == 1
