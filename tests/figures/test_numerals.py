"""Chinese numerals have one value or none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.figures.numerals import read_chinese

DIGITS = "零一二三四五六七八九"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("五", 5), ("十", 10), ("十二", 12), ("二十", 20), ("三十五", 35), ("一百零五", 105),
        ("一百五", 150), ("两百三十", 230), ("一千零五", 1005), ("一千零五十", 1050),
        ("四千五百", 4500), ("一万五", 15000), ("三万五千", 35000), ("十万", 100000),
        ("一百二十万", 1200000), ("一千二百三十四万五千六百七十八", 12345678),
        ("一亿二千万", 120000000), ("两千亿", 200000000000), ("三万亿", 3000000000000),
        ("二〇二四", 2024), ("一九九七", 1997),
    ],
)  # fmt: skip
def test_value(text: str, value: int) -> None:
    assert read_chinese(text) == value


def test_fraction() -> None:
    assert read_chinese("三点一四") == Decimal("3.14")


@pytest.mark.parametrize(
    "text", ["十四五", "千万", "百", "三三", "万一", "十十", "一百二百", "三百千"]
)
def test_signs_that_make_no_number(text: str) -> None:
    assert read_chinese(text) is None


def _spell(number: int) -> str:
    """The full spelling of a number below 10000, as a schoolbook teaches it."""
    said, gap = "", False
    for size, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // size % 10
        if digit:
            said += ("零" if gap else "") + DIGITS[digit] + sign
        gap = not digit and bool(said)
    return said


@given(st.integers(1, 9999))
def test_every_number_below_ten_thousand_is_read(number: int) -> None:
    assert read_chinese(_spell(number)) == number


@given(st.integers(1, 9999), st.integers(1000, 9999))
def test_sections_add_up(large: int, small: int) -> None:
    assert read_chinese(f"{_spell(large)}万{_spell(small)}") == large * 10000 + small
    assert read_chinese(f"{_spell(large)}亿{_spell(small)}万") == large * 10**8 + small * 10**4


@given(st.text(alphabet=DIGITS + "〇两十百千万亿", min_size=1, max_size=12))
def test_any_row_of_signs_is_read_or_refused(text: str) -> None:
    value = read_chinese(text)
    assert value is None or value >= 0
