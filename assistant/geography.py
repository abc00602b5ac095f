"""Countries, regions and places of several words, by their names in both languages.

All of it is read out of CC-CEDICT. A name is a place's where the dictionary locates other places by
it ("county in Zhejiang", "capital of Japan"), or where it ends as names of regions do (Delta).
A region is what the dictionary explains as several places (成渝: Chengdu and Chongqing); what short
names of several make up (川渝); and names that hyphens join.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from pypinyin import lazy_pinyin

from assistant.text.dictionary import (
    is_place,
    is_proper_noun,
    knows,
    read_names,
    translate_english,
)
from assistant.text.script import simplify
from assistant.text.terms import is_stop_word

Keys = frozenset[str]

JOINT = "+"
"""Joins the parts in the key that a region has beside those of its parts."""

_NAME = r"[A-Z][\w'’]*(?:-[A-Z]\w*)*(?: (?:of |the )*[A-Z][\w'’-]*)*"
_WHOLE_NAME = re.compile(_NAME)
_HAN = re.compile(r"[\u3400-\u9fff][\u3400-\u9fff|·]*(?:\[[^\]]*\])?")
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_KIND = re.compile(
    r"\b(?:city|province|county|capital|municipality|district|prefecture|state|island|town)\b"
)
_LOCATED = re.compile(rf"(?:\b(?:in|of|near)\s(?:the\s)?|, )({_NAME})")
_SEVERAL = re.compile(rf"(?:[\w-]+ \()?({_NAME}(?:, {_NAME})*,? and {_NAME})\)?")
_REGION = re.compile(
    r"(?:Delta|Valley|Bay Area|Union|Nations|Peninsula|Basin|East|Europe|America|Asia|Africa"
    r"|Oceania|Caribbean)\Z"
)
_SHORT = re.compile(r"(?:abbr\. for|short name for) (?:the )?([A-Z]\w+)")
_SUFFIX = re.compile(r"(?<=..)(?:特别行政区|自治区|地区|[市省县区州国])\Z")
_NO_PLACE = re.compile(r"(?:[人语文话族教党部社馆院报寺会]|大学|银行|公司|联赛)\Z")
_ABBREVIATES = re.compile(r"abbr\. for (?:[\u3400-\u9fff]+\|)?([\u3400-\u9fff]{2,})")
_LETTERS = re.compile(r"[A-Z]{2,4}")
_HALF = re.compile(r"(?:North|South|East|West) (.+)")
_BELONGING = re.compile(
    r"(?:.*(?:ese|ish|ian|ist|betan)|French|German|Dutch|Swiss|Czech|Greek|Thai|Han|Mongol|Khmer)\Z"
)
_HOME = frozenset(["China", "PRC", "CN", "Earth"])
_MOSTLY = 0.6
_ORDINARY = 3  # words that name nothing and mean an English one: a bay and a pier are no cities
_OFTEN = 1  # how often a name has to locate others
_FIRST = 3  # glosses of a word that name it; later ones are seldom its first sense


class Places(NamedTuple):
    """Names with the keys of what they stand for; two are the same place where their keys meet.
    `regions` has English words for its parts, `short` a Chinese character's place in English."""

    english: Mapping[str, Keys]
    chinese: Mapping[str, Keys]
    regions: Mapping[str, str]
    short: Mapping[str, str]


def bare(name: str) -> str:
    """A Chinese name in simplified characters, without 市, 省 and their like."""
    return _SUFFIX.sub("", simplify(name))


def join_keys(parts: Iterable[Keys]) -> Keys:
    """The keys of a region: those of its parts, and one of its own."""
    listed = sorted(set(parts), key=min)
    own = {JOINT.join(min(keys) for keys in listed)} if len(listed) > 1 else set()
    return frozenset(own.union(*listed))


def is_region(keys: Keys) -> bool:
    return any(JOINT in key for key in keys)


def parts_of(keys: Keys) -> list[str]:
    """The key of each part of a region."""
    return next(key for key in keys if JOINT in key).split(JOINT)


@cache
def load_places() -> Places:
    """The places of the dictionary, but for those of one word that `find_city` tells."""
    named: dict[str, set[str]] = defaultdict(set)
    words: dict[str, str] = {}
    for word, names in _read_words().items():
        words[word] = names[0]
        for name in names:
            if not find_city(name.lower()):
                named[name].add(word)
    english = _add_halves({name: frozenset(map(bare, found)) for name, found in named.items()})
    chinese = {word: english[name] for word, name in words.items() if name in english}
    return Places(english | _spell_out(english), chinese, _read_regions(), _read_short())


