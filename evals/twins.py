"""Near misses: a drafted question moved to a year, place or organisation that nothing is said of.

That nothing is said is looked up in every chunk of the collection. A name must stand in none of
them; a year in none that has a figure of the kind and half of the question's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal, NamedTuple

from llama_index.core.schema import TextNode

from assistant.figures import find_figures, kind_of
from assistant.geography import is_region
from assistant.subjects import Mention, find_places, find_year_mentions, names_same
from assistant.text.terms import expand_word, find_terms, split_words
from evals.words import load_words

Change = Literal["year", "place", "organisation"]

PLACES = (
    ("Nanchang", "南昌"),
    ("Lanzhou", "兰州"),
    ("Harbin", "哈尔滨"),
    ("Guiyang", "贵阳"),
    ("Hohhot", "呼和浩特"),
    ("Lisbon", "里斯本"),
    ("Nairobi", "内罗毕"),
)
ORGANISATIONS = (
    ("Bosch", "博世"),
    ("Maersk", "马士基"),
    ("Philips", "飞利浦"),
    ("Nokia", "诺基亚"),
    ("Michelin", "米其林"),
)
_FARTHEST = 9  # years that a question is moved
_RANGE = re.compile(r"((?:19|20)\d\d)年?\s*(?:[-–—~～至到]|to|and)\s*((?:19|20)\d\d)(?!\d)")
_LONGEST_RANGE = 60
_NEAR = 0.5
"""Share of a question's words from which a chunk speaks of the same."""


class Twin(NamedTuple):
    """Both questions moved, what was moved, from what to what."""

    question_en: str
    question_zh: str
    change: Change
    old: str
    new: str


@dataclass(frozen=True)
class _Chunk:
    text: str
    years: frozenset[str]
    kinds: frozenset[str]
    terms: frozenset[str]


class Unstated:
    """What a collection says nothing of."""

    def __init__(self, nodes: Iterable[TextNode]) -> None:
        self._chunks = [_read_chunk(node) for node in nodes]
        self._text = "\n".join(chunk.text for chunk in self._chunks)

    def lacks_name(self, *names: str) -> bool:
        return not any(name.lower() in self._text for name in names)

    def lacks_year(self, year: str, kind: str, questions: Sequence[str]) -> bool:
        """Whether no chunk has the year, a figure of the kind, and the matter of a question."""
        words = [_list_words(question) for question in questions]
        near = [one for one in self._chunks if year in one.years and kind in one.kinds]
        return not any(_speaks_of(chunk, asked) for chunk in near for asked in words)


def build_twin(
    questions: tuple[str, str], unit: str, who: tuple[str, str], unstated: Unstated, random: Random
) -> Twin | None:
    """The English and the Chinese question with the same thing in another's place; None where
    nothing can be moved in both of them, or all of it may be stated. `who` is who says so, in
    each of them."""
    makers = [
        _move_year(questions, kind_of(unit), unstated, random),
        _move_place(questions, unstated),
        _move_organisation(questions, who, unstated),
    ]
    random.shuffle(makers)
    return next((twin for maker in makers for twin in maker), None)


def _move_year(
    questions: tuple[str, str], kind: str, unstated: Unstated, random: Random
) -> Iterator[Twin]:
    years = [{min(one.keys) for one in find_year_mentions(text)} for text in questions]
    if len(years[0]) != 1 or years[0] != years[1]:
        return
    (old,) = years[0]
    steps = [step for step in range(-_FARTHEST, _FARTHEST // 2) if abs(step) > 1]
    random.shuffle(steps)
    for step in steps:
        new = str(int(old) + step)
        if unstated.lacks_year(new, kind, questions):
            english, chinese = (text.replace(old, new) for text in questions)
            yield Twin(english, chinese, "year", old, new)


def _move_place(questions: tuple[str, str], unstated: Unstated) -> Iterator[Twin]:
    mentions = [find_places(text) for text in questions]
    both = [(a, b) for a in mentions[0] for b in mentions[1] if names_same(a, b)]
    if len(both) != 1 or len(mentions[0]) != 1 or is_region(both[0][0].keys):
        return
    for names in PLACES:
        if unstated.lacks_name(*names):
            moved = [_put(q, one, names) for q, one in zip(questions, both[0], strict=True)]
            old = questions[0][slice(*both[0][0].span)]
            yield Twin(moved[0], moved[1], "place", old, names[0])


def _move_organisation(
    questions: tuple[str, str], who: tuple[str, str], unstated: Unstated
) -> Iterator[Twin]:
    named = all(who) and all(name in text for name, text in zip(who, questions, strict=True))
    for names in ORGANISATIONS if named else ():
        if unstated.lacks_name(*names):
            moved = [q.replace(w, n) for q, w, n in zip(questions, who, names, strict=True)]
            yield Twin(moved[0], moved[1], "organisation", who[0], names[0])


def _put(text: str, mention: Mention, names: tuple[str, str]) -> str:
    """In the language of what it replaces, which is no translated part's where that is quoted."""
    start, end = mention.span
    name = names[0] if text[start].isascii() else names[1]
    owned = "'s" if re.search(r"['’]s\Z", text[start:end]) else ""
    return f"{text[:start]}{name}{owned}{text[end:]}"


def _read_chunk(node: TextNode) -> _Chunk:
    text = f"{node.metadata.get('section') or ''}\n{node.text}"
    figures = find_figures(text)
    return _Chunk(
        text.lower(),
        frozenset(_list_years(text)),
        frozenset(kind_of(figure.unit) for figure in figures) | {"other"},
        frozenset(find_terms(text)),
    )


def _list_years(text: str) -> Iterator[str]:
    """Those that are named, and those between two that make a range."""
    for mention in find_year_mentions(text):
        yield from mention.keys
    for first, last in (map(int, match.groups()) for match in _RANGE.finditer(text)):
        if 0 < last - first <= _LONGEST_RANGE:
            yield from map(str, range(first, last + 1))


def _list_words(question: str) -> list[frozenset[str]]:
    """The words of a question, each with what it may be in the other language; no years."""
    words = [word for word in split_words(question) if not word[0].isdigit()]
    return [frozenset(_list_forms(word)) for word in words]


def _list_forms(word: str) -> Iterator[str]:
    """The terms that a word may stand for, by the dictionary and by the table of measures."""
    tables = load_words()
    yield from find_terms(word)
    yield from (term for form in expand_word(word) for term in form)
    yield from find_terms(tables.measures.get(word) or tables.chinese.get(word) or "")


def _speaks_of(chunk: _Chunk, words: Sequence[frozenset[str]]) -> bool:
    met = sum(not forms.isdisjoint(chunk.terms) for forms in words)
    return met >= _NEAR * len(words)
