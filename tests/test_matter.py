"""What a question measures, and what it says without its asking."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.glossary import NO_NAMES
from assistant.matter import (
    find_measure,
    find_own_measure,
    is_clause,
    is_open,
    lacks_subject,
    state_matter,
)
from assistant.scope import Language
from assistant.slots import find_slots
from assistant.text.language import detect_language


def language_of(text: str) -> Language:
    return "zh" if detect_language(text) == "zh" else "en"


@pytest.mark.parametrize(
    ("text", "measure", "neutral"),
    [
        ("What was GDP per capita in Chengdu in 2019?", "GDP per capita", True),
        ("What were the exports of Chongqing worth in 2024?", "the exports", True),
        ("What online sales does Chongqing want to reach?", "online sales", True),
        ("How many smart factories did Chongqing have?", "smart factories", False),
        ("How many ships entered the harbour?", "ships", False),
        ("What share of GDP was foreign trade in Zhejiang?", "foreign trade", False),
        ("2024年上半年重庆的出口额是多少？", "出口额", True),
        ("到2023年底，重庆认定了多少家智能工厂？", "智能工厂", False),
        ("2020年北京有多少常住人口？", "常住人口", False),
    ],
)
def test_what_is_measured_stands_where_each_language_puts_it(
    text: str, measure: str, neutral: bool
) -> None:
    found = find_measure(text, language_of(text), find_slots(text, NO_NAMES))
    assert found is not None
    assert (text[slice(*found.span)], found.neutral) == (measure, neutral)


@pytest.mark.parametrize(
    "text", ["Why?", "Who built it?", "When did it open?", "谁建的？", "2020年增长了多少？", ""]
)
def test_some_questions_measure_nothing(text: str) -> None:
    assert find_measure(text, language_of(text), ()) is None


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("its retail sales of consumer goods?", "retail sales of consumer goods"),
        ("How many digital workshops?", "digital workshops"),
        ("services?", "services"),
        ("What was the price?", "the price"),
        ("数字化车间有多少个？", "数字化车间"),
        ("社会消费品零售总额呢？", "社会消费品零售总额"),
        ("它的人口呢", "人口"),
    ],
)
def test_a_follow_up_may_name_a_measure_and_no_more(text: str, own: str) -> None:
    assert find_own_measure(text, language_of(text)) == own


@pytest.mark.parametrize(
    "text",
    [
        "At what price?",
        "Up by how much?",
        "How fast did it grow?",
        "增长了百分之几？",
        "占多少？",
        "",
    ],
)
def test_what_asks_more_is_no_measure(text: str) -> None:
    assert find_own_measure(text, language_of(text)) is None


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("How many aircraft did Xiamen Airlines order?", "Aircraft Xiamen Airlines order"),
        ("In which year did Suez enter Chongqing?", "Suez enter Chongqing"),
        ("How long is the rail route?", "The rail route"),
        ("Did the GDP pass three trillion yuan?", "The GDP pass three trillion yuan"),
        ("Why?", "Why"),
        ("厦门航空向空客订购了多少架飞机？", "厦门航空向空客订购了飞机"),
        ("苏伊士是哪一年进入重庆的？", "苏伊士进入重庆"),
        ("2023年重庆的生产总值突破3万亿元了吗？", "2023年重庆的生产总值突破3万亿元"),
        ("为什么？", "为什么"),
    ],
)
def test_the_matter_is_what_is_left_when_nothing_is_asked(text: str, matter: str) -> None:
    assert state_matter(text, language_of(text)) == matter


def test_a_measure_leaves_open_of_what() -> None:
    assert all(map(is_open, ["price", "GDP", "总价", "增长", "占比"]))
    assert not any(map(is_open, ["hydrogen", "mayor", "氢气", "工厂"]))


def test_a_clause_has_a_verb_or_asks_outright() -> None:
    assert is_clause("How expensive is hydrogen?", "en")
    assert not is_clause("How many digital workshops?", "en")
    assert is_clause("氢气有多贵？", "zh")
    assert not is_clause("数字化车间呢？", "zh")


def test_a_chinese_question_that_begins_with_its_verb_lacks_a_subject() -> None:
    assert lacks_subject("占全部销量的百分之几？", "zh")
    assert not lacks_subject("氢气有多贵？", "zh")
    assert not lacks_subject("", "zh")


@given(st.text())
def test_any_text_has_a_matter(text: str) -> None:
    for language in ("en", "zh"):
        assert isinstance(state_matter(text, language), str)
        find_measure(text, language, ())
        find_own_measure(text, language)
