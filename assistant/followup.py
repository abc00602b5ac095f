"""Follow-ups, made whole by the question before: "and in 2027?", 那成都呢？

What a follow-up names replaces its like: a year the year, a place the place, a name the name, what
is measured what was measured. Where it asks something else of the same matter, that matter goes
before it. What neither leans on the question before nor lacks a subject is a question of its own,
and takes nothing over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.asking import Asked
from assistant.exchange import end_of, replace_slots
from assistant.figures import AMOUNTS
from assistant.glossary import NO_NAMES, Glossary
from assistant.matter import (
    find_measure,
    find_own_measure,
    is_clause,
    is_open,
    lacks_subject,
    state_matter,
)
from assistant.scope import Turn
from assistant.slots import Kind, Slot, find_slots, of_kind
from assistant.talk import find_small_talk
from assistant.text.script import simplify
from assistant.text.terms import find_terms, split_words

_KINDS: tuple[Kind, ...] = ("time", "place", "name")
_LEAST_WORDS = 3  # content words that a question of its own has
_FEW_WORDS = 4
_MUCH = 3  # new words of a follow-up that say enough to need a name for a pronoun, and no more

_OPENS = re.compile(
    r"^(?:(?:and|what about|how about|and what about|also|then|so|but|ok(?:ay)?"
    r"|thanks|thank you|great|yes|no)\b[\s,!.]*)+"
    r"|^(?:(?:那么?|还有|以及|另外|然后|而且|再说|谢谢|好的?)[，,。！\s]*)+",
    re.IGNORECASE,
)
_CLOSES = re.compile(r"(?:呢|又如何|怎么样|如何)[?？\s]*$")
_REFERS = re.compile(
    r"(?<!far is )(?<!far was )\bit\b|\bthere\W*$"
    r"|\b(?:its|they|their|them|this|these|those|he|she|his|her|him|hers)\b"
    r"|(?<!is )(?<!are )(?<!was )(?<!were )\bthere (?:in|by|around|since|until)\b"
    # "that" on its own; as "say that …" it only joins clauses
    r"|^(?:is|was|does|did|has|why is|and|how (?:large|big|much|high) (?:is|was)) that\b"
    r"|\b(?:of|in|by|for|from|about|with|than|like|did|does|do|was|is|would|will) that\b"
    r"(?! \w+s? (?:is|was|are|were|has|have)\b)"
    r"|\b(?:the same|instead)\b"
    r"|它|他们|她们?|(?<!其)他(?!们)|(?<!应)该(?=[公企集机港项城市国省])|(?<![尤极耳与])其(?![中他它实余])"
    r"|那里|那边|当地|(?<![到目])此(?![前后外])|同样",
    re.IGNORECASE,
)
_PRESSES = re.compile(r"\b(?:exact|precise)(?:ly)?\b|具体|到底|究竟|确切", re.IGNORECASE)
_PERSON = re.compile(r"\b(?:he|she|his|her|him|hers)\b|(?<!其)[他她](?!们)", re.IGNORECASE)
_OWNER = re.compile(r"\b(?:its|their)\b|(?:它们?|其)的?(?=[^\s])", re.IGNORECASE)
_SUBJECT = re.compile(r"\b(?:it|they)\b|它们?|该(?:公司|企业|集团|机构)", re.IGNORECASE)
_THERE = re.compile(r"\bthere\b|在?(?:那里|那边|当地)", re.IGNORECASE)
_WHO = re.compile(r"\bwho\b|谁", re.IGNORECASE)
_QUOTED = re.compile(r"[“「]([^”」]*)[”」]")
_THE = re.compile(r"the\s+", re.IGNORECASE)


def make_whole(text: str, history: Sequence[Turn], glossary: Glossary = NO_NAMES) -> str:
    """A follow-up as a question of its own; a question of its own as it is.

    Small talk between questions is passed over. The result is in the language of the question
    that it takes over from, with what replaces something said in that language if anybody knows
    how; the follow-up's own words are in it.
    """
    whole, answer = "", ""
    for turn in history:
        asked = simplify(turn.question)
        if asked.strip() and find_small_talk(asked) is None:
            whole, answer = _join(asked, whole, answer, glossary), simplify(turn.answer)
    return _join(text, whole, answer, glossary)


def _join(text: str, before: str, answer: str, glossary: Glossary) -> str:
    if not before:
        return text
    asked, last = Asked(text, glossary), Asked(before, glossary)
    new = last.lacks(asked.words)
    if not _depends(asked, last, new):
        return text
    whole = _combine(asked, last, new, answer)
    return whole if _keeps(whole, asked, last, new) else f"{before} {text}"


def _depends(asked: Asked, last: Asked, new: Sequence[str]) -> bool:
    """Whether a question leans on the one before."""
    text = asked.text.strip()
    if _OPENS.search(text) or _CLOSES.search(text) or _refers(asked):
        return True
    if not new:
        return not (asked.slots and len(asked.words) >= _LEAST_WORDS)
    if len(asked.words) > _FEW_WORDS or (asked.slots and len(new) + len(asked.slots) > _MUCH):
        return False
    if not is_clause(text, asked.language):
        return True
    if any(slot.kind != "time" for slot in asked.slots):
        return False
    # It names nobody and no place: it has a subject of its own only where it asks something else.
    if all(is_open(word) for word in new) or lacks_subject(text, asked.language):
        return True
    return len(asked.words) <= _LEAST_WORDS and _is_like(asked.kinds, last.kinds)


def _refers(asked: Asked) -> bool:
    """Whether it speaks of what only the question before names; "Ford and its plants" doesn't."""
    named = [slot for slot in asked.slots if slot.kind != "time"]
    if not named and _PRESSES.search(asked.text):
        return True
    return any(
        not (_OWNER.match(asked.text, found.start()) and _stands_before(named, found.start()))
        for found in _REFERS.finditer(asked.text)
    )


