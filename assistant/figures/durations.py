"""Durations whose words hold a half or name a span: 一年半, half an hour, a year and a half."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from assistant.figures.numerals import CHINESE_DIGITS, read_chinese
from assistant.figures.types import Found

# Half of each: its unit and how many of that.
_HALVES: Final = {
    "year": ("months", 6), "month": ("days", 15), "day": ("hours", 12), "hour": ("minutes", 30),
    "minute": ("seconds", 30), "decade": ("years", 5), "century": ("years", 50),
    "年": ("months", 6), "个月": ("days", 15), "天": ("hours", 12), "小时": ("minutes", 30),
    "个小时": ("minutes", 30), "个钟头": ("minutes", 30), "分钟": ("seconds", 30),
    "个世纪": ("years", 50),
}  # fmt: skip
_WHOLES: Final = {
    "year": ("years", 1), "month": ("months", 1), "day": ("days", 1), "hour": ("hours", 1),
    "minute": ("minutes", 1), "decade": ("years", 10), "century": ("years", 100),
    "年": ("years", 1), "月": ("months", 1), "个月": ("months", 1), "天": ("days", 1),
    "小时": ("hours", 1), "钟头": ("hours", 1), "世纪": ("years", 100),
}  # fmt: skip
_HALF: Final = Decimal("0.5")
_NAMES: Final = "year|month|day|hour|minute|decade|century"
_NUMBER: Final = rf"(?P<number>[0-9]{{1,3}}|[{CHINESE_DIGITS}十]{{1,4}})\s?"

_ENGLISH_HALF = re.compile(rf"\bhalf[\s-](?:an?\s)?(?P<half>{_NAMES})\b", re.IGNORECASE)
_ENGLISH_MORE = re.compile(
    rf"\b(?:an?|one)\s(?P<whole>{_NAMES})\sand\sa\shalf\b"
    r"|\b(?:a|the\s(?:past|last|next|coming))\s(?P<span>decade)\b"
    r"|\b(?:over|than|nearly|almost|about|for|within)\sa\s(?P<age>century)\b",
    re.IGNORECASE,
)
_CHINESE_HALF = re.compile(
    r"(?<![上下前后大小])(?<![0-9一二两三四五六七八九十]个)半(?P<half>个(?:月|小时|钟头|世纪)|年|天|小时|分钟)"
    r"(?![度报之])"
)
_CHINESE_MORE = re.compile(
    rf"(?<![0-9一二两三四五六七八九十.]){_NUMBER}"
    r"(?:个半(?P<after>小时|钟头|月|世纪)|(?P<before>年|个月|天|小时)半(?!载|年|程|数))"
)


def find_durations(view: str) -> Iterator[Found]:
    """The durations of a folded text that a number and a unit alone don't say."""
    if "alf" in view or "dec" in view or "cent" in view:
        yield from map(_read_half, _ENGLISH_HALF.finditer(view))
        yield from map(_read_english, _ENGLISH_MORE.finditer(view))
    if "半" in view:
        yield from map(_read_half, _CHINESE_HALF.finditer(view))
        for match in _CHINESE_MORE.finditer(view):
            if found := _read_chinese(match):
                yield found


def _read_half(match: re.Match[str]) -> Found:
    unit, amount = _HALVES[match["half"].lower()]
    return Found(Decimal(amount), unit, *match.span())


def _read_english(match: re.Match[str]) -> Found:
    unit, amount = _WHOLES[(match["whole"] or match["span"] or match["age"]).lower()]
    if named := match["span"] or match["age"]:
        return Found(Decimal(amount), unit, match.end() - len(named), match.end())
    return _and_a_half(Decimal(1), unit, amount, match.span())


def _read_chinese(match: re.Match[str]) -> Found | None:
    unit, amount = _WHOLES[match["after"] or match["before"]]
    text = match["number"]
    number = Decimal(text) if text.isascii() else read_chinese(text)
    if number is None or number > 100:
        return None
    return _and_a_half(number, unit, amount, match.span())


def _and_a_half(number: Decimal, unit: str, amount: int, span: tuple[int, int]) -> Found:
    value = (number + _HALF) * amount
    return Found(value, unit, *span, step=Decimal(1).scaleb(int(value.as_tuple().exponent)))
