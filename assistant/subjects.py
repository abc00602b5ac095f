"""What a figure is about: the years, places and scopes that a text names, in either language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple

import jieba
from pypinyin import lazy_pinyin

from assistant.figures import Figure
from assistant.text.dictionary import is_place, is_proper_noun, translate_english
from assistant.text.script import simplify

NATION, WORLD = "*nation", "*world"
Kind = Literal["year", "place"]

_WORD = re.compile(r"\b[A-Z][a-z]{2,}(?:['’][a-z]+)*")
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]+")
_SUFFIX = re.compile(r"(?<=..)[市省县区州国]$")
_NATION = re.compile(
    r"\b(?:China(?!['’]s (?:first|largest))|national(?:ly)?|nation-?wide"
    r"|the (?:whole )?(?:country|nation)|country['’]s)\b"
    r"|全国|中国(?!移动|联通|电信|银行|石油|石化|东航|东方)|我国",
    re.IGNORECASE,
)
_WORLD = re.compile(
    r"\b(?:world-?wide|globally|global (?:average|total)|the world(?:['’]s)?)\b"
    r"|全球|世界",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\d.,/])(?:19|20)\d\d(?![\d%.,]\d|%)")
_YEAR_BEFORE = re.compile(
    r"\b(?:(?:the )?(?:previous|preceding|prior) year|(?:the )?year before|last year"
    r"|a year earlier)\b"
    r"|前一年|上一?年(?!度?末)|去年|上年",
    re.IGNORECASE,
)
_SAME_WORD = 0.8


class Mention(NamedTuple):
    """A year or a place where a text names it; two are the same where their keys meet."""

    keys: frozenset[str]
    span: tuple[int, int]
    kind: Kind


@lru_cache(maxsize=8192)
def find_places(text: str) -> tuple[Mention, ...]:
    """Places smaller than a country by the dictionary, in order; Chongqing and 重庆 share a key."""
    text = simplify(text)
    found = _listed_places(text)
    taken = [mention.span for mention in found]
    for mention in (*_english_places(text), *_chinese_places(text)):
        if not any(max(a, mention.span[0]) < min(b, mention.span[1]) for a, b in taken):
            found.append(mention)
    return tuple(sorted(found, key=lambda mention: mention.span))


@lru_cache(maxsize=8192)
def find_scopes(text: str) -> tuple[Mention, ...]:
    """Places, and beside them the country as a whole and the world."""
    text = simplify(text)
    found = [*find_places(text)]
    for pattern, key in ((_NATION, NATION), (_WORLD, WORLD)):
        found += [Mention(frozenset([key]), m.span(), "place") for m in pattern.finditer(text)]
    return tuple(sorted(found, key=lambda mention: mention.span))


@lru_cache(maxsize=8192)
def find_year_mentions(text: str) -> tuple[Mention, ...]:
    """The years that a text names, alone or in a date; "the year before" is the one before the last
    year named."""
    text = simplify(text)
    found = [Mention(frozenset([m.group()]), m.span(), "year") for m in _YEAR.finditer(text)]
    for match in _YEAR_BEFORE.finditer(text):
        years = [int(*one.keys) for one in found if one.span[0] < match.start()]
        if years:
            found.append(Mention(frozenset([str(years[-1] - 1)]), match.span(), "year"))
    return tuple(sorted(found, key=lambda mention: mention.span))


def keys_of(mentions: Iterable[Mention], kind: Kind) -> frozenset[str]:
    return frozenset(key for one in mentions if one.kind == kind for key in one.keys)


def years_of(figure: Figure) -> frozenset[str]:
    """The year of a date, a half or a quarter as well."""
    if figure.unit == "year":
        return frozenset([str(int(figure.value))])
    if figure.unit in ("date", "half", "quarter") and figure.value > 9999:
        return frozenset([str(int(figure.value))[:4]])
    return frozenset()


def names_same(one: Mention, other: Mention) -> bool:
    return not one.keys.isdisjoint(other.keys)


def is_named(mention: Mention, words: frozenset[str]) -> bool:
    """Whether a place stands among words, letters that were misread and all."""
    forms = [key for key in mention.keys if key.isascii() and len(key) > 5]
    return any(_alike(form, word) for form in forms for word in words)


@lru_cache(maxsize=65536)
def _alike(form: str, word: str) -> bool:
    if abs(len(form) - len(word)) > 2 or form[0] != word[0]:
        return False
    return SequenceMatcher(None, form, word).ratio() >= _SAME_WORD


def _listed_places(text: str) -> list[Mention]:
    """The regions of places.toml, longest spelling first, Latin ones as whole words."""
    return [
        Mention(_listed()[_fold(match.group())], match.span(), "place")
        for match in _listed_pattern().finditer(text)
    ]


@cache
def _listed() -> Mapping[str, frozenset[str]]:
    data = files("assistant").joinpath("places.toml").read_text(encoding="utf-8")
    table = tomllib.loads(data)
    rows = [row for section in table.values() for row in section.items()]
    found: dict[str, frozenset[str]] = {}
    for chinese, names in rows:
        keys = frozenset([chinese, *(name[1:] for name in names if name.startswith("+"))])
        found |= {_fold(name): keys for name in (chinese, *names) if not name.startswith("+")}
    return found


@cache
def _listed_pattern() -> re.Pattern[str]:
    names = sorted(_listed(), key=lambda name: (-len(name), name))
    latin = "|".join(re.escape(name).replace(r"\ ", r"\s") for name in names if name.isascii())
    other = "|".join(re.escape(name) for name in names if not name.isascii())
    return re.compile(rf"(?<![A-Za-z])(?:{latin})(?![A-Za-z]| [Dd]ollars?)|{other}", re.IGNORECASE)


def _fold(name: str) -> str:
    return re.sub(r"\s+", " ", name.lower())


def _english_places(text: str) -> list[Mention]:
    """Cities by the dictionary: words with a capital whose only sense is a name."""
    found = []
    for match in _WORD.finditer(text):
        if keys := _city_keys(re.sub(r"['’]s?$", "", match.group()).lower()):
            found.append(Mention(keys, match.span(), "place"))
    return found


@lru_cache(maxsize=8192)
def _city_keys(word: str) -> frozenset[str]:
    """The Chinese names of an English city; empty for what is none."""
    chinese = translate_english((word,))
    if not all(map(is_proper_noun, chinese)):
        return frozenset()
    cities = [name for name in chinese if is_place(name)]
    spoken = [name for name in cities if "".join(lazy_pinyin(_short(name))) == word]
    return frozenset(_short(name) for name in spoken or cities)


def _chinese_places(text: str) -> list[Mention]:
    found = []
    for run in _HAN_RUN.finditer(text):
        at = run.start()
        for word in jieba.cut(run.group()):
            if len(word) > 1 and _is_city(word):
                found.append(Mention(frozenset([_short(word)]), (at, at + len(word)), "place"))
            at += len(word)
    return found


@lru_cache(maxsize=8192)
def _is_city(word: str) -> bool:
    return is_place(word) and is_proper_noun(word)


def _short(word: str) -> str:
    return _SUFFIX.sub("", word)
