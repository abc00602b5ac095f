"""Ordinals: which are ranks, and which only name a thing (the 14th Five-Year Plan, 第三方)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from assistant.figures.numerals import CHINESE_DIGITS, read_chinese
from assistant.figures.types import Found

_ONES: Final = "first second third fourth fifth sixth seventh eighth ninth".split()
_NAMES_OF_NUMBERS: Final = "one two three four five six seven eight nine ten".split()
_TEENS: Final = (
    "tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth"
).split()
_TENS: Final = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_ORDINALS: Final = (
    {word: value for value, word in enumerate([*_ONES, *_TEENS], start=1)}
    | {f"{name[:-1]}ieth": value for name, value in _TENS.items()}
    | {
        f"{name}-{one}": value + digit
        for name, value in _TENS.items()
        for digit, one in enumerate(_ONES, start=1)
    }
)
_WORDS: Final = "|".join(sorted(_ORDINALS, key=len, reverse=True))

_DIGITS = re.compile(
    r"(?<![0-9A-Za-z.,])(?P<number>[0-9]{1,4})"
    r"\s?(?:st|nd|rd|th|™|t(?=\s[Cc]entur))(?![A-Za-z0-9])"
)
_NUMBER_WORDS: Final = {word: value for value, word in enumerate(_NAMES_OF_NUMBERS, start=1)}
# The world's number one; ranked #6; rank: 6
_NUMBERED = re.compile(
    rf"(?<![A-Za-z])(?:number\s(?P<word>{'|'.join(_NAMES_OF_NUMBERS)})(?![A-Za-z])"
    r"|(?:rank(?:s|ed|ing)?|placed)(?:\s(?:at|as|in))?[\s:]{1,2}#?\s?(?P<digits>[0-9]{1,3})"
    r"(?![0-9A-Za-z%]|[.,][0-9]|\s(?:of|in\s[0-9])|\s[a-z]+s\b))",
    re.IGNORECASE,
)
_WORD = re.compile(rf"(?<![A-Za-z-])(?P<number>{_WORDS})(?![A-Za-z])", re.IGNORECASE)
_NUMBER_SIGN = re.compile(r"(?<![A-Za-z])N[oO](?:\.|º|°)?\s?(?P<number>[0-9]{1,4})(?![0-9.]*[0-9])")
_CHINESE = re.compile(
    rf"第\s?(?P<number>[0-9]{{1,4}}|[{CHINESE_DIGITS}十百千]+)\s?(?P<sign>位|名|大)?(?!个)"
)

_RANKED = re.compile(
    r"\b(?:rank(?:s|ed|ing|ings)?|placed|position(?:ed)?|com(?:es|ing)|came|st(?:ands|ood)|listed|finish(?:ed|es))"
    r"\s(?:in\s|as\s|at\s|from\s|the\s|tied\s|only\s)?\Z",
    re.IGNORECASE,
)
_PLACED = re.compile(
    r"\s(?:place|position|spot|in\s(?:the\s)?(?:country|nation|world|region|province|list|ranking|rankings|globe)"
    r"|in\s(?:China|Asia|Europe|Japan|Germany)|nationwide|nationally|globally|worldwide|among|largest|biggest|highest|longest"
    r"|tallest|most|best|richest|busiest|overall|out\sof)\b"
)
_NO_RANK = re.compile(
    r"[\s-]{0,2}(?:[A-Z]|(?:century|centuries|five-year|five\syear|anniversary|session|meeting|plenary|floor|edition|generation"
    r"|annual|grade|quarter|half|percentile|industrial\srevolution|party|parties|time|round|phase|stage|day|batch|step"
    r"|congress|conference|forum|term|wave|hand|tier|chapter|article|section|plan|year|month|week|birthday|sector|industry)s?\b)"
)
_DOCUMENT = re.compile(
    r"(?:[\])〕】]|(?i:document|order|decree|announcement|notice|circular|regulation|law|directive|bulletin|tel|phone|gate"
    r"|road|article|chapter|figure|table|line|plant|factory|room|building))\s?\Z"
)
_ADDRESS = re.compile(
    r"\s(?:[A-Z][a-z]+\s){0,2}(?:Road|Street|Avenue|Lane|Building|Middle|High|Primary|Hospital|Plant|Factory|Line|Document"
    r"|Central|District|Rd)\b"
)
_ZH_PLACED = re.compile(
    r"(?:排名?|排行|居|列|位|名次|占|升至|全国|全球|世界|国内|全市|全省|行业|亚洲|欧洲|西部|中国)[^，。；,;\d]{0,6}\Z"
)
_ZH_NO_RANK = re.compile(
    r"\s?(?:[届次章节条款期批代步轮集项版号页册卷级类组]|季度|产业|方|者|年|天|世纪|阶段|部分|人称|[一二三四五六七八九十个]*五年)"
)


# "Chengdu sixth" at the end of a clause, where a list of points would begin one.
_ZH_ENDS_CLAUSE = re.compile(r"\s?(?:[，。；、,;.)]|\Z)")
_ZH_NAMED = re.compile(r"[\u4e00-\u9fff]\Z")


def find_ranks(view: str) -> Iterator[Found]:
    """Every ordinal of a folded text: a rank, or with the unit "" the name of something."""
    for match in _DIGITS.finditer(view):
        yield _found(match, Decimal(match["number"]), _is_rank(view, match, sure=True))
    for match in _WORD.finditer(view):
        number = _ORDINALS[match["number"].lower()]
        yield _found(match, Decimal(number), _is_rank(view, match, sure=number > 3))
    for match in _NUMBER_SIGN.finditer(view):
        named = _DOCUMENT.search(view, max(0, match.start() - 16), match.start())
        rank = not named and not _ADDRESS.match(view, match.end())
        yield _found(match, Decimal(match["number"]), rank)
    for match in _NUMBERED.finditer(view):
        value = match["digits"] or _NUMBER_WORDS[match["word"].lower()]
        yield _found(match, Decimal(value), rank=True)
    for match in _CHINESE.finditer(view):
        yield from _read_chinese(view, match)


def _found(match: re.Match[str], value: Decimal, rank: bool) -> Found:
    return Found(value, "rank" if rank else "", *match.span())


def _is_rank(view: str, match: re.Match[str], sure: bool) -> bool:
    """`sure`: an ordinal that is a rank unless what follows says otherwise (277th, fifteenth)."""
    if _PLACED.match(view, match.end()):
        return True
    if _NO_RANK.match(view, match.end()):
        return False
    return sure or bool(_RANKED.search(view, max(0, match.start() - 24), match.start()))


def _read_chinese(view: str, match: re.Match[str]) -> Iterator[Found]:
    text = match["number"]
    value = Decimal(text) if text.isascii() else read_chinese(text)
    if value is None:
        return
    rank = bool(match["sign"])
    if not rank and not _ZH_NO_RANK.match(view, match.end()):
        rank = bool(_ZH_PLACED.search(view, max(0, match.start() - 14), match.start()))
        named = _ZH_NAMED.search(view, max(0, match.start() - 1), match.start())
        rank = rank or bool(named and _ZH_ENDS_CLAUSE.match(view, match.end()))
    yield _found(match, value, rank)
