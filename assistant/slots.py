"""What a follow-up can put in the place of something: the times, places and names of a question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

import jieba

from assistant.figures import Figure, find_figures, say_figure
from assistant.geography import load_places, spell_region
from assistant.glossary import Glossary
from assistant.naming import find_latin_names, is_chinese_name
from assistant.naming import find_names as find_all_names
from assistant.scope import Language
from assistant.subjects import NATION, WORLD, find_scopes
from assistant.text.dictionary import is_proper_noun, translate_chinese, translate_english
from assistant.text.script import simplify
from assistant.text.terms import expand_word, is_stop_word

Kind = Literal["time", "place", "name"]

_TIMES = frozenset({"year", "date", "half", "quarter"})
_HAN = re.compile(r"[\u4e00-\u9fff]")
_GENITIVE = re.compile(r"['’]s?\Z")
# What belongs to a time before and behind its figure.
_TIME_LEAD = re.compile(
    r"(?:\b(?:in|by|at|on|during|since|for|until|till|from|to|before|after|around|of)\s+)?"
    r"(?:the\s+)?(?:(?:end|beginning|start|middle|close|whole|course)\s+(?:of\s+)?)?\Z"
    r"|(?:截至|截止到?|到了?|从|自|在|于|至)\Z",
    re.IGNORECASE,
)
_TIME_TAIL = re.compile(r"年?(?:[底末初中](?!国)|前后|全年|以来|左右)")
_END = re.compile(r"\bend\b|[底末]", re.IGNORECASE)
# What leads up to a place or a name: two of a kind are told apart by it.
_LEAD = re.compile(
    r"\b(in|of|for|at|from|to|by|with|between|than|near|according to)\s+(?:the\s+)?\Z"
    r"|(在|到|至|从|与|和|同|向|于|据|按|根据)\Z",
    re.IGNORECASE,
)
_WHOLE = frozenset("national nationally nationwide nation-wide globally worldwide".split())
_SCOPE_OF = re.compile(r"(?:全国|全球|世界)(?![的是有呢？?，,]|\Z)")
_THINGS = re.compile(r"[A-Z]{2,}s|.*\d.*")  # NEVs, C919: what is counted, nobody who speaks
_SCOPES: dict[str, dict[Language, str]] = {
    NATION: {"en": "China", "zh": "中国"},
    WORLD: {"en": "the world", "zh": "全球"},
}
_SPEAKER_ZH = re.compile(
    r"(?:根据|按照|据|按)(?!报告|统计|估算)([\u4e00-\u9fff]{2,10}?)(?=的(?:报告|论文|数据|说法)|报告|估算|统计|称)"
)
_LATIN = re.compile(r"(?<![A-Za-z\d])[A-Za-z][A-Za-z&]+(?![A-Za-z\d])")
_FIRST_NAME = re.compile(r"(?:\A|[.!?:“\"]\s*)([A-Z][a-z]+) \Z")
_JOINED = re.compile(r"\s(?:&\s)?|-")


class Slot(NamedTuple):
    """A time, place or name where it stands. `reach` takes in what belongs to it ("by the end of
    2023"), `lead` is the word that leads up to it, `figure` the time itself."""

    kind: Kind
    text: str
    span: tuple[int, int]
    reach: tuple[int, int]
    lead: str = ""
    figure: Figure | None = None


def find_slots(text: str, glossary: Glossary) -> tuple[Slot, ...]:
    """In order; of what overlaps the longest, so that Xiamen Airlines is no place."""
    found = [*_find_times(text), *_find_names(text, glossary), *_find_places(text)]
    kept: list[Slot] = []
    for slot in sorted(found, key=lambda one: (one.span[0] - one.span[1], one.kind != "place")):
        if not any(slot.span[0] < one.span[1] and one.span[0] < slot.span[1] for one in kept):
            kept.append(slot)
    return tuple(sorted(kept, key=lambda one: one.span))


def of_kind(slots: Iterable[Slot], kind: Kind) -> list[Slot]:
    return [slot for slot in slots if slot.kind == kind]


def say_slot(slot: Slot, text: str, language: Language, glossary: Glossary) -> str:
    """A slot of a text in a language, as it is where nobody knows it in that one."""
    written = "zh" if _HAN.search(slot.text) else "en"
    if slot.figure is not None:
        return _say_time(slot, text, language)
    if written == language:
        return slot.text
    for mention in find_scopes(slot.text):
        if scope := next(filter(None, map(_SCOPES.get, mention.keys)), None):
            return scope[language]
    others = glossary.find(slot.text).get(slot.text if written == "zh" else slot.text.lower())
    if others:
        return min(others, key=lambda one: (len(one), one))
    return (_in_chinese if language == "zh" else _in_english)(slot.text)


def _say_time(slot: Slot, text: str, language: Language) -> str:
    assert slot.figure is not None
    said = say_figure(slot.figure, language)
    if not _END.search(text[slice(*slot.reach)]):
        return said
    return f"{said}底" if language == "zh" else f"the end of {said}"


def _find_times(text: str) -> Iterator[Slot]:
    for figure in find_figures(text):
        if figure.unit in _TIMES:
            start, end = figure.span
            lead = _TIME_LEAD.search(text, 0, start)
            tail = _TIME_TAIL.match(text, end)
            reach = (lead.start() if lead else start, tail.end() if tail else end)
            yield Slot("time", text[start:end], figure.span, reach, figure=figure)


def _find_places(text: str) -> Iterator[Slot]:
    for mention in find_scopes(text):
        start, end = mention.span
        here = text[start:end]
        if here.lower() not in _WHOLE and not _SCOPE_OF.match(text, start):
            own = _GENITIVE.sub("", here)
            yield _build("place", text, (start, start + len(own)))


def _find_names(text: str, glossary: Glossary) -> Iterator[Slot]:
    for name in glossary.find(text):
        for match in re.finditer(re.escape(name), text, re.IGNORECASE):
            if _HAN.search(name) or match.group()[0].isupper():
                yield _build("name", text, match.span())
    for match in _SPEAKER_ZH.finditer(text):
        yield _build("name", text, match.span(1))
    for span in _join(text, _find_latin(text)):
        yield _build("name", text, span)
    for name_found in find_all_names(text):
        if not name_found.latin and is_chinese_name(name_found.text):
            yield _build("name", text, name_found.span)


def _find_latin(text: str) -> list[tuple[int, int]]:
    """In a Chinese text all Latin words are names, but for terms."""
    if _HAN.search(text):
        found = [(match.group(), match.span()) for match in _LATIN.finditer(text)]
        words = [(word, span) for word, span in found if not is_stop_word(word.lower())]
    else:
        starts = ((name.text, name.span[0]) for name in find_latin_names(text))
        words = [(word, (at, at + len(word))) for word, at in starts]
    return [
        span
        for word, span in words
        if not _is_thing(word) and not (span[0] == 0 and _is_inflected(word.lower()))
    ]


def _is_inflected(word: str) -> bool:
    """Whether a word that opens a sentence is a form of a verb: "Compared with Beijing?" """
    stems = [word[:-1], word[:-2]] if word.endswith("ed") else []
    stems += [word[:-3], word[:-3] + "e"] if word.endswith("ing") else []
    return any(translate_english((one,)) for one in stems)


def _build(kind: Kind, text: str, span: tuple[int, int]) -> Slot:
    lead = _LEAD.search(text, 0, span[0])
    before = next(filter(None, lead.groups()), "").lower() if lead else ""
    return Slot(kind, text[slice(*span)], span, span, before)


def _is_thing(name: str) -> bool:
    """Whether a word in capitals is a term: GDP and AI, which the dictionary explains, NEVs."""
    if _THINGS.fullmatch(name):
        return True
    forms = expand_word(name.lower()) if name.isupper() else ()
    return bool(forms) and not all(is_proper_noun("".join(form)) for form in forms)


def _join(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Words of one name: Jardine Matheson; with the one that opens a sentence, "Yin Hejun"."""
    joined: list[tuple[int, int]] = []
    spans = [(_reach_back(text, start), end) for start, end in spans]
    for span in spans:
        if joined and _JOINED.fullmatch(text, joined[-1][1], span[0]):
            joined[-1] = (joined[-1][0], span[1])
        else:
            joined.append(span)
    return joined


def _reach_back(text: str, start: int) -> int:
    """A first name is seldom told from a word that opens a sentence."""
    found = _FIRST_NAME.search(text, 0, start)
    return found.start(1) if found and not is_stop_word(found[1].lower()) else start


def _in_chinese(name: str) -> str:
    """The name that Chinese texts use most: 日本, and not 东洋."""
    places = load_places()
    if keys := places.english.get(name):
        found = [word for word, own in places.chinese.items() if own == keys]
    else:
        words = tuple(name.lower().split())
        found = [simplify(word) for word in translate_english(words)]
        found = [word for word in found if is_proper_noun(word)]
    return max(found, key=lambda word: jieba.get_FREQ(word) or 0, default=name)


def _in_english(name: str) -> str:
    if region := spell_region(name):
        return region
    keys = load_places().chinese.get(name)
    found = [one for one, own in load_places().english.items() if own == keys]
    if not found and is_proper_noun(name):
        found = [" ".join(form).title() for form in translate_chinese(name)]
    return min(found, key=lambda one: (len(one), one), default=name)
