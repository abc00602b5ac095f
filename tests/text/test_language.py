"""Languages by script; sentences of both languages, verbatim and complete."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.language import detect_language, split_sentences

GOLDEN: dict[str, list[tuple[str, list[str]]]] = json.loads(
    Path(__file__).with_name("language.json").read_text(encoding="utf-8")
)
PARTS = (
    "Growth fell 3.5 % . ... ! ? 。 ！ ？ … ” 」 ) ） U.S. Dr. e.g. Inc. Ltd. 12 增长 全市 ，"
).split()
texts = st.text() | st.lists(st.sampled_from([*PARTS, " ", "\n", "\u3000", "\u00a0"])).map("".join)


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(("text", "language"), GOLDEN["languages"])
def test_language_is_told_by_script(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(("text", "sentences"), GOLDEN["sentences"])
def test_sentences_are_split_as_written_down(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


def test_golden_sentences_are_of_both_languages() -> None:
    chinese = [text for text, _ in GOLDEN["sentences"] if detect_language(text) == "zh"]
    assert 5 <= len(chinese) <= len(GOLDEN["sentences"]) - 15


@given(texts)
def test_spans_are_ordered_apart_and_without_space_around(text: str) -> None:
    last = 0
    for start, end in split_sentences(text):
        assert last <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        last = end


@given(texts)
def test_only_white_space_is_left_out(text: str) -> None:
    kept = "".join(split(text))
    assert "".join(kept.split()) == "".join(text.split())


@given(texts)
def test_a_sentence_holds_no_line_break(text: str) -> None:
    assert all("\n" not in sentence for sentence in split(text))


@given(texts)
def test_any_text_has_one_of_three_languages(text: str) -> None:
    assert detect_language(text) in ("en", "zh", "other")


def test_words_that_a_scanner_broke_are_not_sentences() -> None:
    text = "The plan ~ as of lune 2O23 , was to build l2 plants .It failed"
    assert split(text) == [text]


@pytest.mark.parametrize("part", ["a. ", "。", ". ", "A. ", "“.” "])
def test_long_texts_of_stops_take_no_longer_than_their_length(part: str) -> None:
    start = time.process_time()
    split_sentences(part * (300_000 // len(part)))
    assert time.process_time() - start < 3
