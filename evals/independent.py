"""A second opinion on figures: does a number stand in a text, in whatever writing?

Plain on purpose, and without a line of what checks the answers (`assistant.figures`, grounding,
guard): two programs that read numbers alike would overlook the same mistakes. Values must be equal;
whether a number was rounded, and what it counts beyond the marks below, is left to a person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from evals.numerals import (
    BARE_FITS,
    BEFORE,
    CHINESE,
    DIGITS,
    ENGLISH,
    LARGE,
    MARKS,
    MAY_BE_GLUED,
    MONTHS,
    SHORT,
    TENS,
    WORDS,
)

_SAME = str.maketrans({"萬": "万", "億": "亿", "兩": "两", "圓": "元", "圆": "元", "～": "~"})
_REWRITTEN = (
    (re.compile(r"上半年"), "第1半年"),
    (re.compile(r"下半年"), "第2半年"),
    (re.compile(r"\b[QH]([1-4])\b", re.IGNORECASE), r"第\1"),
)

_ARABIC = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?"
_LATIN_SCALE = r"(?:hundreds?|thousands?|millions?|billions?|trillions?|bn|mn|tn)\b"
_WORD = "|".join(sorted(WORDS, key=len, reverse=True))
_NUMBER = re.compile(
    rf"""(?P<before>{"|".join(f"(?i:{words})" for words in BEFORE.values())})?\s?
    (?P<percent>百分之)?
    (?:
      (?<![A-Za-z\d])(?<![A-Za-z\d][.,])(?P<compound>(?:(?:{_ARABIC})\s?[十百千万亿]+){{2,}})
    | (?P<arabic>{_ARABIC})
    | (?P<chinese>[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?)
    | \b(?P<word>(?i:{_WORD})(?:-(?i:{_WORD}))?)\b
    | \b(?P<month>{"|".join(sorted(MONTHS, key=len, reverse=True))})\b\.?
    )
    (?P<scale>(?:\s?[十百千万亿])+|(?:[\s-]?(?i:{_LATIN_SCALE}))+)?
    """,
    re.VERBOSE,
)
_JOINED = re.compile(r"\s*(?:[-–—~至到]|to|and)\s*(?:us\$|[$¥€£])?\s*", re.IGNORECASE)
_GLUED = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a text: its value, what it counts ("" if nothing says), and as what else it can
    be read, being the first of "3 to 5 billion"."""

    value: Decimal
    mark: str = ""
    shared: Decimal | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    """A number with its place, and what a mark or scale behind it multiplied it with."""

    number: Number
    start: int
    end: int
    factor: Decimal


def find_numbers(text: str) -> list[Number]:
    """Every number of `text` in its order, digits or words, English or Chinese."""
    folded = _fold(text)
    seen = list(_read_all(folded))
    shared = [_share(folded, left, right) for left, right in pairwise(seen)]
    return [*shared, *(one.number for one in seen[-1:])]


def is_found(said: str, passages: Iterable[str]) -> bool:
    """Whether one of the passages states every number of `said`, which is a figure as written.

    Signs are left to words. Where `said` has no number that can be read ("doubled"), it must stand
    there as it is.
    """
    wanted = find_numbers(said)
    if not wanted:
        return any(_holds_words(passage, said) for passage in passages)
    return any(holds_numbers(find_numbers(passage), wanted) for passage in passages)


def holds_numbers(there: list[Number], wanted: list[Number]) -> bool:
    """Whether all that are wanted are among those of one text."""
    return all(any(_is_same(number, one, there) for one in there) for number in wanted)


def _holds_words(passage: str, said: str) -> bool:
    words = r"\s+".join(re.escape(word) for word in _fold(said).split())
    found = rf"(?<![A-Za-z0-9]){words}(?![A-Za-z0-9])"
    return bool(words) and re.search(found, _fold(passage), re.IGNORECASE) is not None


def _is_same(wanted: Number, one: Number, there: list[Number]) -> bool:
    value = wanted.value if wanted.shared is None else wanted.shared
    if value not in (one.value, one.shared):
        return False
    if wanted.mark == one.mark:
        return True
    if not one.mark:
        return wanted.mark in BARE_FITS and any(other.mark == wanted.mark for other in there)
    return not wanted.mark and one.mark in BARE_FITS


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).translate(_SAME)
    for pattern, replacement in _REWRITTEN:
        folded = pattern.sub(replacement, folded)
    return folded


def _read_all(text: str) -> Iterator[_Seen]:
    place = 0
    while match := _NUMBER.search(text, place):
        seen = _read(text, match)
        place = seen.end if seen else max(match.end(), place + 1)
        if seen:
            yield seen


