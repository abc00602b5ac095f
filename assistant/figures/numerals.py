"""Numerals: Arabic, Chinese and English words, without their units."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from assistant.figures.units import EXACT, load_magnitudes, spelling_pattern

Script = Literal["arabic", "chinese", "english"]

LONGEST = 24
"""A longer run of digits is an identifier."""

_DIGITS: Final = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "○": 0, "两": 2,
}  # fmt: skip
_TO_CHINESE: Final = str.maketrans("123456789", "一二三四五六七八九")
_SIZES: Final = (("亿", 10**8), ("万", 10**4), ("千", 1000), ("百", 100), ("十", 10))

CHINESE_DIGITS: Final = "零〇○一二两三四五六七八九"

_UNITS: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS: Final = {word: value for value, word in enumerate(_UNITS)} | {
    word: 10 * value for value, word in enumerate(_TENS, start=2)
}
_VULGAR: Final = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}
_BELOW_HUNDRED: Final = (
    rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_UNITS[1:10])})\b)?"
    rf"|(?:{'|'.join(_UNITS[1:][::-1])}))"
)
_ENGLISH: Final = (
    rf"(?i:\b(?:{_BELOW_HUNDRED}\s+hundred(?:\s+(?:and\s+)?{_BELOW_HUNDRED})?"
    rf"|an?\s+hundred(?:\s+and\s+{_BELOW_HUNDRED})?"
    rf"|{_BELOW_HUNDRED}(?:[\s-]+and[\s-]+a[\s-]+half(?=[\s-]+[a-z]))?"
    r"|(?:half\s+)?an?(?=\s+(?:thousand|[mb]illion|trillion|dozen|third|quarter|fifth|tenth)\b)"
    r"|half)\b)"
)
_ARABIC: Final = (
    r"(?:(?<![0-9.,])[0-9]{0,3}[½¼¾]|(?<![0-9.])\.[0-9]{1,9}"
    r"|(?<![0-9.,])[0-9]{1,3},[0-9]{1,2}(?=\s?%)"  # 12,5 % as on the Continent
    r"|(?<![0-9])(?:"
    r"[0-9]{1,3}(?:[,，'’][0-9]{3})+(?![0-9])(?:\.[0-9]+)?"
    r"|[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?![0-9])"  # lakhs and crores
    r"|(?<![0-9]\s)(?<![0-9],\s)[0-9]{1,3}(?: [0-9]{3})+(?![0-9]|\s[0-9]|[.,][0-9])"
    r"|[0-9]+(?:\.[0-9]+)?))"
)
_CHINESE: Final = rf"[{CHINESE_DIGITS}十百千万亿]+(?:点[{CHINESE_DIGITS}]+)?"

# 3千5百万, 1万5: digits that are read with Chinese sizes one by one. A last digit without a size is
# a tenth of the one before it only where nothing is counted by it (1亿2期 is the second phase).
_MIXED: Final = (
    r"(?<![0-9.,])[1-9](?:(?:[十百千]?[万亿]|[十百千])[1-9](?![0-9.,]*[0-9])){1,7}"
    r"(?:[十百千]?[万亿]|[十百千]|(?=[元块人名户辆吨多余以左]|[\s，。；、,.;)）](?!\s?[十百千万亿])|\Z))"
)

NUMERAL = re.compile(
    f"(?P<mixed>{_MIXED})|(?P<arabic>{_ARABIC})|(?P<chinese>{_CHINESE})|(?P<english>{_ENGLISH})"
)

_CHINESE_SIZE: Final = r"万亿|[十百千]?[万亿]|[十百千兆]"
CHINESE_MAGNITUDES: Final = {
    small + large: Decimal(size * factor)
    for small, size in (("", 1), ("十", 10), ("百", 100), ("千", 1000), ("万", 10**4))
    for large, factor in (("", 1), ("万", 10**4), ("亿", 10**8), ("兆", 10**12))
}
_CHINESE_MAGNITUDE = re.compile(rf"\s{{0,2}}(?P<size>{_CHINESE_SIZE})")
_MORE = re.compile(r"\s?(?P<digits>[0-9]{1,4}(?:\.[0-9]+)?)(?P<size>[十百千]?[万亿]|[百千])?")
_HUNDRED: Final = 100
_MORE_WORDS = re.compile(
    rf"\s(?P<words>{_ENGLISH})(?:\s(?P<size>(?i:thousand|million|billion)))?"
    r"(?!(?i:[\s-](?:hundred|thousand|[mbtr]+illion|percent|per\s?cent|%)))"
)
_LONG_NAMES: Final = [name for name in load_magnitudes() if len(name) > 1]
_LETTERS: Final = [name for name in load_magnitudes() if len(name) == 1]
_ENGLISH_MAGNITUDE = re.compile(
    # "bn." is no end of a sentence where a word goes on
    rf"[\s-]{{0,3}}(?P<size>{spelling_pattern(_LONG_NAMES)})(?:(?<=[blmt]n)\.(?=\s[a-z]))?"
)
_LETTER_MAGNITUDE = re.compile(rf"\s?(?P<size>[{''.join(_LETTERS)}])(?![A-Za-z0-9])")


_COMMA = re.compile(r"[0-9]{1,3},[0-9]{1,2}")
_PAIR = re.compile(r"([一二两三四五六七八])([二三四五六七八九])([十百千万亿]*)")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as it stands: `step` is the size of its last digit."""

    value: Decimal
    step: Decimal
    start: int
    end: int
    script: Script


