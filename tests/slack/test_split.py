"""Long text is cut where a reader would pause, and nothing of it is lost."""

from __future__ import annotations

import re

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from assistant.slack.mrkdwn import escape
from assistant.slack.split import ELLIPSIS, SHORTEST, measure, shorten, split_text
from tests.slack.limits import count

ENGLISH = "Chengdu grew by 3.5 % in 2023 [1]. Dr. Li of ABB Ltd. said so [2]. Chongqing did not."
CHINESE = "成都2023年增长3.5%[1]。李博士说：“重庆没有。”[2]到2030年，两地都会增长！"
FAMILY = "👨‍👩‍👧‍👦"
PIECES = ["a", "b ", "。", ". ", "，", ", ", "&", "<", "\n", "中", "😀", FAMILY, "e\u0301"]
SENTENCES = ["One more mill. ", "又建一座厂。", FAMILY, "&<>", "\n\n", "e\u0301"]
TEXTS = (st.lists(st.sampled_from(PIECES), max_size=120).map("".join)) | (
    st.lists(st.sampled_from(SENTENCES), max_size=40).map("".join)
)
LIMITS = st.integers(SHORTEST, 90)


def fold(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("text", ["abc", "中文", "a😀", FAMILY, "e\u0301"])
def test_length_is_counted_as_slack_does(text: str) -> None:
    assert measure(text) == count(text)


def test_text_that_fits_is_one_part() -> None:
    assert split_text(ENGLISH, len(ENGLISH)) == [ENGLISH]
    assert split_text("  ", 20) == []


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        (
            ENGLISH,
            60,
            [
                "Chengdu grew by 3.5 % in 2023 [1].",
                "Dr. Li of ABB Ltd. said so [2]. Chongqing did not.",
            ],
        ),
        (
            CHINESE,
            30,
            ["成都2023年增长3.5%[1]。", "李博士说：“重庆没有。”[2]到2030年，两地都会增长！"],
        ),
        ("One line\nanother line\nthe last", 24, ["One line\nanother line", "the last"]),
        # No sentence ends within the limit: after a pause, then after a word.
        (
            "成都、重庆、绵阳、宜宾、泸州、德阳、乐山",
            17,
            ["成都、重庆、绵阳、宜宾、泸州、", "德阳、乐山"],
        ),
        ("the quick brown fox jumps over", 16, ["the quick brown", "fox jumps over"]),
    ],
)
def test_text_is_cut_after_sentences_then_pauses(text: str, limit: int, parts: list[str]) -> None:
    assert split_text(text, limit) == parts


def test_markers_stay_with_their_sentence() -> None:
    text = f"{'第一句话说了很多。' * 3}[1][2] 第二句。[3]"
    first, second = split_text(text, len(text) - 3)
    assert first.endswith("[1][2]")
    assert second == "第二句。[3]"


def test_neither_an_escape_nor_what_is_seen_as_one_is_cut() -> None:
    assert split_text("&amp;" * 5, 16) == ["&amp;" * 3, "&amp;" * 2]
    assert split_text(FAMILY * 3, 16) == [FAMILY] * 3
    assert split_text("e\u0301" * 12, 17) == ["e\u0301" * 8, "e\u0301" * 4]
    assert split_text("😀" * 9, 17) == ["😀" * 8, "😀"]


def test_a_character_longer_than_the_limit_is_cut_all_the_same() -> None:
    monster = "e" + "\u0301" * 100
    assert "".join(split_text(monster, 20)) == monster


@given(TEXTS, LIMITS)
def test_parts_are_within_the_limit_and_lose_nothing(text: str, limit: int) -> None:
    escaped = escape(text)
    parts = split_text(escaped, limit)
    assert all(0 < count(part) <= limit for part in parts)
    assert fold("".join(parts)) == fold(escaped)
    assert not [part for part in parts if re.search(r"&(?!(?:amp|lt|gt);)", part)]


@given(TEXTS, LIMITS)
def test_parts_end_where_people_see_characters_end(text: str, limit: int) -> None:
    escaped = escape(text).strip()
    edges = {found.end() for found in regex.finditer(r"\X", escaped)}
    at = 0
    for part in split_text(escaped, limit):
        at = escaped.index(part, at) + len(part)
        assert at in edges


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("Short.", 20, "Short."),
        ("First sentence here. Then a second one.", 30, "First sentence here.…"),
        (
            "One. Then a very long second sentence, which goes on",
            45,
            "One. Then a very long second sentence, which…",
        ),
        ("without any pause at all", 18, "without any pause…"),
        ("第一句说了这些内容。第二句还没有说完", 16, "第一句说了这些内容。…"),
        ("重庆、成都、绵阳、宜宾、泸州、德阳、乐山", 17, "重庆、成都、绵阳、宜宾、泸州…"),
    ],
)
def test_a_text_is_shortened_at_a_sensible_place(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short


@given(TEXTS, LIMITS)
def test_a_shortened_text_is_a_beginning_within_the_limit(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert count(short) <= limit
    assert text.strip() == short or (
        short.endswith(ELLIPSIS) and text.strip().startswith(short.removesuffix(ELLIPSIS))
    )