def _read_words() -> dict[str, list[str]]:
    """The Chinese names of places, each with its English names."""
    located, several = _count_located(), _read_regions(longest=None)
    glosses_of = dict(read_names())
    found = {}
    for word, own in read_names():
        if word in several or _NO_PLACE.search(word):
            continue
        full = [one[1] for gloss in own if (one := _ABBREVIATES.search(gloss))]
        glosses = [*own, *(gloss for one in full for gloss in glosses_of.get(one, ()))]
        names = [name for name in _names_of(glosses) if not _is_people(name)]
        is_known = any(_is_located(gloss, located) for gloss in glosses)
        if is_known and not all(map(_LETTERS.fullmatch, names)):
            found[word] = names
    return found


def _is_people(name: str) -> bool:
    """Or the country that all is about, which is a scope and no place."""
    return name in _HOME or _BELONGING.fullmatch(name) is not None


def _is_located(gloss: str, located: Counter[str]) -> bool:
    """Whether a gloss names what others are located by, or is located by such itself."""
    name, *rest = (part.strip() for part in _plain(gloss).split(","))
    if not _WHOLE_NAME.fullmatch(name) or _is_people(name):
        return False
    inner = _HAN.sub("", gloss).strip().rstrip(")")
    known = any(located[one] >= _OFTEN for one in (name, *rest[:1]))
    return known or _REGION.search(name) is not None or _REGION.search(inner) is not None


def _add_halves(english: Mapping[str, Keys]) -> dict[str, Keys]:
    """A name that has halves and no more (North and South Korea) may stand for either."""
    halves: dict[str, set[str]] = defaultdict(set)
    for name in english:
        if match := _HALF.fullmatch(name):
            halves[match[1]].add(name)
    found = dict(english)
    for whole, parts in halves.items():
        if whole in english and len(parts) > 1 and not _REGION.search(whole):
            found[whole] = frozenset().union(english[whole], *(english[part] for part in parts))
    return found


def _spell_out(english: Mapping[str, Keys]) -> dict[str, Keys]:
    """U.S. beside US."""
    letters = (name for name in english if _LETTERS.fullmatch(name))
    return {"".join(f"{letter}." for letter in name): english[name] for name in letters}


def _count_located() -> Counter[str]:
    """How often the dictionary says by each name where other places are."""
    return Counter(
        match[1]
        for _, glosses in read_names()
        for gloss in glosses[:2]
        if _KIND.search(gloss)
        for match in _LOCATED.finditer(_HAN.sub("", gloss))
    )


def _names_of(glosses: Iterable[str]) -> Iterator[str]:
    """The names that a word has, without what explains them."""
    for gloss in list(glosses)[:_FIRST]:
        name = _plain(gloss).split(",")[0].strip()
        if _WHOLE_NAME.fullmatch(name) and not is_stop_word(name.lower()):
            yield name


def _plain(gloss: str) -> str:
    return " ".join(_HAN.sub("", _ASIDE.sub(" ", gloss)).split())


@cache
def _read_regions(longest: int | None = 1) -> dict[str, str]:
    """Words that stand for several places, of a character each and `longest` more: 京沪, 京津冀."""
    found = {}
    for word, glosses in read_names():
        listed = _SEVERAL.fullmatch(" ".join(_HAN.sub("", glosses[0]).split()).replace(" ,", ","))
        many = len(re.findall(r",| and ", listed[1])) if listed else 0
        if listed and (longest is None or len(word) <= many + longest):
            found[word] = listed[1]
    return found


def _read_short() -> dict[str, str]:
    return {
        word: match[1]
        for word, glosses in read_names(letters=1)
        for gloss in glosses
        if not is_stop_word(word) and (match := _SHORT.search(gloss))
    }


@lru_cache(maxsize=8192)
def find_city(word: str) -> Keys:
    """The Chinese names of a place of one lower-case English word, which is its pinyin or means it
    more often than not; empty for what is none."""
    chinese = () if is_stop_word(word) else translate_english((word,))
    cities = [name for name in chinese if is_place(name)]
    if sum(not is_proper_noun(name) and name not in cities for name in chinese) >= _ORDINARY:
        return frozenset()
    spoken = [name for name in cities if "".join(lazy_pinyin(bare(name))) == word]
    named = sum(map(is_proper_noun, chinese)) >= _MOSTLY * len(chinese)  # Paris, and not Nice
    return frozenset(bare(name) for name in spoken or (cities if named else ()))


def spell_region(word: str) -> str | None:
    """The English names of the places that a word stands for together (京津冀), or None."""
    places = load_places()
    if word in places.regions:
        return places.regions[word]
    if len(word) < 2 or knows(word):
        return None
    return spell_short(word)


def spell_short(letters: str) -> str | None:
    """The English names of the places that characters are short for (川渝), or None."""
    parts = [load_places().short.get(letter) for letter in letters]
    return " and ".join(filter(None, parts)) if all(parts) else None
