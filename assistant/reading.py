"""What a question says: its words in both languages, names, years, figures; what it asks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import jieba

from assistant.figures import Figure, figure_type, find_figures
from assistant.glossary import Glossary
from assistant.parts import split_question
from assistant.proper import find_names, is_place_name
from assistant.text.dictionary import (
    is_proper_noun,
    translate_english,
)
from assistant.text.language import detect_language
from assistant.text.names import find_sound_alikes
from assistant.text.script import simplify
from assistant.text.terms import (
    Alternatives,
    expand_word,
    find_figure_terms,
    find_terms,
    split_words,
)

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_SEVERAL = re.compile(
    r"\b(?:which|what) (?:are the )?(?:two|three|four|five|six|several)\b"
    r"|\band (?:how|what|which|in what|at what|from what|when|who)\b"
    r"|\b(?:each|both|respectively|according to .+ and (?:according )?(?:to )?)\b"
    r"|\b(?:which|what) (?:\w+ )?\w+s (?:do|did|are|were|have) .+ and\b"
    r"|\bfor .{1,60} and for\b|\bcompare|differ|versus|\blist\b|\bagainst what\b"
    r"|分别|各是|各为|各有|各多少|哪[两三四五六几]|哪些"
    r"|[，,；;].{0,12}(?:又|其中)?.{0,12}(?:多少|几|哪|何)|是否一致|不一|有何不同|和.{1,12}各",
    re.IGNORECASE,
)
_DIFFERING = re.compile(
    r"\b(?:differ(?:s|ent|ently)?|disagree|contradict|conflicting|in two ways)\b"
    r"|说法不[一同]|(?:说法|数字|口径).{0,6}(?:不同|不一|出入|差异)|是否一致|一致吗",
    re.IGNORECASE,
)
_BROAD = re.compile(
    r"\b(?:companies|firms|organi[sz]ations|papers|reports|authors|sources|everyone|they all)\b"
    r".{0,40}\b(?:recommend|suggest|propose|say|think|advise|mention|write|call for|see)"
    r"|\bwhat (?:are|were) the (?:\w+ )?(?:recommendations|suggestions|proposals|views)\b"
    r"|(?:企业|公司|机构|各家|各方|各报告|报告|作者|大家)(?:们|都)?.{0,12}"
    r"(?:建议|提议|主张|怎么看|如何看|认为|怎么说)|有(?:哪些|什么)(?:建议|主张|看法|意见)",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"\bhow (?!do\b|does\b|did\b|should\b|can\b|could\b|to\b)\w+|\bwhen\b"
    r"|\bwhat (?:share|percentage|proportion|number|amount|sum|year|date)\b"
    r"|多少|几|何时|百分之|占比|哪一?年",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Reading:
    """A question taken apart.

    `own` are its words for passages of its own language, `cross` for those of the other one;
    `names` its proper names, each with its forms, `places` those of them that are places; `asked`
    what kinds of figure it wants; `several` that it asks more than one thing, `differing` what
    sources say differently, `parts` the question asked of each name of a list in it. Each of
    `speakers` is one organisation that it names, as all the names that the collection has for it.
    """

    text: str
    language: str
    own: tuple[Alternatives, ...]
    cross: tuple[Alternatives, ...]
    names: tuple[Alternatives, ...]
    places: tuple[Alternatives, ...]
    speakers: tuple[frozenset[str], ...]
    years: frozenset[str]
    figures: tuple[Figure, ...]
    asked: frozenset[str]
    several: bool
    differing: bool
    broad: bool
    parts: tuple[str, ...] = ()

    @property
    def organisations(self) -> frozenset[str]:
        return frozenset().union(*self.speakers)


class Reader:
    """Reads questions to one collection: whose organisations it knows, with a glossary."""

    def __init__(self, organisations: Sequence[str], glossary: Glossary) -> None:
        self._organisations = organisations
        self._glossary = glossary
        self._by_first: dict[str, list[str]] = {}
        for organisation in organisations:
            # Questions come in simplified characters.
            first = simplify(organisation.split()[0])
            self._by_first.setdefault(first, []).append(organisation)

    def read(self, text: str) -> Reading:
        language = "zh" if detect_language(text) == "zh" else "en"
        known, rest = self._find_known(text)
        own, cross = _find_words(rest, known)
        figures = tuple(find_figures(text))
        several = bool(_SEVERAL.search(text))
        asked = figure_type(text)
        proper = find_names(_without(rest, known), language)
        names = (*proper.values(), *(_own_form(name, known) for name in known))
        places = {word: forms for word, forms in proper.items() if is_place_name(word.lower())}
        return Reading(
            text=text,
            language=language,
            own=(*own, *_figure_words(text)),
            cross=(*cross, *_figure_words(text)),
            names=names,
            places=tuple(places.values()),
            speakers=self._find_speakers(_shorten(text, known), names),
            years=frozenset(_YEAR.findall(text)),
            figures=figures,
            asked=asked - {"name", "list"},
            several=several,
            differing=bool(_DIFFERING.search(text)),
            broad=bool(_BROAD.search(text)) and not _AMOUNT.search(text),
            parts=split_question(text, [*proper, *known], places) if several else (),
        )

    def _find_known(self, text: str) -> tuple[dict[str, Alternatives], str]:
        """Names of the glossary, names that sound like an organisation's; the text without them."""
        found: dict[str, Alternatives] = {}
        for name, others in self._glossary.find(text).items():
            found[name] = tuple(tuple(find_terms(other)) for other in sorted(others))
        for word, names in find_sound_alikes(text, self._by_first).items():
            if not any(word in name or name in word for name in found):
                found[word] = tuple(tuple(find_terms(name)) for name in names)
        kept = {name: tuple(filter(None, forms)) for name, forms in found.items()}
        rest = text
        for name in sorted(kept, key=len, reverse=True):
            if _HAN.search(name):
                rest = rest.replace(name, " ")
        return {name: forms for name, forms in kept.items() if forms}, rest

    def _find_speakers(
        self, text: str, names: Sequence[Alternatives]
    ) -> tuple[frozenset[str], ...]:
        """One set a name: two organisations that one word may stand for are one speaker."""
        stands = {first: _is_spoken_of(first, text) for first in self._by_first}
        found = [frozenset(self._by_first[first]) for first, here in stands.items() if here]
        for forms in names:
            meant = [
                name
                for first, organisations in self._by_first.items()
                if tuple(find_terms(first)) in forms and not stands[first]
                for name in organisations
            ]
            found += [frozenset(meant)] if meant else []
        return tuple(dict.fromkeys(found))


