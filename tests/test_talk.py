"""Greetings and the like are told from questions."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Language
from assistant.talk import TITLES, Small, find_small_talk, reply_to
from store.ledger import DocumentRecord


def record(title: str, year: int | None = 2024) -> DocumentRecord:
    return DocumentRecord(
        id=title,
        title=title,
        language="en",
        sha256="",
        fingerprint="",
        transform="1",
        chunks=1,
        sentences=1,
        characters=1,
        year=year,
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Hello!", "greeting"),
        ("hi there", "greeting"),
        ("Good morning.", "greeting"),
        ("你好！", "greeting"),
        (" 您好～ ", "greeting"),
        ("晚上好", "greeting"),
        ("Thanks a lot!", "thanks"),
        ("thank you very much", "thanks"),
        ("谢谢您。", "thanks"),
        ("多谢", "thanks"),
        ("What can you do?", "abilities"),
        ("who are you", "abilities"),
        ("HELP", "abilities"),
        ("你能做什么？", "abilities"),
        ("你是谁", "abilities"),
        ("What documents do you have?", "contents"),
        ("Which reports are there?", "contents"),
        ("what's in here", "contents"),
        ("有哪些报告？", "contents"),
        ("这里有什么文档？", "contents"),
    ],
)
def test_small_talk_is_told_by_its_kind(text: str, kind: str) -> None:
    assert find_small_talk(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "Hello Lantern plc opened how many mills?",
        "What can you do with salt in a harbour?",
        "Which reports name the mill at Lanternport?",
        "Who thanks the council?",
        "你好公司有多少员工？",
        "谢谢集团的收入是多少？",
        "有哪些报告提到了港口？",
    ],
)
def test_a_question_is_no_small_talk(text: str) -> None:
    assert find_small_talk(text) is None


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("kind", get_args(Small))
def test_each_kind_has_a_reply_in_both_languages(kind: Small, language: Language) -> None:
    reply = reply_to(kind, language, [])
    assert any("\u4e00" <= char <= "\u9fff" for char in reply) == (language == "zh")


def test_what_is_in_here_is_told_with_years() -> None:
    reply = reply_to("contents", "en", [record("Salt Book"), record("Rail Book", None)])
    assert "Salt Book (2024); Rail Book" in reply
    assert "2" in reply
    assert "Salt Book（2024年）；Rail Book" in reply_to(
        "contents", "zh", [record("Salt Book"), record("Rail Book", None)]
    )


def test_a_long_list_is_cut_and_says_so() -> None:
    reply = reply_to("contents", "en", [record(f"Book {n:02}") for n in range(TITLES + 1)])
    assert f"Book {TITLES - 1:02}" in reply
    assert f"Book {TITLES:02}" not in reply
    assert "…" in reply
    assert str(TITLES + 1) in reply
    whole = reply_to("contents", "en", [record(f"Book {n:02}") for n in range(TITLES)])
    assert "…" not in whole


@given(st.text())
def test_any_text_is_small_talk_or_not(text: str) -> None:
    assert find_small_talk(text) in (None, *get_args(Small))
