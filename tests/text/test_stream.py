"""Sentences out of tokens: the same ones however the tokens fall, and none too early."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text.citations import split_pieces
from assistant.text.stream import SentenceBuffer, ThoughtFilter, astream_sentences, stream_sentences

ENGLISH = (
    "According to Corning (2021), it has invested 8.5 billion U.S. dollars [1][2]. Dr. Li adds "
    "that the U.S. market grew by 3.5 %.[3] In Sept. 2020 it was less. [1, 4]\n\n"
    "- A list [2]\n- Its end"
)
CHINESE = (
    "据康宁公司2021年的报告，投资超过80亿美元[1][2]。增长3.5%。【3】他说：“会的。”[1，4]\n"
    "[5]指出，到2027年达到5000亿元！[1-3]最后一句"
)


def cut_up(text: str, sizes: Iterable[int]) -> list[str]:
    tokens, start = [], 0
    for size in sizes:
        tokens.append(text[start : start + size])
        start += size
    return [*tokens, text[start:]]


def whole(text: str) -> list[str]:
    return [text[start:end] for start, end in split_pieces(text)]


async def later(tokens: Iterable[str]) -> AsyncIterator[str]:
    for token in tokens:
        yield token


@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["en", "zh"])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 1000])
def test_token_size_changes_no_sentence(text: str, size: int) -> None:
    assert list(stream_sentences(cut_up(text, [size] * (len(text) // size)))) == whole(text)


@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["en", "zh"])
@given(sizes=st.lists(st.integers(0, 9), max_size=80))
def test_odd_tokens_change_no_sentence(text: str, sizes: list[int]) -> None:
    assert list(stream_sentences(cut_up(text, sizes))) == whole(text)


@pytest.mark.parametrize(
    "text",
    [
        "甲港增长。[1]、[2]乙港下降[3]和[4]。丙港。【5】",
        "It grew. [1], [2] It fell [3]-[5]. It rests. [Passage 6] Then [^7].",
        "| Grew. | 410 t. | [1] |\n| Fell! | 3 t | [2] |\nIt rests [1].",
    ],
)
@given(sizes=st.lists(st.integers(0, 4), max_size=60))
def test_joined_markers_and_rows_arrive_whole(text: str, sizes: list[int]) -> None:
    assert list(stream_sentences(cut_up(text, sizes))) == whole(text)


@pytest.mark.parametrize("size", [1, 2, 5, 100])
@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<think>It says 5 [1]. So?</think>It grew [1].", "It grew [1]."),
        ("\n <think>\n\n</think>\n\n增长[1]。", "\n\n增长[1]。"),
        ("<b>It grew</b> [1].", "<b>It grew</b> [1]."),
        ("It <think>grew</think>.", "It <think>grew</think>."),
        ("<thi", "<thi"),
        ("<think>It says", ""),
        ("", ""),
    ],
)
def test_what_a_model_thinks_aloud_is_no_answer(text: str, answer: str, size: int) -> None:
    thoughts = ThoughtFilter()
    said = "".join(thoughts.push(text[i : i + size]) for i in range(0, len(text), size))
    assert said + thoughts.flush() == answer


@given(st.lists(st.text("ab 1.35[]，。\n亿", max_size=4), max_size=30))
def test_nothing_is_lost_or_added(tokens: list[str]) -> None:
    assert "".join(stream_sentences(tokens)) == "".join(tokens)


@given(st.lists(st.sampled_from(["One", ".", " ", "[1", "]", "。", "U.S", "3", "\n"]), max_size=20))
def test_the_async_twin_gives_the_same(tokens: list[str]) -> None:
    async def collect() -> list[str]:
        return [sentence async for sentence in astream_sentences(later(tokens))]

    assert asyncio.run(collect()) == list(stream_sentences(tokens))


def test_a_sentence_is_out_as_soon_as_the_next_begins() -> None:
    buffer = SentenceBuffer()
    assert buffer.push("It grew [1].") == []
    assert buffer.push(" I") == ["It grew [1]."]


@pytest.mark.parametrize(
    ("tokens", "last"),
    [
        (["It grew 3.", "5 %"], "It grew 3.5 %"),
        (["The U.", "S. share"], "The U.S. share"),
        (["It grew. [", "1", "]"], "It grew. [1]"),
        (["增长。【", "1", "】"], "增长。【1】"),
        (["It grew.", "[1", ",", " 2", "]"], "It grew.[1, 2]"),
    ],
    ids=["decimal", "abbreviation", "marker", "full-width marker", "list of markers"],
)
def test_what_falls_over_tokens_stays_in_one_piece(tokens: list[str], last: str) -> None:
    buffer = SentenceBuffer()
    assert [sentence for token in tokens for sentence in buffer.push(token)] == []
    assert buffer.flush() == [last]


def test_a_flushed_buffer_is_empty() -> None:
    buffer = SentenceBuffer()
    buffer.push("One")
    buffer.flush()
    assert buffer.flush() == []