def _stands_before(slots: Sequence[Slot], place: int) -> bool:
    return any(slot.span[1] <= place for slot in slots)


def _is_like(kinds: frozenset[str], others: frozenset[str]) -> bool:
    """Whether both ask for figures of one kind, as far as their words tell."""
    mine, theirs = kinds - {"name", "list"}, others - {"name", "list"}
    if not mine or not theirs:
        return False
    return mine == theirs or mine >= AMOUNTS or theirs >= AMOUNTS


def _combine(asked: Asked, last: Asked, new: Sequence[str], answer: str) -> str:
    replaced = replace_slots(asked, last, _KINDS)
    if not new and asked.slots and not _PERSON.search(asked.text):
        return replaced
    kept = Asked(replaced, last.glossary)
    if whole := _replace_measure(asked, kept):
        return whole
    if is_clause(asked.text, asked.language):
        # What it names itself it may only compare with: "Is that more than Chengdu?"
        text = replace_slots(asked, last, ("time",), adds=False)
        kept = Asked(text, last.glossary)
    if len(new) >= _MUCH and (whole := _name_pronouns(asked, kept)):
        return whole
    return _put_before(asked, kept, answer)


def _replace_measure(asked: Asked, last: Asked) -> str | None:
    """What the follow-up measures in the place of what was measured; None where that can't be."""
    free = _OWNER.sub("", asked.text)
    if asked.language != last.language or _PERSON.search(free) or _SUBJECT.search(free):
        return None
    own = find_own_measure(_bare(asked.without_slots()), asked.language)
    found = find_measure(last.text, last.language, last.slots)
    if not own or not found or _THERE.search(asked.text):
        return None
    if not found.neutral and asked.kinds and asked.kinds != last.kinds:
        return None
    if not found.neutral and not asked.kinds and not _counts_alike(own, last):
        return None
    start, end = found.span
    if asked.language == "en":
        the = "the " if _THE.match(last.text, start) else ""
        own = the + _THE.sub("", own)
    return f"{last.text[:start]}{own}{last.text[end:]}"


def _counts_alike(own: str, last: Asked) -> bool:
    """Whether what is named can be counted as what was counted before."""
    return "count" not in last.kinds or last.language == "zh" or own.endswith("s")


def _name_pronouns(asked: Asked, last: Asked) -> str | None:
    """The follow-up with the one name of the question before for its pronouns, and in brackets what
    else that question was about."""
    names, places = of_kind(last.slots, "name"), of_kind(last.slots, "place")
    if (
        len(names) != 1
        or names[0].lead
        or asked.language != last.language
        or _PERSON.search(asked.text)
    ):
        return None
    name = names[0].text
    owner = f"{name}的" if asked.language == "zh" else f"{name}'s"
    text = _OWNER.sub(owner, _bare(asked.text))
    text = _SUBJECT.sub(name, text)
    if len(places) == 1:
        where = "在" if asked.language == "zh" else "in "
        text = _THERE.sub(where + places[0].text, text)
    if text == _bare(asked.text) or _REFERS.search(text):
        return None
    return _note(text, [slot for slot in last.slots if _is_missing(slot, text, asked)], last)


def _is_missing(slot: Slot, text: str, asked: Asked) -> bool:
    if slot.kind == "time":
        return not (of_kind(asked.slots, "time") or asked.kinds & {"year", "date"})
    return slot.text not in text


def _note(text: str, slots: Sequence[Slot], last: Asked) -> str:
    if not slots:
        return text
    at = end_of(text)
    said = [last.text[slice(*slot.reach)] for slot in slots]
    noted = f"（{'，'.join(said)}）" if last.language == "zh" else f" ({', '.join(said)})"
    return f"{text[:at]}{noted}{text[at:]}"


def _put_before(asked: Asked, last: Asked, answer: str) -> str:
    """What the question before was about, then the follow-up."""
    matter = last.text
    if _PERSON.search(asked.text) and (person := _find_person(answer, last)):
        matter = _WHO.sub(person, matter, count=1)
    matter = state_matter(matter, last.language)
    mark = "，" if last.language == "zh" else ": "
    return f"{matter}{mark}{_bare(asked.text, lower=True)}"


def _find_person(answer: str, last: Asked) -> str | None:
    """Whom the answer named, of whom the question asked."""
    if not _WHO.search(last.text):
        return None
    said = " ".join(_QUOTED.findall(answer)) or answer
    names = of_kind(find_slots(said, last.glossary), "name")
    return next((slot.text for slot in names if slot.text not in last.text), None)


def _bare(text: str, *, lower: bool = False) -> str:
    """A follow-up without the word that only joins it to what was said."""
    bare = _OPENS.sub("", text.strip())
    if lower and len(bare) > 1 and bare[0].isupper() and bare[1:2].islower():
        first = re.match(r"[A-Za-z]+", bare)
        if first and (split_words(first.group()) == [] or not find_terms(first.group())):
            bare = bare[0].lower() + bare[1:]
    return bare or text


def _keeps(whole: str, asked: Asked, last: Asked, new: Sequence[str]) -> bool:
    """Whether nothing of what the follow-up says is lost; what is said in the other language now
    isn't."""
    if asked.language != last.language:
        return True
    made = Asked(whole, asked.glossary)
    return not made.lacks([*new, *(slot.text.lower() for slot in asked.slots)]) or _same(
        whole, asked
    )


def _same(whole: str, asked: Asked) -> bool:
    lowered = whole.lower()
    return all(slot.text.lower() in lowered for slot in asked.slots)
