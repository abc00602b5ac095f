"""Names of a claim in a source: the same letters, letters misread, or the other language's form."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

import jieba
from pypinyin import lazy_pinyin

from assistant.glossary import Glossary
from assistant.text.dictionary import is_proper_noun, knows, translate_chinese, translate_english
from assistant.text.names import sounds_alike
from assistant.text.script import simplify
from assistant.text.terms import expand_word, find_terms, is_stop_word, stem

SOUND = 0.8
"""How alike a Chinese spelling and a name must sound that no dictionary pairs."""

_LETTERS = r"[A-Za-z0-9&À-ɏ]"
_LATIN = re.compile(rf"(?<![A-Za-z0-9])[A-Za-zÀ-ɏ]{_LETTERS}*(?:[-'’.]{_LETTERS}+)*")
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]+")
_CAPITALS = re.compile(rf"(?<![A-Za-z0-9])[A-Z]{_LETTERS}*(?:[-'’]{_LETTERS}+)*")
_DEMONYM = re.compile(
    r"(?:[A-Z][a-z]+-)?[A-Z][a-z]+(?:ese|ians?|ish)|[A-Z][a-z]+-[A-Z][a-z]+ean|German|French|Dutch|Swiss|Greek|Thai|(?:South|North|Latin)?-?"
    r"\s?Americans?|Koreans?|Africans?|Mexicans?|Czech"
)
_OPENERS = re.compile(r"(?:^|[.!?:;。！？：；\n]\s*[\"“‘(]?)\Z")
_SHORTEST_FUZZY = 6
_ALIKE = 0.8
_NAME_LENGTHS = (3, 4)  # of unknown Chinese words: two characters are as often half of a phrase
_SHORTEST_HINT = 3
_PARTLY = 0.5  # what a word counts of which a source has a part of the meaning
_MONTHS = frozenset(
    "january february march april may june july august september october november december jan feb "
    "mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday".split()
)
_NO_NAMES = frozenset(
    "rmb cny usd us eur sgd hkd gbp krw sek jpy yuan dollar dollars euro euros kw mw gw kwh mwh "
    "gwh twh km teu eflops flops pflops gdp r d rd co ltd inc corp".split()
)


_WITH_SMALL = re.compile(r"[A-Z][a-z][A-Z]{1,5}")  # IoT, QoS
_FORMULAS = {
    "CO2": ("carbon dioxide", "二氧化碳"),
    "CH4": ("methane", "甲烷"),
    "H2": ("hydrogen", "氢"),
    "H2O": ("water", "水"),
    "N2O": ("nitrous oxide", "氧化亚氮"),
    "NH3": ("ammonia", "氨"),
    "O2": ("oxygen", "氧"),
    "O3": ("ozone", "臭氧"),
    "SO2": ("sulphur dioxide", "sulfur dioxide", "二氧化硫"),
}


class Name(NamedTuple):
    """A name as a text writes it; `latin` in its letters, else in Chinese characters."""

    text: str
    span: tuple[int, int]
    latin: bool


class Lexicon(NamedTuple):
    """The words of a source that names are looked for in."""

    text: str
    letters: str
    words: frozenset[str]
    terms: frozenset[str]
    capitals: tuple[str, ...]
    initials: str
    all_initials: str
    capital_initials: str
    chinese: frozenset[str]


@lru_cache(maxsize=1024)
def build_lexicon(text: str) -> Lexicon:
    words = [word for match in _LATIN.finditer(text) for word in _split(match.group())]
    capitals = [m.group() for m in _CAPITALS.finditer(text) if len(m.group()) > 2]
    plain = [word for word in re.findall(r"[A-Za-z]+", text) if not is_stop_word(word.lower())]
    return Lexicon(
        text=simplify(text.lower()),
        letters=re.sub(r"[^a-z]", "", text.lower()),
        words=frozenset(words),
        terms=frozenset(find_terms(text)),
        capitals=tuple(dict.fromkeys(name for name in capitals if not _is_translated(name))),
        initials="".join(word[0] for word in plain).upper(),
        all_initials="".join(word[0] for word in re.findall(r"[A-Za-z]+", text)).upper(),
        capital_initials="".join(word[0] if word[0].isupper() else " " for word in plain),
        chinese=frozenset(form for name in capitals for form in _chinese_of(name.lower())),
    )


def spell_names(text: str, glossary: Glossary) -> str:
    """A text with the other-language forms of the names in it behind; a word of the language that
    somebody has put in brackets behind a name is none."""
    forms = [
        form
        for name, others in glossary.find(text).items()
        if not _is_plain(name)
        for form in sorted(others)
    ]
    return " . ".join([text, *forms])


def _split(word: str) -> list[str]:
    plain = re.sub(r"['’]s?$", "", word.lower())
    return [plain, *re.split(r"[-'’.]", plain)] if re.search(r"[-'’.]", plain) else [plain]


@lru_cache(maxsize=4096)
def find_latin_names(text: str) -> tuple[Name, ...]:
    """Words with a capital inside a sentence, and everywhere those that are no plain words."""
    found = []
    for match in _LATIN.finditer(text):
        word = re.sub(r"['’]s?$", "", match.group())
        if len(word) > 1 and word.lower() not in _MONTHS | _NO_NAMES and _is_name(text, match):
            found.append(Name(word, match.span(), True))
    return tuple(found)


def _is_name(text: str, match: re.Match[str]) -> bool:
    word = match.group()
    if not any(char.isupper() for char in word):
        return False
    if is_stop_word(word.lower()) or _DEMONYM.fullmatch(word):
        return False
    opens = bool(_OPENERS.search(text[: match.start()]))
    return not (opens and word[1:].islower() and all(map(_is_plain, word.lower().split("-"))))


@lru_cache(maxsize=8192)
def _is_plain(word: str) -> bool:
    """Whether an English word is one of the language, by what the dictionary has for it."""
    singular = re.sub(r"(?<=[^s])s$", "", word)
    chinese = [name for form in (word, singular, stem(word)) for name in translate_english((form,))]
    return bool(chinese) and not all(map(is_proper_noun, chinese))


@lru_cache(maxsize=4096)
def find_chinese_words(text: str) -> tuple[Name, ...]:
    """The Chinese words of a text that say something, simplified, with their places."""
    found = []
    for run in _HAN_RUN.finditer(simplify(text)):
        at = run.start()
        for word in jieba.cut(run.group()):
            if not is_stop_word(word):
                found.append(Name(word, (at, at + len(word)), False))
            at += len(word)
    return tuple(found)


def holds_name(name: Name, lexicon: Lexicon) -> bool:
    """Whether a source has a name, in whatever language."""
    return _holds_latin(name.text, lexicon) if name.latin else _holds_chinese(name.text, lexicon)


def holds_speaker(name: Name, lexicon: Lexicon) -> bool:
    """As `holds_name`, but to the letter: whoever speaks is no misprint of some other word, and not
    spelt by initials that stand in a row by chance."""
    if not name.latin:
        return holds_name(name, lexicon)
    spelt = name.text.isupper() and len(name.text) > 2 and name.text in lexicon.capital_initials
    return spelt or _has_latin(name.text, lexicon)


def _holds_latin(name: str, lexicon: Lexicon) -> bool:
    if _has_latin(name, lexicon) or _spells(name, lexicon):
        return True
    return any(_misread(name.lower(), word) for word in lexicon.words)


def _has_latin(name: str, lexicon: Lexicon) -> bool:
    lowered = name.lower()
    if lowered in lexicon.words or any(part in lexicon.words for part in _split(name)[1:]):
        return True
    if stem(lowered) in lexicon.terms:
        return True
    if any(all(term in lexicon.terms for term in form) for form in expand_word(lowered)):
        return True
    return any(_sound(word, name) for word in _unknown_words(lexicon.text))


def _spells(name: str, lexicon: Lexicon) -> bool:
    """An abbreviation that initials of words in a row spell: SUTD, PBOC, IoT; a formula: CO2."""
    if any(word in lexicon.text for word in _FORMULAS.get(name, ())):
        return True
    if _WITH_SMALL.fullmatch(name):
        return name.upper() in lexicon.all_initials
    return name.isupper() and 2 < len(name) < 8 and name in lexicon.initials


@lru_cache(maxsize=65536)
def _misread(name: str, word: str) -> bool:
    if len(name) < _SHORTEST_FUZZY or abs(len(name) - len(word)) > 2 or name[0] != word[0]:
        return False
    return SequenceMatcher(None, name, word, autojunk=False).ratio() >= _ALIKE


@lru_cache(maxsize=1024)
def _unknown_words(text: str) -> tuple[str, ...]:
    return tuple({word.text for word in find_chinese_words(text) if not knows(word.text)})


@lru_cache(maxsize=65536)
def _sound(chinese: str, name: str) -> bool:
    return len(chinese) > 1 and len(name) > 3 and sounds_alike(chinese, name) >= SOUND


def _holds_chinese(word: str, lexicon: Lexicon) -> bool:
    if word in lexicon.text or word in lexicon.terms:
        return True
    forms = (*expand_word(word), *(tuple(map(stem, gloss)) for gloss in translate_chinese(word)))
    if any(form and all(term in lexicon.terms for term in form) for form in forms):
        return True
    if len(word) > 1 and any(form.startswith(word) for form in lexicon.chinese):
        return True
    if len(word) > 1 and (_in_pinyin(word, lexicon) or (not forms and _sounds(word, lexicon))):
        return True
    parts = [part for part in jieba.cut_for_search(word) if part != word and len(part) > 1]
    return bool(parts) and all(_holds_chinese(part, lexicon) for part in parts)


def _in_pinyin(word: str, lexicon: Lexicon) -> bool:
    spelled = "".join(lazy_pinyin(word))
    return len(spelled) >= _SHORTEST_FUZZY and spelled in lexicon.letters


def _sounds(word: str, lexicon: Lexicon) -> bool:
    return any(_sound(word, name) for name in lexicon.capitals)


def _is_translated(name: str) -> bool:
    """Whether the dictionary says what a word is in Chinese; then sounds have nothing to add."""
    return bool(_chinese_of(name.lower()))


@lru_cache(maxsize=8192)
def _chinese_of(word: str) -> tuple[str, ...]:
    return translate_english((word,)) or translate_english((stem(word),))


@lru_cache(maxsize=8192)
def is_chinese_name(word: str) -> bool:
    """A proper noun of the dictionary, or some characters that make up no word of it."""
    if len(word) < 2 or any(map(is_stop_word, word)):
        return False
    if knows(word):
        return is_proper_noun(word)
    parts = [part for part in jieba.cut_for_search(word) if part != word and len(part) > 1]
    return not parts and _NAME_LENGTHS[0] <= len(word) <= _NAME_LENGTHS[1]


def find_names(text: str) -> list[Name]:
    """The names of a text in either script."""
    chinese = [word for word in find_chinese_words(text) if is_chinese_name(word.text)]
    return [*find_latin_names(text), *chinese]


def share_held(words: Iterable[Name], lexicon: Lexicon) -> float:
    """The share of words that a source has; 1 where there are none."""
    found = [1.0 if holds_name(word, lexicon) else _hint(word, lexicon) for word in words]
    return sum(found) / len(found) if found else 1.0


def _hint(word: Name, lexicon: Lexicon) -> float:
    """Of a gloss of several words one at least: 智慧城市 of a "smart city"."""
    if word.latin or is_chinese_name(word.text):
        return 0.0
    terms = {term for gloss in translate_chinese(word.text) for term in map(stem, gloss)}
    told = [term for term in terms if len(term) > _SHORTEST_HINT and term in lexicon.terms]
    return _PARTLY if told else 0.0
