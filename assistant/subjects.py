"""What a figure is about: the years, places and scopes that a text names, in either language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import Literal, NamedTuple

import jieba

from assistant.figures import Figure
from assistant.geography import (
    bare,
    find_city,
    is_region,
    join_keys,
    load_places,
    parts_of,
    spell_region,
    spell_short,
)
from assistant.text.dictionary import find_name_meant, is_place, is_proper_noun, knows
from assistant.text.script import simplify

NATION, WORLD = "*nation", "*world"
Kind = Literal["year", "place"]

_WORD = re.compile(r"\b[A-Z][a-z]{2,}(?:['’][a-z]+)*")
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]+")
_HYPHEN = re.compile(r"[-–]|\s?[—－]\s?")
_OF_REGION = "地区"  # what follows is said of the region: 成渝地区双城经济圈
_LONGEST_WORD = 2
_LONG = 4
_PORT = "港"
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
    return tuple(_join(text, found))


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
    """Whether their keys meet: a region's do with its parts'."""
    return not one.keys.isdisjoint(other.keys)


def is_same_place(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether keys are of one place; a region is another one than its parts."""
    if not is_region(one) or not is_region(other):
        return is_region(one) == is_region(other) and not one.isdisjoint(other)
    return other.issuperset(parts_of(one)) or one.issuperset(parts_of(other))


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
    """Countries, regions and names of several words, the longest first."""
    places = load_places()
    found = [
        Mention(places.english[_spelled(match.group())], match.span(), "place")
        for match in _english_pattern().finditer(text)
    ]
    for match in _chinese_pattern().finditer(text):
        found.append(Mention(places.chinese[match.group()], match.span(), "place"))
    return found


@cache
def _english_pattern() -> re.Pattern[str]:
    """Names as they are written, white space aside; no money ("US dollars", US$)."""
    names = sorted(load_places().english, key=lambda name: (-len(name), name))
    listed = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in names)
    return re.compile(rf"(?<![A-Za-z])(?=[A-Z])(?:{listed})(?![A-Za-z$]| [Dd]ollars?)")


@cache
def _chinese_pattern() -> re.Pattern[str]:
    """Long names, which a text may be cut within; shorter ones are looked up word by word."""
    names = [name for name in load_places().chinese if len(name) > _LONGEST_WORD]
    return re.compile("|".join(sorted(map(re.escape, names), key=lambda name: (-len(name), name))))


def _spelled(name: str) -> str:
    return " ".join(name.split())


def _english_places(text: str) -> list[Mention]:
    """Cities by the dictionary: words with a capital that are pinyin, or whose senses are mostly
    names."""
    found = []
    for match in _WORD.finditer(text):
        if keys := find_city(re.sub(r"['’]s?$", "", match.group()).lower()):
            found.append(Mention(keys, match.span(), "place"))
    return found


def _chinese_places(text: str) -> list[Mention]:
    found = []
    for run in _HAN_RUN.finditer(text):
        at = run.start()
        for word in _cut(run.group()):
            meant = find_name_meant(word)
            if (meant or len(word) > 1) and (keys := _chinese_keys(meant or word)):
                found.append(Mention(keys, (at, at + len(word)), "place"))
            at += len(word)
    return found


def _cut(text: str) -> list[str]:
    """The words of a text, short names of places that stand side by side as one: 川渝."""
    words: list[str] = []
    for word in jieba.cut(text):
        if words and len(word) == 1 and spell_short(words[-1] + word):
            words[-1] += word
        else:
            words += _part(word)
    return words


def _part(word: str) -> list[str]:
    """A long word that no dictionary has, parted behind the place that it begins with; a port's
    name as well (厦门港)."""
    if (len(word) >= _LONG or word.endswith(_PORT)) and not knows(word):
        for length in (3, 2):
            if length < len(word) and _chinese_keys(word[:length]):
                return [word[:length], *_part(word[length:])]
    return [word]


@lru_cache(maxsize=8192)
def _chinese_keys(word: str) -> frozenset[str]:
    """The keys of a Chinese word that is a place or a region; empty for what is none."""
    if names := spell_region(word):
        return join_keys(mention.keys for mention in find_places(names))
    for name in dict.fromkeys((word, bare(word))):
        if listed := load_places().chinese.get(name):
            return listed
        if is_place(name) and is_proper_noun(name):
            return frozenset([bare(name)])
    return frozenset()


def keys_between(text: str) -> frozenset[frozenset[str]]:
    """The keys of each place that a text names; of what hyphens join those of each part, for it may
    be a way from one to the other."""
    return frozenset(keys for mention in find_places(text) for keys in _parts(mention))


def _join(text: str, found: Sequence[Mention]) -> list[Mention]:
    """Places that hyphens join as the region of all of them; without what is said of a region."""
    joined: list[Mention] = []
    for mention in sorted(found, key=lambda one: one.span):
        last = joined[-1] if joined else None
        between = text[last.span[1] : mention.span[0]] if last else None
        if last and between is not None and _HYPHEN.fullmatch(between):
            keys = join_keys([*_parts(last), *_parts(mention)])
            joined[-1] = Mention(keys, (last.span[0], mention.span[1]), "place")
        elif not (last and is_region(last.keys) and between == _OF_REGION):
            joined.append(mention)
    return joined


def _parts(mention: Mention) -> list[frozenset[str]]:
    """The keys of a place, or one key of each part of a region."""
    if not is_region(mention.keys):
        return [mention.keys]
    return [frozenset([key]) for key in parts_of(mention.keys)]
