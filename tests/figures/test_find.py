"""What counts as a figure, and what doesn't, in both languages."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.figures import find_figures

CASES = json.loads(Path(__file__).with_name("find.json").read_text(encoding="utf-8"))

PIECES = (
    "0 1 9 12 2024 1,557 3.5 . , - – ( ) [ ] $ € ¥ % 年 月 日 亿 万 元 家 个 第 约 近 十 百 "
    "二 成 分之 "
    "billion million USD RMB km MW of to and about nearly half third <sup> </sup> \\ No. H1 Q2 July"
)
FRAGMENTS = st.sampled_from([*PIECES.split(), " ", "\n"])


def _shown(text: str) -> list[tuple[str, Decimal, str, str]]:
    return [(f.text, f.value, f.unit, f.bound) for f in find_figures(text)]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_golden(text: str, expected: list[list[str]]) -> None:
    wanted = [(row[0], Decimal(row[1]), row[2], [*row, "exact"][3]) for row in expected]
    assert _shown(text) == wanted


def test_golden_file_is_large_and_bilingual() -> None:
    chinese = sum(any("\u4e00" <= sign <= "\u9fff" for sign in text) for text, _ in CASES)
    assert len(CASES) >= 150
    assert 50 <= chinese <= len(CASES) - 50


@given(st.text() | st.lists(FRAGMENTS).map("".join) | st.lists(FRAGMENTS).map(" ".join))
@settings(max_examples=400, deadline=None)
def test_any_text_is_searched_and_spans_are_verbatim(text: str) -> None:
    figures = find_figures(text)
    last = 0
    for figure in figures:
        start, end = figure.span
        assert text[start:end] == figure.text
        assert last <= start < end
        assert figure.step > 0
        last = start


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("500 billion yuan", "1000000000"),
        ("687.3 billion yuan", "100000000"),
        ("48亿美元", "100000000"),
        ("1,557", "1"),
        ("35.9%", "0.1"),
        ("1亿2000万", "10000"),
    ],
)
def test_step_is_the_last_digit_shown(text: str, step: str) -> None:
    (figure,) = find_figures(text)
    assert figure.step == Decimal(step)


@pytest.mark.parametrize(
    "text",
    [
        "1" * 1_000_000, "１" * 1_000_000, "(" * 10_000, "（" * 10_000, "[" * 10_000, "[1" * 5_000,
        "一" * 100_000, "半" * 100_000, "第" * 100_000, "百分之" * 10_000, " " * 500_000,
        "$" * 9_999,
        "(RMB billion) " * 5_000, "half " * 20_000, "1 to " * 5_000, "FY" * 50_000, "<a " * 20_000,
        "5%-" * 10_000, "1.234" * 20_000, "a@" * 50_000, "\n" * 300_000,
        "3千" * 50_000, "1万5" * 10_000, "one million two hundred " * 5_000, "10⁶" * 10_000,
        "10^" * 10_000, "增长两倍" * 10_000,
    ],
)  # fmt: skip
def test_long_dull_texts_take_no_longer_than_their_length(text: str) -> None:
    start = time.process_time()
    find_figures(text)
    assert time.process_time() - start < 2


def test_value_is_exact_where_binary_fractions_are_not() -> None:
    (figure,) = find_figures("0.1万亿元")
    assert figure.value == Decimal("100000000000")
    (figure,) = find_figures("123456789.123456789 billion yuan")
    assert figure.value == Decimal("123456789123456789")


WORDS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
)
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth"
)
SHARES = (
    "doubled", "tripled", "quadrupled", "quintupled", "halved", "twice the size", "tenfold",
    "a third of it", "a quarter of it", "a ninth of it", "half of it", "a dozen", "a hundred",
    "a thousand", "a million", "a billion", "a trillion", "half a century", "the past decade",
    "一半", "翻番", "翻倍", "两成", "过半", "近百家", "上千家", "上万家", "第一名",
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        *(f"with {word} towns" for word in WORDS.split()),
        *(f"ranked {word}" for word in ORDINALS.split()),
        *SHARES,
    ],
)
def test_a_figure_in_words_alone_is_found(text: str) -> None:
    assert len(find_figures(text)) == 1


def test_most_sentences_take_far_less_than_a_millisecond() -> None:
    sentences = [text for text, _ in CASES] + ["No figure stands in this sentence at all."] * 200
    start = time.process_time()
    for sentence in sentences:
        find_figures(sentence)
    assert (time.process_time() - start) / len(sentences) < 0.002


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("投資5,000億元，增長3.5個百分點", "投资5,000亿元，增长3.5个百分点"),
        ("約120萬歐元", "约120万欧元"),
        ("共兩萬億美元", "共两万亿美元"),
        ("三百二十億日圓", "三百二十亿日圆"),
        ("減少了十二萬戶", "减少了十二万户"),
        ("達到六億噸", "达到六亿吨"),
        ("超過2022年的1.5倍", "超过2022年的1.5倍"),
        ("2023年上半年貿易額", "2023年上半年贸易额"),
    ],
)
def test_figures_are_the_same_in_traditional_characters(traditional: str, simplified: str) -> None:
    found, same = find_figures(traditional), find_figures(simplified)
    assert [(f.value, f.unit, f.bound, f.span) for f in found] == [
        (f.value, f.unit, f.bound, f.span) for f in same
    ]
    assert found
    assert all(traditional[slice(*figure.span)] == figure.text for figure in found)
