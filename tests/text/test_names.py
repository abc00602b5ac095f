"""Names that stand beside each other, and names that sound like each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.names import (
    SOUND_FLOOR,
    find_pairs,
    find_sound_alikes,
    find_unknown_words,
    sounds_alike,
)

NAMES = ["Siemens", "Corning", "Bosch", "Manhattan", "Volkswagen"]


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("It was built by Corning (康宁) last year.", ("康宁", "Corning")),
        ("by the Bank of China (中国银行)", ("中国银行", "Bank of China")),
        ("by Johnson & Johnson（“强生”）", ("强生", "Johnson")),
        ("来自，西门子（Siemens）", ("西门子", "Siemens")),
        ("，世界银行 (World Bank)", ("世界银行", "World Bank")),
    ],
)
def test_a_name_in_brackets_translates_the_one_before(text: str, pair: tuple[str, str]) -> None:
    assert find_pairs(text) == [pair]


@pytest.mark.parametrize(
    "text", ["Corning (2021)", "康宁（以下简称公司）", "a plant (工厂)", "Corning, 康宁", ""]
)
def test_other_brackets_pair_nothing(text: str) -> None:
    assert find_pairs(text) == []


def test_words_of_the_dictionary_are_no_unknown_names() -> None:
    assert find_unknown_words("工厂投资多少") == []
    assert "康宁" in find_unknown_words("康宁的工厂投资多少")


def test_a_name_that_was_segmented_is_put_together_again() -> None:
    assert "西门子" in find_unknown_words("西门子的工厂")


@given(st.text() | st.text(alphabet="康宁西门子的在工厂重庆博世Aa ，"))
def test_unknown_words_stand_in_the_text_and_are_short(text: str) -> None:
    for word in find_unknown_words(text):
        assert word in text
        assert 2 <= len(word) <= 6


@pytest.mark.parametrize(
    ("chinese", "name"), [("西门子", "Siemens"), ("康宁", "Corning"), ("曼哈顿", "Manhattan")]
)
def test_a_transcription_sounds_like_its_name_and_no_other(chinese: str, name: str) -> None:
    scores = {other: sounds_alike(chinese, other) for other in NAMES}
    assert scores[name] >= SOUND_FLOOR
    assert all(score < SOUND_FLOOR for other, score in scores.items() if other != name)


def test_case_and_signs_of_a_name_make_no_sound() -> None:
    assert sounds_alike("西门子", "SIEMENS A.") == sounds_alike("西门子", "siemens-a")


@given(st.text(), st.text())
def test_likeness_lies_between_nought_and_one(left: str, right: str) -> None:
    assert 0.0 <= sounds_alike(left, right) <= 1.0


def test_nothing_sounds_like_nothing() -> None:
    assert sounds_alike("", "Siemens") == sounds_alike("西门子", "") == 0.0


def test_names_of_a_question_are_found_by_their_sound() -> None:
    assert find_sound_alikes("西门子在重庆有多少家工厂？", NAMES) == {"西门子": ("Siemens",)}


def test_only_the_likest_name_is_found() -> None:
    assert sounds_alike("西门子", "Samsung") > 0
    found = find_sound_alikes("西门子在重庆有多少家工厂？", ["Samsung", "Siemens"])
    assert found == {"西门子": ("Siemens",)}


def test_a_question_without_foreign_names_finds_none() -> None:
    assert find_sound_alikes("全市有多少家工厂？", NAMES) == {}
    assert find_sound_alikes("西门子在重庆有多少家工厂？", []) == {}


def test_names_that_sound_the_same_are_all_found() -> None:
    assert find_sound_alikes("西门子的工厂", ["Siemens", "Simens"]) == {
        "西门子": ("Siemens", "Simens")
    }
