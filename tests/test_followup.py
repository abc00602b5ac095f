"""Follow-ups become questions of their own: what they name replaces its like, and a new subject
takes nothing over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answer import Turn
from assistant.asking import Asked
from assistant.followup import make_whole
from assistant.glossary import NO_NAMES, build_glossary
from assistant.text.terms import is_stop_word, split_words

GOLDEN = json.loads(Path(__file__).with_name("followups.json").read_text(encoding="utf-8"))
NAMES = build_glossary(
    [("霍尼韦尔", "Honeywell"), ("怡和集团", "Jardine Matheson"), ("苏伊士", "Suez")], []
)
ENGLISH = Turn("How many ships entered the harbour of Lanternport in 2023?", "Forty [1].")
CHINESE = Turn("灯塔港2023年有多少艘船进港？", "40艘[1]。")


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: f"{case['why']}: {case['follow']}")
def test_a_follow_up_stands_for(case: dict[str, str]) -> None:
    before = Turn(case["before"], case.get("answer", ""))
    assert make_whole(case["follow"], [before], NAMES) == case["whole"]


PLAIN = [case["whole"] for case in GOLDEN if not {":", "，"} & set(case["whole"])]


@pytest.mark.parametrize("whole", [one for one in PLAIN if "'s" not in one])
def test_what_is_whole_needs_nothing_more(whole: str) -> None:
    assert make_whole(whole, [Turn("Who built the lighthouse of Lanternport?", "")]) == whole


@pytest.mark.parametrize(
    "text",
    [
        "How large is its oldest quay, built of stone?",
        "Which companies used it in the following winter?",
        "Which mills and bakeries are there?",
        "What was the reason for that?",
    ],
)
def test_an_english_follow_up_takes_the_question_before(text: str) -> None:
    whole = make_whole(text, [ENGLISH])
    assert whole.lower().endswith(text.lower())
    assert "harbour of Lanternport" in whole


@pytest.mark.parametrize(
    "text", ["它的老码头有多大面积？", "还有哪些公司使用码头？", "该港口的老码头面积多大？"]
)
def test_a_chinese_follow_up_takes_the_question_before(text: str) -> None:
    whole = make_whole(text, [CHINESE])
    assert whole.endswith(text.removeprefix("还有"))
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


def test_a_follow_up_of_a_follow_up_keeps_the_subject() -> None:
    history = [ENGLISH, Turn("And in 2027?", "Fifty [1].")]
    whole = make_whole("And in 2028?", history)
    assert whole == "How many ships entered the harbour of Lanternport in 2028?"


def test_thanks_in_between_change_nothing() -> None:
    history = [ENGLISH, Turn("Thanks!", "You're welcome."), Turn("你好", "您好。")]
    assert make_whole("And in 2028?", history).startswith("How many ships")


def test_what_was_asked_before_another_question_is_forgotten() -> None:
    history = [ENGLISH, Turn("How many bakeries opened in Millbrook during 2024?", "Two [1].")]
    whole = make_whole("And in 2025?", history)
    assert whole == "How many bakeries opened in Millbrook in 2025?"


def test_several_changes_add_up() -> None:
    history = [
        Turn("What was the GDP of Chongqing in 2023?", ""),
        Turn("And Chengdu?", ""),
        Turn("那2024年呢？", ""),
    ]
    whole = make_whole("And the population?", history)
    assert whole == "What was the population of Chengdu in 2024?"


def test_traditional_characters_are_understood() -> None:
    assert make_whole("那重庆呢？", [Turn("2023年成都有多少間醫院？", "")]) == (
        "2023年重庆有多少间医院？"
    )


@given(st.text())
def test_without_history_any_text_stays_as_it_is(text: str) -> None:
    assert make_whole(text, []) == text


words = st.sampled_from(
    "And in 2027 2019年 那 呢 Chengdu 重庆 Ford according to what about how many is it there its "
    "price 总价 多少 增长 了 mills bakeries 面包店 are was 's ， ？ ? “ ( 谁 who".split()
)
sentences = st.lists(words, max_size=9).flatmap(
    lambda chosen: st.sampled_from([" ".join(chosen), "".join(chosen)])
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), sentences), st.lists(st.one_of(st.text(), sentences), max_size=3))
def test_nothing_raises_and_nothing_is_empty(text: str, before: list[str]) -> None:
    whole = make_whole(text, [Turn(question, question) for question in before])
    assert whole or not text


@settings(max_examples=300, deadline=None)
@given(sentences, st.sampled_from([ENGLISH, CHINESE]))
def test_a_follow_up_never_loses_what_it_says(text: str, before: Turn) -> None:
    """In one language; in another one its names and times may be said in that."""
    asked, last = Asked(text, NO_NAMES), Asked(before.question, NO_NAMES)
    whole = make_whole(text, [before])
    if asked.language == last.language:
        lost = Asked(f"{whole} {before.question}", NO_NAMES).lacks(asked.words)
        assert not [word for word in lost if not is_stop_word(word)]
        plain = [one for one in asked.slots if one.text.isascii() == (asked.language == "en")]
        assert all(slot.text.lower() in whole.lower() for slot in plain)
    assert split_words(whole) or not split_words(text)
