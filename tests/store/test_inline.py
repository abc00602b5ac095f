"""Cleaning within a line: what is taken away, what it becomes, and where it came from."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.inline import build_inline

PARTS = (
    "km <sup> 2 </sup> <b> &amp; &nbsp; &#233; \\% \\times $ ** * __ [a](https://b.c) ![i](j.png) "
    "ﬁ \u200b \u00ad Сhina Россия AI Al , . 5 word 全市 ， < > & \\ [ ] ( ) _"
).split(" ")
texts = st.text() | st.lists(st.sampled_from([*PARTS, " ", "\t", "\u3000"])).map("".join)


def clean(raw: str, document: str | None = None) -> str:
    return build_inline(document or raw).clean(raw, 0).text


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("plain text stays", "plain text stays"),
        ("  around  ", "around"),
        ("too    wide\tgaps\u3000here", "too wide gaps here"),
        ("an area of 5 km<sup>2</sup> and 3 m<sup>3</sup>", "an area of 5 km² and 3 m³"),
        ("as was shown<sup>12</sup>.", "as was shown."),
        ("<b>bold</b> H<sub>2</sub>", "bold H2"),
        ("one<br/>two", "one; two"),
        ("3 < 5 and 7 > 6", "3 < 5 and 7 > 6"),
        ("Q&amp;A &lt;5&gt; caf&eacute;", "Q&A <5> café"),
        ("AT&T; R&D", "AT&T; R&D"),
        (r"40\% of \$5 \& more", "40% of $5 & more"),
        (r"$5 \times 3$", "5 × 3"),
        (r"about $\sim$ 10 and $10\%$, US$ 5", "about ~ 10 and 10%, US$ 5"),
        ("US$ 500 million, HK$ 3", "US$ 500 million, HK$ 3"),
        ("Revenue (US$ million)", "Revenue (US$ million)"),
        ("it cost 5$, or 7$ (US$)", "it cost 5$, or 7$ (US$)"),
        (r"A \rightarrow B", "A → B"),
        ("it cost $5 and then $7", "it cost $5 and then $7"),
        ("**strong** and *weak* and __both__", "strong and weak and both"),
        ("2 * 3 = 6", "2 * 3 = 6"),
        ("see [the site](https://a.example/x) now", "see the site now"),
        ("see [12] and [a] (b)", "see [12] and [a] (b)"),
        ("before![logo](img/a.png) after", "before after"),
        ("ﬁnance and eﬀort", "finance and effort"),
        ("zero\u200bwidth soft\u00adhyphen\ufeff", "zerowidth softhyphen"),
        ("全市<b>工业</b>增长\\%", "全市工业增长%"),
    ],
)
def test_a_line_is_cleaned(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("СО2 of Соrnwall", "CO2 of Cornwall"),
        ("Ηarbour", "Harbour"),
        ("Россия и Москва", "Россия и Москва"),
        ("Αθήνα", "Αθήνα"),
    ],
)
def test_look_alike_letters_become_latin_but_words_of_their_script_stay(
    raw: str, cleaned: str
) -> None:
    assert clean(raw) == cleaned


def test_a_rare_misreading_of_a_frequent_name_is_mended() -> None:
    document = "Chongqing grows. " * 40 + "Chonqqing grows. Chonggqing too. Chengdu as well."
    cleaned = clean("Chonqqing and Chonggqing, not Chengdu", document)
    assert cleaned == "Chongqing and Chongqing, not Chengdu"


def test_a_form_as_frequent_as_the_name_is_a_name_too() -> None:
    document = "Chongqing grows. " * 40 + "Chonqqing grows. " * 30
    assert clean("Chonqqing", document) == "Chonqqing"


def test_a_name_that_is_no_more_frequent_mends_nothing() -> None:
    assert clean("Chonqqing", "Chongqing grows. " * 10 + "Chonqqing") == "Chonqqing"


def test_al_is_ai_in_a_text_about_artificial_intelligence_only() -> None:
    about = "Artificial intelligence (AI): AI helps, AI learns. Al helps. Also Alps."
    assert clean("Al helps. Also Alps.", about) == "AI helps. Also Alps."
    assert clean("Al Stone wrote it") == "Al Stone wrote it"


@pytest.mark.parametrize(
    ("left", "right", "document", "joins"),
    [
        ("the develop-", "ment of", "", True),
        ("a long-", "term view", "a long-term plan", False),
        ("a long-", "term view", "longterm and long-term", True),
        ("North-", "South", "", False),
        ("from 2020-", "2021", "", False),
        ("no hyphen", "here", "", False),
        ("全市-", "工业", "", False),
        ("-", "word", "", False),
    ],
)
def test_hyphens_of_line_ends_are_joined_unless_the_document_writes_them(
    left: str, right: str, document: str, joins: bool
) -> None:
    assert build_inline(document).joins_hyphen(left, right) == joins


@given(texts, st.integers(0, 1000))
def test_each_character_maps_into_its_line(raw: str, start: int) -> None:
    piece = build_inline(raw).clean(raw, start)
    assert len(piece.text) == len(piece.offsets)
    assert piece.text == piece.text.strip()
    assert piece.offsets == sorted(piece.offsets)
    assert all(start <= offset < start + len(raw) for offset in piece.offsets)


@given(texts)
def test_letters_and_digits_that_stand_for_themselves_map_to_themselves(raw: str) -> None:
    piece = build_inline(raw).clean(raw, 0)
    for char, offset in zip(piece.text, piece.offsets, strict=True):
        if char.isascii() and char.isalnum() and raw[offset].isascii() and raw[offset].isalnum():
            assert raw[offset] == char or "Al" in raw


def test_a_word_in_letters_of_another_script_keeps_its_places_around_a_tag() -> None:
    piece = build_inline("").clean("А<A>BС", 0)  # both ends are Cyrillic
    assert (piece.text, piece.offsets) == ("ABC", [0, 4, 5])


def test_white_space_at_the_edges_moves_no_place() -> None:
    piece = build_inline("").clean("   ab  ", 10)
    assert (piece.text, piece.offsets) == ("ab", [13, 14])


def test_what_stands_for_many_characters_maps_to_their_last() -> None:
    piece = build_inline("").clean("Q&amp;A", 100)
    assert (piece.text, piece.offsets) == ("Q&A", [100, 105, 106])


def test_what_became_more_characters_maps_to_the_one() -> None:
    piece = build_inline("").clean("eﬃgy", 10)
    assert (piece.text, piece.offsets) == ("effigy", [10, 11, 11, 11, 12, 13])


@pytest.mark.parametrize("part", ["x", "*a", "<", "[a](", "$\\a", "a-", "С"])
def test_long_lines_take_no_longer_than_their_length(part: str) -> None:
    raw = part * (60_000 // len(part))
    start = time.process_time()
    clean(raw)
    assert time.process_time() - start < 4
