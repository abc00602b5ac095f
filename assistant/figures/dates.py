"""Dates, months, halves and quarters of years, each as one figure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from assistant.figures.numerals import CHINESE_DIGITS, read_chinese
from assistant.figures.types import Found
from assistant.figures.units import SUFFIX

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_MONTH_NUMBERS: Final = {name[:3].lower(): number for number, name in enumerate(MONTHS, start=1)}

_MONTH: Final = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
    r"|JANUARY|FEBRUARY|MARCH|APRIL|MAY|JUNE|JULY|AUGUST|SEPTEMBER|OCTOBER|NOVEMBER|DECEMBER"
    r"|JAN|FEB|MAR|APR|JUN|JUL|AUG|SEPT?|OCT|NOV|DEC)"
    r"(?![A-Za-z])\.?"
)
_DAY: Final = r"(?:3[01]|[12][0-9]|0?[1-9])"
_TH: Final = r"(?:\s?(?:st|nd|rd|th))?(?![A-Za-z0-9])"
_YEAR: Final = r"(?P<year>(?:1[89]|20)[0-9]{2})(?![0-9])"
_TWO_DIGITS: Final = r"(?P<year>[0-9]{2})(?![0-9A-Za-z%]|[.,'][0-9])"
_SHORT_YEAR: Final = rf"(?:\s?FY\s?'?|\s?'){_TWO_DIGITS}"
_GLUED_YEAR: Final = rf"(?:\s?FY\s?|\s?')?{_TWO_DIGITS}"
_COMMA: Final = r"(?:\s{0,3},\s{0,3}|\s{1,3})"
_DASH: Final = r"\s{0,2}(?:-|~|至|到|to|through|until|and)\s{0,2}"

_ZH_YEAR_ONLY: Final = (
    rf"(?P<year>(?<![0-9])(?:1[89]|20)[0-9]{{2}}|[一二][{CHINESE_DIGITS}]{{3}})\s?"
)
_ZH_YEAR: Final = rf"{_ZH_YEAR_ONLY}年\s?"
_ZH_MONTH: Final = r"(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_ZH_DAY: Final = (
    r"(?P<day>3[01]|[12][0-9]|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])"
)
_ORDINALS: Final = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4,
}  # fmt: skip


_MONEY_BEFORE = re.compile(r"(?:[A-Z]{2,4}&?|[^\w\s.,;:()-]|[币元镑]|[Yy]uan|dollars)\s?[(-]?\Z")

Reader = Callable[[re.Match[str]], Iterator[Found]]


def _number(text: str) -> int:
    if text.isascii():
        return int(text)
    value = read_chinese(text)
    return 0 if value is None else int(value)


def _month_number(text: str) -> int:
    return _MONTH_NUMBERS.get(text[:3].lower()) or _number(text)


def _of(match: re.Match[str], name: str) -> str | None:
    return match.groupdict().get(name)


def _read_date(match: re.Match[str]) -> Iterator[Found]:
    """One date; or two where `month2` or `day2` says where a range ends."""
    year, month, day = _of(match, "year"), _of(match, "month"), _of(match, "day")
    start, end = match.span()
    later = "day2" if _of(match, "day2") else "month2"
    if second := _of(match, later):
        # what stands before the second half belongs to the first figure, the rest to the second
        split = match.end("day" if later == "day2" else "month")
        yield _figure(year, month, day, start, split)
        months = (month, second) if later == "day2" else (second, None)
        yield _figure(year, months[0], months[1], match.start(later), end)
        return
    yield _figure(year, month, day, start, end)


def _figure(year: str | None, month: str | None, day: str | None, start: int, end: int) -> Found:
    """YYYYMMDD, YYYYMM, or MMDD where no year stands."""
    value = _full_year(year) if year else 0
    value = value * 100 + _month_number(month or "0")
    if day:
        value = value * 100 + _number(day)
    return Found(Decimal(value), "date", start, end)


def _full_year(text: str) -> int:
    """Of 24 2024, of 97 1997."""
    value = _number(text)
    return value if value >= 100 else value + (2000 if value < 50 else 1900)


def _read_years(match: re.Match[str]) -> Iterator[Found]:
    """2021-25: two years of one century."""
    first, last = int(match["year"]), int(match["last"])
    if last <= first % 100:
        return
    yield Found(Decimal(first), "year", *match.span("year"))
    yield Found(Decimal(first - first % 100 + last), "year", *match.span("last"))


def _read_short_date(match: re.Match[str]) -> Iterator[Found]:
    """2022.09, unless it is an amount of something."""
    view, start = match.string, match.start()
    if SUFFIX.match(view, match.end()) or _MONEY_BEFORE.search(view, max(0, start - 8), start):
        return
    yield from _read_date(match)


def _read_era(match: re.Match[str]) -> Iterator[Found]:
    """221 BC is the year -221."""
    number = Decimal(match["year"])
    yield Found(-number if _of(match, "before") else number, "year", *match.span())


def _read_fiscal_year(match: re.Match[str]) -> Iterator[Found]:
    yield Found(Decimal(_full_year(match["year"])), "year", *match.span())


def _read_part(unit: str) -> Reader:
    def read(match: re.Match[str]) -> Iterator[Found]:
        part = match["part"].lower()
        number = {"上": 1, "下": 2}.get(part) or _ORDINALS.get(part) or _number(part)
        value = _full_year(match["year"]) * 10 + number
        yield Found(Decimal(value), unit, *match.span())

    return read


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(r"(?<![A-Za-z0-9.,])" + text)


_M: Final = rf"(?P<month>{_MONTH})"
_M2: Final = rf"(?P<month2>{_MONTH})"
_D: Final = rf"(?P<day>{_DAY}){_TH}"
_D2: Final = rf"(?P<day2>{_DAY}){_TH}"
_NUMBERED_MONTH: Final = r"(?P<month>1[0-2]|0?[1-9])"
_PART: Final = r"(?P<part>[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|1st|2nd|3rd|4th)[\s-]"
_OF: Final = r"\s(?:of\s)?(?:the\s)?(?:year\s|fiscal\s|FY\s?)?"
_GAP: Final = r"[\s,-]{0,2}"
_YEAR_GAP: Final = r"(?:\s?年\s?|[\s,-]{0,2})"
_END: Final = r"(?![A-Za-z0-9])"

_ZH_MONTH2: Final = r"(?P<month2>1[0-2]|0?[1-9])"
_ZH_DAY2: Final = r"(?P<day2>3[01]|[12][0-9]|0?[1-9])"
_NO_YEAR: Final = r"(?<![0-9年一二三四五六七八九十])"
_ZH_YM: Final = _ZH_YEAR + _ZH_MONTH
_ZH_MD: Final = _ZH_MONTH + r"\s?月\s?" + _ZH_DAY

Row = tuple[re.Pattern[str], Reader]

# In each table a longer reading stands before a shorter one that would match a part of it.
_CHINESE: Final[tuple[Row, ...]] = (
    (re.compile(rf"{_ZH_YM}\s?月?{_DASH}{_ZH_MONTH2}\s?月(?!\s?[0-9十])"), _read_date),
    (re.compile(rf"{_ZH_YEAR}{_ZH_MD}\s?日?{_DASH}{_ZH_DAY2}\s?[日号]"), _read_date),
    (re.compile(rf"{_ZH_YEAR}{_ZH_MD}\s?[日号](?!线)"), _read_date),
    (re.compile(rf"{_ZH_YM}\s?月(?:份|底|初|末|中旬|上旬|下旬)?"), _read_date),
    (re.compile(rf"(?<![0-9]){_TWO_DIGITS}\s?年(?P<part>[上下])半年"), _read_part("half")),
    (re.compile(rf"{_ZH_YEAR_ONLY}(?:财?年)?\s?(?P<part>[上下])半年"), _read_part("half")),
    (
        re.compile(rf"{_ZH_YEAR_ONLY}(?:财?年)?\s?第?\s?(?P<part>[一二三四1-4])\s?季度"),
        _read_part("quarter"),
    ),
    (re.compile(rf"(?<![0-9])(?P<year>[0-9]{{2}})\s?年\s?{_ZH_MONTH}\s?月"), _read_date),
    (re.compile(rf"{_NO_YEAR}{_ZH_MD}\s?日?{_DASH}{_ZH_DAY2}\s?日"), _read_date),
    (re.compile(rf"{_NO_YEAR}{_ZH_MD}\s?日"), _read_date),
)
_ENGLISH: Final[tuple[Row, ...]] = (
    (_pattern(rf"{_M}\s{{1,3}}{_D}{_DASH}{_D2}{_COMMA}{_YEAR}"), _read_date),
    (_pattern(rf"{_D}{_DASH}{_D2}\s{{1,3}}{_M}(?:{_COMMA}{_YEAR})?"), _read_date),
    (_pattern(rf"{_M}\s{{1,3}}{_D}{_COMMA}{_YEAR}"), _read_date),
    (_pattern(rf"{_D}[\s-]{{1,3}}(?:of\s)?{_M}(?:{_COMMA}|-){_YEAR}"), _read_date),
    (_pattern(rf"{_M}{_DASH}{_M2}(?:{_COMMA}|\sof\s){_YEAR}"), _read_date),
    (_pattern(rf"{_M}(?:{_COMMA}|\sof\s|-|')\s?{_YEAR}"), _read_date),
    (_pattern(rf"{_M}\s{{1,3}}{_D}(?![.,][0-9]|\s?(?:%|percent|[mb]illion))"), _read_date),
    (_pattern(rf"{_D}\s{{1,3}}(?:of\s)?{_M}(?![0-9])"), _read_date),
)
_PARTS: Final[tuple[Row, ...]] = (
    (_pattern(rf"H\s?(?P<part>[12]){_GAP}(?:of\s|FY\s?)?{_YEAR}"), _read_part("half")),
    (_pattern(rf"(?P<part>[12])H{_GAP}{_YEAR}"), _read_part("half")),
    (_pattern(rf"{_YEAR}{_YEAR_GAP}H(?P<part>[12]){_END}"), _read_part("half")),
    (_pattern(rf"Q\s?(?P<part>[1-4]){_GAP}(?:of\s|FY\s?)?{_YEAR}"), _read_part("quarter")),
    (_pattern(rf"(?P<part>[1-4])Q{_GAP}{_YEAR}"), _read_part("quarter")),
    (_pattern(rf"{_YEAR}{_YEAR_GAP}Q(?P<part>[1-4]){_END}"), _read_part("quarter")),
    (_pattern(rf"H(?P<part>[12]){_SHORT_YEAR}"), _read_part("half")),
    (_pattern(rf"(?P<part>[12])H{_GLUED_YEAR}"), _read_part("half")),
    (_pattern(rf"Q(?P<part>[1-4]){_SHORT_YEAR}"), _read_part("quarter")),
    (_pattern(rf"(?P<part>[1-4])Q{_GLUED_YEAR}"), _read_part("quarter")),
    (_pattern(rf"{_PART}half{_OF}{_YEAR}"), _read_part("half")),
    (_pattern(rf"{_PART}quarter{_OF}{_YEAR}"), _read_part("quarter")),
)
_NUMERIC: Final[tuple[Row, ...]] = (
    (
        _pattern(rf"{_YEAR}(?P<dash>[-/.]){_NUMBERED_MONTH}(?P=dash)(?P<day>{_DAY})(?![0-9])"),
        _read_date,
    ),
    (_pattern(rf"(?P<day>{_DAY})(?P<dash>[/.]){_NUMBERED_MONTH}(?P=dash){_YEAR}"), _read_date),
    (_pattern(rf"{_NUMBERED_MONTH}/(?P<day>{_DAY})/{_YEAR}"), _read_date),
)
_NO_AMOUNT: Final = (
    r"(?![0-9A-Za-z%]|[.,/-][0-9]|\s?(?:%|percent|[mbt]r?illion|thousand|[GMk]W|[百千万亿元]))"
)
# 2022-09 and 2022.09 are months, 2008-09 is a season and 2021-25 a plan
_SHORT: Final[tuple[Row, ...]] = (
    (_pattern(rf"{_YEAR}-(?P<last>[0-9]{{2}}){_NO_AMOUNT}"), _read_years),
    (_pattern(rf"{_YEAR}[-.](?P<month>0[1-9]|1[0-2]){_NO_AMOUNT}"), _read_short_date),
    (_pattern(rf"(?P<month>0[1-9]|1[0-2])/{_YEAR}(?!/)"), _read_date),
    (_pattern(rf"FY\s?'?{_TWO_DIGITS}"), _read_fiscal_year),
)

_HAS_MONTH = re.compile(_MONTH)
_HAS_PART = re.compile(r"[HQ]\s?[1-4]|[1-4][HQ]|half|quarter")
_ERAS: Final[tuple[Row, ...]] = (
    (_pattern(rf"(?P<year>[0-9]{{1,4}})\s?(?:(?P<before>BCE?)|AD|CE){_END}"), _read_era),
    (_pattern(r"AD\s(?P<year>[0-9]{1,4})(?![0-9.,]*[0-9])"), _read_era),
    (re.compile(r"公元(?P<before>前)?\s?(?P<year>[0-9]{1,4})\s?年"), _read_era),
)
_HAS_ERA = re.compile(r"\bAD\b|[0-9]\s?(?:BC|CE|AD)|公元")
_HAS_SHORT = re.compile(r"[0-9]{4}[-.][0-9]{2}|[0-9]{2}/[0-9]{4}|FY")
_HAS_NUMERIC = re.compile(r"[0-9][-/.][0-9]{1,2}[-/.][0-9]")


def find_dates(view: str) -> list[Found]:
    """Dates in a folded text, none overlapping another; the longest reading of each place first."""
    found: list[Found] = []
    taken = bytearray(len(view))
    for pattern, read in _tables(view):
        for match in pattern.finditer(view):
            if not any(taken[match.start() : match.end()]) and (read_here := list(read(match))):
                taken[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
                found += read_here
    return found


def _tables(view: str) -> Iterator[Row]:
    """Only the patterns that can match: most texts hold few kinds of dates."""
    if "年" in view or "月" in view:
        yield from _CHINESE
    if _HAS_NUMERIC.search(view):
        yield from _NUMERIC
    if _HAS_ERA.search(view):
        yield from _ERAS
    if _HAS_SHORT.search(view):
        yield from _SHORT
    if _HAS_PART.search(view):
        yield from _PARTS
    if _HAS_MONTH.search(view):
        yield from _ENGLISH