def read_numerals(match: re.Match[str]) -> list[Numeral]:
    """The number that NUMERAL matched: none where the signs make none, two for 两三百."""
    if match.lastgroup == "mixed":
        return _read_mixed(match)
    script: Script = match.lastgroup  # type: ignore[assignment]
    if script == "chinese" and (pair := _PAIR.fullmatch(match.group())):
        return _read_pair(pair, match.start())
    value, step = _READERS[script](match.group())
    if value is None:
        return []
    return [Numeral(value, step, match.start(), match.end(), script)]


def _read_mixed(match: re.Match[str]) -> list[Numeral]:
    """As if all of it were written in characters."""
    value = read_chinese(match.group().translate(_TO_CHINESE))
    if value is None:
        return []
    return [Numeral(value, Decimal(1), match.start(), match.end(), "arabic")]


def _read_pair(pair: re.Match[str], start: int) -> list[Numeral]:
    low, high = (_DIGITS[digit] for digit in pair.group(1, 2))
    size = CHINESE_MAGNITUDES.get(pair[3])
    if (high != low + 1 and pair[0][:2] != "三五") or size is None:
        return []
    middle, end = start + 1, start + pair.end()
    return [
        Numeral(low * size, size, start, middle, "chinese"),
        Numeral(high * size, size, middle, end, "chinese"),
    ]


def _read_arabic(text: str) -> tuple[Decimal | None, Decimal]:
    if _COMMA.fullmatch(text):
        text = text.replace(",", ".")
    plain = re.sub("[,，'’ ]", "", text)
    if len(plain) > LONGEST:
        return None, Decimal(1)
    if plain[-1] in _VULGAR:
        return Decimal(plain[:-1] or 0) + _VULGAR[plain[-1]], Decimal("0.01")
    value = Decimal(plain)
    return value, Decimal(1).scaleb(int(value.as_tuple().exponent))


def read_chinese(text: str) -> Decimal | None:
    """三万五千 is 35000, 二〇二四 is 2024, 三点一 is 3.1; None for 十四五 or 千万千."""
    whole, _, fraction = text.partition("点")
    value = _read_digits(whole) if _is_digits(whole) else _read_sections(whole)
    if value is None or not fraction:
        return None if value is None else Decimal(value)
    return Decimal(f"{value}.{''.join(str(_DIGITS[digit]) for digit in fraction)}")


def _read_chinese(text: str) -> tuple[Decimal | None, Decimal]:
    value = read_chinese(text) if len(text) <= LONGEST else None
    fraction = text.partition("点")[2]
    return value, Decimal(1).scaleb(-len(fraction))


def _is_digits(text: str) -> bool:
    return all(sign in _DIGITS for sign in text)


def _read_digits(text: str) -> int | None:
    if len(text) in (2, 3):  # 三五 is no number; a longer row of digits is a year or a code
        return None
    return int("".join(str(_DIGITS[digit]) for digit in text))


