"""Proper names in a question, and places under the names that documents use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

import jieba

from assistant.text.dictionary import (
    find_name_meant,
    is_place,
    is_proper_noun,
    knows,
    translate_english,
)
from assistant.text.terms import Alternatives, expand_word, is_stop_word, stem

_CAPITAL = re.compile(r"\b[A-Z][A-Za-z&\d]+")
_LATIN = re.compile(r"[A-Za-z][A-Za-z&]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_MONTHS = frozenset(
    "january february march april may june july august september october november december".split()
)
_OPENERS = frozenset(
    "what how which who whom whose when where why in on by at under according after before to "
    "from for as of is are was were does do did the a an about roughly since with during name "
    "list give tell by".split()
)
_COUNTRY = frozenset(["china", "chinese", "中国", "全国"])  # what all is about tells nothing apart


def find_names(rest: str, language: str) -> dict[str, Alternatives]:
    """Proper names: capitals within an English question; dictionary names in a Chinese one."""
    latin = _find_capitals(rest) if language == "en" else _LATIN.findall(rest)
    found: dict[str, Alternatives] = {word: ((stem(word.lower()),),) for word in latin}
    if language == "en":
        return {word: (*forms, *expand_word(word.lower())) for word, forms in found.items()}
    proper = [word for word in jieba.cut(rest) if len(word) > 1 and is_proper_noun(word)]
    found |= {word: ((word,), *forms) for word in proper if (forms := expand_word(word))}
    return found


def _find_capitals(text: str) -> list[str]:
    found = _CAPITAL.finditer(text)
    return [
        match.group()
        for match in found
        if match.group().lower() not in _MONTHS
        and not (_opens_sentence(text, match.start()) and match.group().lower() in _OPENERS)
    ]


def _opens_sentence(text: str, place: int) -> bool:
    return not text[:place].strip() or text[:place].rstrip()[-1] in ".?!:;"


@lru_cache(maxsize=1024)
def name_plainly(text: str) -> str:
    """A question with places under their common names: 蓉城 is 成都. Documents rarely use others,
    and an embedding knows few of them."""
    if not _HAN.search(text):
        return text
    words = list(jieba.cut(text))
    return "".join(
        word if _is_clipped(words, place) else _name_plainly(word)
        for place, word in enumerate(words)
    )


def _name_plainly(word: str) -> str:
    """Its common name, also where the dictionary has only its first character: 渝产, 沪企."""
    if meant := find_name_meant(word):
        return meant
    if len(word) < 2 or knows(word):
        return word
    return (find_name_meant(word[0]) or word[0]) + word[1:]


def _is_clipped(words: Sequence[str], place: int) -> bool:
    """Whether a word is one character beside another: 川渝 is one name, not two."""
    around = [*words[max(0, place - 1) : place], *words[place + 1 : place + 2]]
    return len(words[place]) == 1 and any(
        len(word) == 1 and _HAN.match(word) and not is_stop_word(word) for word in around
    )


@cache
def find_place_names(text: str) -> frozenset[str]:
    """Terms of the names of places in a text of either language; not the country itself."""
    words = [word.lower() for word in _CAPITAL.findall(text)]
    if _HAN.search(text):
        words += [word for word in jieba.cut(text) if len(word) > 1 and _HAN.match(word)]
    return frozenset(stem(word) for word in words if is_place_name(word))


@cache
def is_place_name(word: str) -> bool:
    if word in _COUNTRY:
        return False
    if _HAN.search(word):
        return is_place(word)
    return any(is_place(chinese) for chinese in translate_english((word,)))
