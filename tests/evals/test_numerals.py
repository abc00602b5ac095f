"""The tables of how numbers are written hold together."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from evals.numerals import (
    BARE_FITS,
    BEFORE,
    CHINESE,
    DIGITS,
    ENGLISH,
    MARKS,
    MAY_BE_GLUED,
    MONTHS,
    WORDS,
)


def read_mark(text: str) -> tuple[str, Decimal]:
    """The first mark that fits, as the reader takes it."""
    return next((m, t) for m, words, t in MARKS if re.match(words, text, re.IGNORECASE))


@pytest.mark.parametrize(
    ("word", "value"),
    [("zero", 0), ("eleven", 11), ("twenty", 20), ("ninety", 90), ("third", 3), ("twentieth", 20)],
)
def test_words_have_their_value(word: str, value: int) -> None:
    assert WORDS[word] == value


def test_every_number_under_twenty_has_a_word_and_an_ordinal() -> None:
    assert sorted(WORDS.values()).count(7) == 2
    assert set(range(20)) <= set(WORDS.values())


def test_there_are_twelve_months_in_their_order() -> None:
    assert sorted(set(MONTHS.values())) == list(range(1, 13))
    assert (MONTHS["Jan"], MONTHS["May"], MONTHS["Sept"], MONTHS["December"]) == (1, 5, 9, 12)


def test_scales_of_both_languages_agree() -> None:
    assert CHINESE["百"] * CHINESE["万"] == ENGLISH["million"] == ENGLISH["mn"]
    assert CHINESE["万"] * CHINESE["亿"] == ENGLISH["trillion"]
    assert DIGITS["两"] == DIGITS["二"] == 2


@pytest.mark.parametrize(
    ("text", "mark", "times"),
    [
        ("元", "CNY", 1),
        ("美元", "USD", 1),
        ("港元", "HKD", 1),
        ("U.S. dollars", "USD", 1),
        ("percentage points", "pp", 1),
        ("percent", "%", 1),
        ("成", "%", 10),
        ("kWh", "Wh", 1000),
        ("kW", "W", 1000),
        ("兆瓦时", "Wh", 10**6),
        ("兆瓦", "W", 10**6),
        ("公里", "m", 1000),
        ("月", "month", 1),
    ],
)
def test_a_mark_is_read_for_what_it_is(text: str, mark: str, times: int) -> None:
    assert read_mark(text) == (mark, Decimal(times))


@pytest.mark.parametrize("text", ["minutes", "watching", "very", "个月", "people", "平方公里"])
def test_other_words_are_no_marks(text: str) -> None:
    assert not [words for _, words, _ in MARKS if re.match(words, text, re.IGNORECASE)]


def test_every_mark_before_a_number_is_one_behind_it_too() -> None:
    known = {mark for mark, _, _ in MARKS}
    assert set(BEFORE) | BARE_FITS <= known
    assert not BARE_FITS & {"%", "pp", "month"}


def test_what_may_be_glued_is_written_small() -> None:
    assert {word.lower() for word in MAY_BE_GLUED} == MAY_BE_GLUED