def _read(text: str, match: re.Match[str]) -> _Seen | None:
    value = _value(match)
    if value is None or (match["arabic"] and _is_part_of_a_name(text, match)):
        return None
    factor, end = _read_scale(text, match)
    mark, times, end = _read_mark(text, match, end)
    number = Number(value * factor * times, mark)
    return _Seen(number, match.start(), end, factor * times)


def _value(match: re.Match[str]) -> Decimal | None:
    """None for a run of characters that is no number, like 千万 in "by all means"."""
    if match["compound"]:
        parts = re.findall(rf"({_ARABIC})\s?([十百千万亿]+)", match["compound"])
        return sum((_arabic(n) * _product(scale) for n, scale in parts), Decimal(0))
    if match["arabic"]:
        return _arabic(match["arabic"])
    if match["chinese"]:
        return _chinese(match["chinese"])
    if match["word"]:
        return Decimal(sum(WORDS[word] for word in match["word"].lower().split("-")))
    return Decimal(MONTHS[match["month"]])


def _arabic(digits: str) -> Decimal:
    return Decimal(digits.replace(",", ""))


def _product(scales: str) -> Decimal:
    product = Decimal(1)
    for scale in scales:
        product *= CHINESE[scale]
    return product


def _chinese(run: str) -> Decimal | None:
    whole, _, after = run.partition("点")
    if not set(whole) & DIGITS.keys() and not whole.startswith("十"):
        return None
    if set(whole) <= DIGITS.keys():
        value = Decimal("".join(str(DIGITS[c]) for c in whole))
    else:
        value = _chinese_whole(whole)
    digits = "".join(str(DIGITS[c]) for c in after)
    return value + Decimal(f"0.{digits}") if digits else value


def _chinese_whole(run: str) -> Decimal:
    """三千五百万: digits times tens, summed, times the next of 万 and 亿."""
    total = section = digit = 0
    for c in run:
        if c in DIGITS:
            digit = DIGITS[c]
        elif c in TENS:
            section, digit = section + (digit or 1) * TENS[c], 0
        elif section or digit:
            total, section, digit = total + (section + digit) * LARGE[c], 0, 0
        else:
            total *= LARGE[c]
    return Decimal(total + section + digit)


def _is_part_of_a_name(text: str, match: re.Match[str]) -> bool:
    """COVID-19, A320, 5G, version 1.2.3: digits that count nothing."""
    start, end = match.span("arabic")
    before = text[max(0, start - 2) : start]
    if not match["before"] and re.search(r"[A-Za-z]$|\d[.,]$", before):
        return True
    if re.search(r"[A-Za-z]-$", before) and end - start != len("2027"):
        return True
    glued = _GLUED.match(text, end)
    known = glued and glued[0] != "G" and glued[0].lower() in {*MAY_BE_GLUED, *ENGLISH, *SHORT}
    return bool(glued and not known) or re.match(r"\.\d", text[end:]) is not None


def _read_scale(text: str, match: re.Match[str]) -> tuple[Decimal, int]:
    if scale := match["scale"]:
        words = re.findall(r"[a-z]+", scale.lower())
        sizes = [ENGLISH[word.removesuffix("s")] for word in words]
        factor = _product("".join(scale.split())) if not words else Decimal(1)
        for size in sizes:
            factor *= size
        return factor, match.end()
    short = re.match(r"[kmb]\b", text[match.end() :], re.IGNORECASE)
    if match["before"] and short:
        return SHORT[short[0].lower()], match.end() + 1
    return Decimal(1), match.end()


def _read_mark(text: str, match: re.Match[str], end: int) -> tuple[str, Decimal, int]:
    if match["percent"]:
        return "%", Decimal(1), end
    if match["month"]:
        return "month", Decimal(1), end
    for mark, words, times in MARKS:
        if found := re.compile(rf"[\s-]?(?:{words})", re.IGNORECASE).match(text, end):
            return mark, times, found.end()
    if before := match["before"]:
        fitting = (m for m, words in BEFORE.items() if re.fullmatch(words, before, re.IGNORECASE))
        return next(fitting), Decimal(1), end
    return "", Decimal(1), end


def _share(text: str, left: _Seen, right: _Seen) -> Number:
    """The left number, read with the scale and mark of the right one that it is joined to."""
    bare = left.factor == 1 and not left.number.mark
    if not bare or not _JOINED.fullmatch(text, left.end, right.start):
        return left.number
    if right.number.mark == "month" or (right.factor == 1 and not right.number.mark):
        return left.number
    return replace(left.number, mark=right.number.mark, shared=left.number.value * right.factor)
