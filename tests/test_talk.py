"""Greetings and the like are told from questions; follow-ups become questions of their own."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Language, Turn
from assistant.talk import TITLES, Small, find_small_talk, make_whole, reply_to
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


ENGLISH = Turn("How many ships entered the harbour of Lanternport in 2023?", "Forty [1].")
CHINESE = Turn("灯塔港2023年有多少艘船进港？", "40艘[1]。")


@pytest.mark.parametrize(
    "text",
    [
        "And in 2027?",
        "What about trains?",
        "How about 2027?",
        "Why?",
        "How large is its oldest quay, built of stone?",
        "Which companies used it in the following winter?",
        "Which mills and bakeries are there?",
        "What was the reason for that?",
    ],
)
def test_an_english_follow_up_takes_the_question_before(text: str) -> None:
    whole = make_whole(text, [ENGLISH])
    assert whole.endswith(text)
    assert "harbour of Lanternport" in whole


@pytest.mark.parametrize(
    "text",
    [
        "那2027年呢？",
        "火车呢？",
        "它的老码头有多大面积？",
        "还有哪些公司使用码头？",
        "该港口的老码头面积多大？",
    ],
)
def test_a_chinese_follow_up_takes_the_question_before(text: str) -> None:
    whole = make_whole(text, [CHINESE])
    assert whole.endswith(text)
    assert "灯塔港" in whole


@pytest.mark.parametrize(
    "text",
    [
        "How many bakeries opened in Millbrook during 2024?",
        "Which report says that Millbrook opened forty bakeries?",
        "How many bakeries are there in the town of Millbrook?",
        "磨坊镇2024年新开了多少家面包店？",
        "磨坊镇应该新开多少家面包店？",
        "土耳其2024年新开了多少家面包店？",
        "磨坊镇尤其缺少哪些面包店和学校？",
        "磨坊镇有多少家面包店，其中多少家是新开的？",
    ],
)
def test_a_question_of_its_own_stays_as_it_is(text: str) -> None:
    assert make_whole(text, [ENGLISH, CHINESE]) == text


def test_a_year_replaces_the_years_before() -> None:
    whole = make_whole("And in 2027?", [ENGLISH])
    assert "2027" in whole
    assert "2023" not in whole
    assert "2023" not in make_whole("那2027年呢？", [CHINESE])


def test_without_a_year_that_of_the_question_before_stays() -> None:
    assert "2023" in make_whole("What about trains?", [ENGLISH])


def test_a_follow_up_of_a_follow_up_keeps_the_subject() -> None:
    history = [ENGLISH, Turn("And in 2027?", "Fifty [1].")]
    whole = make_whole("And in 2028?", history)
    assert "harbour of Lanternport" in whole
    assert whole.count("202") == 1


def test_what_was_asked_before_another_question_is_forgotten() -> None:
    history = [ENGLISH, Turn("How many bakeries opened in Millbrook during 2024?", "Two [1].")]
    whole = make_whole("And in 2025?", history)
    assert "Millbrook" in whole
    assert "Lanternport" not in whole


@given(st.text())
def test_without_history_any_text_stays_as_it_is(text: str) -> None:
    assert make_whole(text, []) == text


@given(st.text(), st.lists(st.text(), max_size=3))
def test_what_was_asked_is_always_at_the_end(text: str, before: list[str]) -> None:
    find_small_talk(text)
    assert make_whole(text, [Turn(question, "") for question in before]).endswith(text)
