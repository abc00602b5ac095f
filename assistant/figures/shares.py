"""Shares and multiples in words: one third, 百分之三, 两成, half, doubled, 翻一番."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from assistant.figures.numerals import CHINESE_DIGITS, read_chinese
from assistant.figures.types import Bound, Found

_PARTS: Final = {
    "half": 2, "halves": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip
_COUNTS: Final = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "nine": 9,
}  # fmt: skip
_WHOLE_IN_WORDS: Final = r"(?!\s(?:of\s)?an?\s(?:million|billion|trillion|dozen|century))"
_FEW_WORDS: Final = _COUNTS | {"eight": 8, "ten": 10}
_FEW: Final = "one|two|three|four|five|six|seven|eight|nine|ten"
_NOT_PEOPLE: Final = (
    "year|month|week|day|hour|minute|place|phase|stage|case|region|percent|per|million|billion|"
    "trillion|thousand|hundred|dozen|different|other|major|key|more|and|the"
)
_MULTIPLES: Final = {
    "doubl": 2, "tripl": 3, "quadrupl": 4, "quintupl": 5, "twice": 2, "thrice": 3,
    "twofold": 2, "threefold": 3, "fourfold": 4,
    "fivefold": 5, "sixfold": 6, "sevenfold": 7, "eightfold": 8, "ninefold": 9, "tenfold": 10,
}  # fmt: skip

_ZH_NUMBER: Final = (
    r"(?:(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,6})(?:\.[0-9]{1,6})?"
    rf"|[{CHINESE_DIGITS}十百]{{1,8}}(?:点[{CHINESE_DIGITS}]{{1,6}})?)"
)
_PART_NAMES: Final = "third|quarter|fifth|sixth|seventh|eighth|ninth|tenth"

_ENGLISH = re.compile(
    r"(?<!first )(?<!last )\b(?P<count>one|two|three|four|five|six|seven|nine)"
    rf"[\s-](?P<part>{_PART_NAMES}|half)s?\b"
    rf"(?!\s(?:party|parties|of\s(?:19|20)[0-9]{{2}})){_WHOLE_IN_WORDS}"
    rf"|\b(?P<count1>a)\s(?P<part1>{_PART_NAMES}){_WHOLE_IN_WORDS}"
    r"(?=\s(?:of|more|less|lower|higher)\b|[.,;)]|\s?$)"
    r"|(?<![0-9/.,])(?P<over>[1-9])/(?P<under>[2-9]|10)(?=\sof\b|\s?的)"
    rf"|(?<![A-Za-z0-9.,])(?P<some>{_FEW}|[1-9])\s(?:in|out\sof)\s(?:every\s)?"
    rf"(?P<all>{_FEW}|[1-9][0-9]{{0,2}})(?=\s[a-z]{{3,}}\b)(?!\s(?:{_NOT_PEOPLE})s?\b)"
    r"|(?<!first )(?<!second )(?<!latter )(?<!other )(?<!one )(?<!and a )\b(?P<half>half)"
    r"(?=\s(?:of|the|its|their|that)\b|[.,;)])",
    re.IGNORECASE,
)
_TIMES = re.compile(
    r"\b(?P<times>(?:doubl|tripl|quadrupl|quintupl)"
    r"(?=ed|ing|e\s(?:the|its|that|their|by|in|from|compared|what)\b|e[.,;)])"
    r"|(?:two|three|four|five|six|seven|eight|nine|ten)[ -]?fold\b"
    r"|(?:twice|thrice)(?=\s(?:the|as|that|its)\b))(?:ed|ing|e)?",
    re.IGNORECASE,
)
_HALVED = re.compile(r"\bhalv(?:ed|ing)\b|\bby half\b", re.IGNORECASE)
_CHINESE = re.compile(
    rf"(?P<base>百|千|万|{_ZH_NUMBER})\s?分之\s?(?P<number>{_ZH_NUMBER})"
    r"|(?P<low>[一二三四五六七八](?=[二三四五六七八九]成))?(?P<tenths>[一二两三四五六七八九1-9])成"
    r"(?P<more>[一二三四五六七八九半](?![一二三四五六七八九十百千万亿个家项])|(?P<extra>[多余]))?"
    r"(?![群对立为功本都果员熟长交绩就分])"
    r"|(?P<half>一半|半数|过半)(?!径)"
    r"|(?P<double>翻了?(?P<times>[一两二三四1-4])[番倍]|翻了?番|翻倍)"
    r"|(?P<many>[一二两三四五六七八九十]{1,2}|[0-9]{1,2})倍半"
    # "By two times" is to three times as much, as statisticians write it; 增长到两倍 is not.
    r"|(?<=增长|增加|提高|扩大|提升|增大|上升|增多)了?(?:近|大?约|超过?|逾|至少|高?达)?"
    rf"(?P<grown>(?P<by>{_ZH_NUMBER}|两)\s?倍)(?!半)"
)
_HUNDRED: Final = Decimal(100)


def find_shares(view: str) -> Iterator[Found]:
    """Shares (unit "%") and multiples (unit "times") that words state, in a folded text."""
    for match in _ENGLISH.finditer(view):
        if not match["some"] or _few(match["some"]) < _few(match["all"]):
            yield _read_english(match)
    for match in _TIMES.finditer(view):
        yield Found(_multiple(match["times"].lower()), "times", *match.span())
    for match in _HALVED.finditer(view):
        yield Found(Decimal(50), "%", *match.span())
    for match in _CHINESE.finditer(view):
        if match["low"]:  # 七八成
            yield Found(10 * _number(match["low"]), "%", *match.span("low"))
        if found := _read_chinese(match):
            yield found


def _read_english(match: re.Match[str]) -> Found:
    if match["half"]:
        return Found(Decimal(50), "%", *match.span())
    if match["over"]:
        return _share(Decimal(match["over"]), Decimal(match["under"]), match.span())
    if match["some"]:
        return _share(_few(match["some"]), _few(match["all"]), match.span())
    count, part = match["count"] or match["count1"], match["part"] or match["part1"]
    return _share(Decimal(_COUNTS[count.lower()]), Decimal(_PARTS[part.lower()]), match.span())


def _few(text: str) -> Decimal:
    return Decimal(text) if text.isdigit() else Decimal(_FEW_WORDS[text.lower()])


def _share(count: Decimal, parts: Decimal, span: tuple[int, int]) -> Found:
    """As a percentage; one that never ends (one third) is rounded and so approximate."""
    exact = count * _HUNDRED / parts
    value = exact.quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
    bound: Bound | None = None if value * parts == count * _HUNDRED else "about"
    value = value.normalize() if bound is None else value
    step = Decimal(1).scaleb(min(0, int(value.as_tuple().exponent)))
    return Found(value, "%", *span, step=step, bound=bound)


def _multiple(words: str) -> Decimal:
    plain = re.sub("[ -]", "", words)
    return Decimal(_MULTIPLES[plain])


def _read_chinese(match: re.Match[str]) -> Found | None:
    if match["number"]:
        return _read_fraction(match)
    if match["tenths"]:
        return _read_tenths(match)
    if match["many"]:
        value = _number(match["many"]) + Decimal("0.5")
        return Found(value, "times", *match.span(), step=Decimal("0.1"))
    if match["half"]:
        bound: Bound | None = "more_than" if match["half"] == "过半" else None
        return Found(Decimal(50), "%", *match.span(), bound=bound)
    if match["grown"]:
        by = Decimal(2) if match["by"] == "两" else _number(match["by"])
        step = Decimal(1).scaleb(min(0, int(by.as_tuple().exponent)))
        return Found(by + 1, "times", *match.span("grown"), step=step)
    doublings = int(_number(match["times"] or "一"))
    fold = doublings + 1 if match["double"].endswith("倍") and match["times"] else 2**doublings
    return Found(Decimal(fold), "times", *match.span())


def _read_tenths(match: re.Match[str]) -> Found:
    bound: Bound | None = "more_than" if match["extra"] else None
    more = "0" if bound else (match["more"] or "0").replace("半", "五")
    value = 10 * _number(match["tenths"]) + _number(more)
    return Found(value, "%", match.start("tenths"), match.end(), bound=bound)


def _read_fraction(match: re.Match[str]) -> Found | None:
    base = {"百": Decimal(100), "千": Decimal(1000), "万": Decimal(10000)}.get(match["base"])
    number = Decimal(100) if match["number"] == "百" else _number_or_none(match["number"])
    base = base or _number_or_none(match["base"])
    if base is None or number is None or not base or number > base * 100:
        return None
    if base != _HUNDRED:
        return _share(number, base, match.span())
    step = Decimal(1).scaleb(int(number.as_tuple().exponent))
    return Found(number, "%", *match.span(), step=step)


def _number_or_none(text: str) -> Decimal | None:
    return Decimal(text.replace(",", "")) if text.isascii() else read_chinese(text)


def _number(text: str) -> Decimal:
    return _number_or_none(text) or Decimal(0)