def _read_sections(text: str) -> int | None:
    for sign, size in _SIZES:
        if sign in text:
            # the last 亿 of 三万亿 is the one that counts the rest; among 十百千 the first is
            head, _, rest = text.rpartition(sign)
            return _join(_read_head(head, size), _read_rest(rest, size), size)
    return _DIGITS.get(text)


def _read_head(head: str, size: int) -> int | None:
    if not head and size == 10:
        return 1
    return _read_sections(head.lstrip("零〇")) if head else None


def _read_rest(rest: str, size: int) -> int | None:
    if not rest:
        return 0
    if rest in _DIGITS and size > 10:
        return _DIGITS[rest] * size // 10  # 一万五 is 15000
    return _read_sections(rest.lstrip("零〇"))


def _join(head: int | None, rest: int | None, size: int) -> int | None:
    if head is None or rest is None or rest >= size:
        return None
    return None if size <= 1000 and head >= 10 else head * size + rest


def _read_english(text: str) -> tuple[Decimal | None, Decimal]:
    words = re.split(r"[\s-]+", text.lower())
    if "half" in words:
        half = Decimal("0.5")
        return (_sum_words(words[:-3]) + half if len(words) > 2 else half), Decimal("0.1")
    return _sum_words(words), Decimal(1)


def _sum_words(words: list[str]) -> Decimal:
    total = 0
    for word in words:
        if word == "hundred":
            total *= 100
        elif word in ("a", "an"):
            total += 1
        else:
            total += _WORDS.get(word, 0)
    return Decimal(total)


_READERS: Final = {"arabic": _read_arabic, "chinese": _read_chinese, "english": _read_english}


def read_magnitude(view: str, numeral: Numeral, money: bool) -> tuple[Decimal, int] | None:
    """The size that stands after a numeral and where it ends: "billion", 亿, bn.

    `money`: single letters ($5m, €2B) are magnitudes only where a currency stands before.
    """
    if match := _CHINESE_MAGNITUDE.match(view, numeral.end):
        return CHINESE_MAGNITUDES[match["size"]], match.end()
    if match := _ENGLISH_MAGNITUDE.match(view, numeral.end):
        return load_magnitudes()[match["size"].lower()], match.end()
    match = _LETTER_MAGNITUDE.match(view, numeral.end)
    if match and (money or _is_free_letter(match, numeral)):
        return load_magnitudes()[match["size"]], match.end()
    return None


def _is_free_letter(match: re.Match[str], numeral: Numeral) -> bool:
    # 4K is a name and 5 m is a length; 50k and 7B are written without a space
    glued = match.start("size") == numeral.end and numeral.script == "arabic"
    return glued and match["size"] in "kKMB" and not (match["size"] == "K" and numeral.value < 10)


Tail = tuple[Decimal, Decimal, int]
"""What belongs to a sized numeral behind it: value, step, end."""


def read_tail(view: str, end: int, size: Decimal, script: Script) -> Tail | None:
    """The 2000万 of 1亿2000万, the two hundred thousand of one million two hundred thousand."""
    return _read_words_tail(view, end, size) if script == "english" else _read_tail(view, end, size)


def _read_words_tail(view: str, end: int, size: Decimal) -> Tail | None:
    """Words only, and of hundreds at least: "two million five companies" are two things."""
    total, step = Decimal(0), Decimal(1)
    while match := _MORE_WORDS.match(view, end):
        own = load_magnitudes()[match["size"].lower()] if match["size"] else Decimal(1)
        count, _ = _read_english(match["words"])
        if count is None or own >= size or count * own < _HUNDRED or count * own >= size:
            break
        total, step, size, end = total + count * own, own, own, match.end()
        if own == 1:
            break
    return (total, step, end) if total else None


def _read_tail(view: str, end: int, size: Decimal) -> Tail | None:
    match = _MORE.match(view, end)
    if not match or not match["size"]:
        return None
    own = CHINESE_MAGNITUDES[match["size"]]
    if own >= size:
        return None
    digits = Decimal(match["digits"])
    step = Decimal(1).scaleb(int(digits.as_tuple().exponent))
    return EXACT.multiply(digits, own), EXACT.multiply(step, own), match.end()