def _own_form(name: str, known: Mapping[str, Alternatives]) -> Alternatives:
    """A known name's forms: as it is written, and those of the other language."""
    own = tuple(find_terms(name))
    return tuple(dict.fromkeys([*([own] if own else []), *known[name]]))


def _without(text: str, names: Iterable[str]) -> str:
    """A text with its known names blanked, so that their words aren't names once more."""
    for name in sorted(names, key=len, reverse=True):
        pattern = rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])"
        text = re.sub(pattern, lambda match: "_" * len(match.group()), text, flags=re.IGNORECASE)
    return text


def _shorten(text: str, names: Iterable[str]) -> str:
    """A text with its known names cut to their first words: Hitachi Energy is no Energy Desk."""
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(re.escape(name), name.split()[0], text, flags=re.IGNORECASE)
    return text


def _find_words(
    rest: str, known: dict[str, Alternatives]
) -> tuple[list[Alternatives], list[Alternatives]]:
    own: list[Alternatives] = [(tuple(find_terms(name)),) for name in known if find_terms(name)]
    cross: list[Alternatives] = list(known.values())
    said = {term for (terms,) in own for term in terms}
    for word in split_words(rest):
        terms = tuple(find_terms(word)) or (word,)
        own.append((terms,))
        # A name's words have been translated as a whole: by themselves they stand nowhere.
        cross += [] if said.issuperset(terms) else _translate(word, terms)
    return own, cross


def _translate(word: str, terms: tuple[str, ...]) -> list[Alternatives]:
    """A word for passages of the other language; what they may hold as it is (GDP, 2027) stays."""
    alternatives = expand_word(word)
    if not _HAN.search(word):
        return [(*alternatives, terms)]
    if alternatives:
        return [alternatives]
    parts = [part for part in jieba.cut_for_search(word) if part != word]
    return [found for part in parts if (found := expand_word(part))]


def _figure_words(text: str) -> list[Alternatives]:
    return [((term,),) for term in find_figure_terms(text)]


def find_years(text: str) -> frozenset[str]:
    """The years that a text names, as four digits."""
    return frozenset(_YEAR.findall(text))


def _is_spoken_of(first: str, text: str) -> bool:
    """Whether an organisation's first word stands in a text: as it is written, if it is an everyday
    word too ("Energy Desk" isn't meant by "new energy"), else in any case."""
    flags = re.NOFLAG if _is_everyday(first.lower()) else re.IGNORECASE
    return re.search(rf"(?<![A-Za-z]){re.escape(first)}(?![A-Za-z])", text, flags) is not None


@cache
def _is_everyday(word: str) -> bool:
    return any(not is_proper_noun(chinese) for chinese in translate_english((word,)))
