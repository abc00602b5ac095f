"""Every way of writing a day, a month or a part of a year gives the same value."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.figures import find_figures
from assistant.figures.dates import MONTHS

DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
ZH = "〇一二三四五六七八九"


def _values(text: str) -> list[tuple[str, Decimal]]:
    return [(figure.unit, figure.value) for figure in find_figures(text)]


def _zh(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("", "十", "二十", "三十")[tens] + (ZH[ones] if ones else "")


def _ways(day: date) -> list[str]:
    month = MONTHS[day.month - 1]
    year_signs = "".join(ZH[int(digit)] for digit in str(day.year))
    return [
        f"{month} {day.day}, {day.year}",
        f"{day.day} {month} {day.year}",
        f"{month[:3]} {day.day}, {day.year}",
        f"{day.day} of {month}, {day.year}",
        f"{day.year}-{day.month:02}-{day.day:02}",
        f"{day.day:02}.{day.month:02}.{day.year}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year} 年 {day.month} 月 {day.day} 日",
        f"{year_signs}年{_zh(day.month)}月{_zh(day.day)}日",
    ]


@given(DAYS)
def test_every_way_of_writing_a_day_gives_the_same_value(day: date) -> None:
    wanted = [("date", Decimal(day.year * 10000 + day.month * 100 + day.day))]
    assert {way: _values(way) for way in _ways(day)} == dict.fromkeys(_ways(day), wanted)


@given(DAYS)
def test_a_month_has_no_day(day: date) -> None:
    wanted = [("date", Decimal(day.year * 100 + day.month))]
    assert _values(f"in {MONTHS[day.month - 1]} {day.year}.") == wanted
    assert _values(f"{day.year}年{day.month}月") == wanted


@pytest.mark.parametrize(
    "text",
    ["May 2024 be better", "in May", "7月", "12日", "March on", "the 5th", "Q3", "上半年", "H2"],
)
def test_a_part_of_a_date_is_no_day(text: str) -> None:
    assert not {unit for unit, _ in _values(text)} - {"date", "rank"}
    assert all(value < 10**7 for _, value in _values(text))


@pytest.mark.parametrize("text", ["35 March 2021", "2021-13-05", "July 40, 2024", "2023年13月"])
def test_a_day_that_the_calendar_lacks_is_no_date(text: str) -> None:
    assert all(value < 10**7 for _, value in _values(text))
