"""Follow-ups, made whole by the question before: "and in 2027?", 那成都呢？

What a follow-up names replaces its like: a year the year, a place the place, a name the name, what
is measured what was measured. Where it asks something else of the same matter, that matter goes
before it. What neither leans on the question before nor lacks a subject is a question of its own,
and takes nothing over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.figures import AMOUNTS, figure_type
from assistant.glossary import NO_NAMES, Glossary
from assistant.matter import find_measure, find_own_measure, is_clause, is_open, state_matter
from assistant.scope import Language, Turn
from assistant.slots import Kind, Slot, find_slots, of_kind, say_slot
from assistant.talk import find_small_talk
from assistant.text.language import detect_language
from assistant.text.script import simplify
from assistant.text.terms import expand_word, find_terms, split_words, stem

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
    r"\b(?:it|its|they|their|them|this|these|those|he|she|his|her|him|hers)\b|\bthere\W*$"
    r"|(?<!is )(?<!are )(?<!was )(?<!were )\bthere (?:in|by|around|since|until)\b"
    # "that" on its own; as "say that …" it only joins clauses
    r"|^(?:is|was|does|did|has|why is|and|how (?:large|big|much|high) (?:is|was)) that\b"
    r"|\b(?:of|in|by|for|from|about|with|than|like|did|does|do|was|is|would|will) that\b"
    r"(?! \w+s? (?:is|was|are|were|has|have)\b)"
    r"|\b(?:the same|exactly|precisely|precise|instead)\b"
    r"|它|他们|她们?|(?<!其)他(?!们)|(?<!应)该(?=[公企集机港项城市国省])|(?<![尤极耳与])其(?![中他它实余])"
    r"|那里|那边|当地|(?<![到目])此(?![前后外])|具体|到底|究竟|确切|同样",
    re.IGNORECASE,
)
# Words of a follow-up that say nothing of what it asks about.
_FILLING = frozenset(
    "say says said tell compare compared exactly precisely precise instead same end beginning year "
    "which one ok okay so but as for be 说 说法 怎么 怎么说 具体 到底 究竟 确切 换成 如果 会 要 又 "
    "同样 数字 数 情况 年底 年初 截至 截止 报告 称 的话 呢 再 说说 那么 那 还有 以及 另外 然后 怎么样 "
    "如何".split()
)
_PERSON = re.compile(r"\b(?:he|she|his|her|him|hers)\b|(?<!其)[他她](?!们)", re.IGNORECASE)
_OWNER = re.compile(r"\b(?:its|their)\b|(?:它们?|其)的?(?=[^\s])", re.IGNORECASE)
_SUBJECT = re.compile(r"\b(?:it|they)\b|它们?|该(?:公司|企业|集团|机构)", re.IGNORECASE)
_THERE = re.compile(r"\bthere\b|在?(?:那里|那边|当地)", re.IGNORECASE)
_WHO = re.compile(r"\bwho\b|谁", re.IGNORECASE)
_QUOTED = re.compile(r"[“「]([^”」]*)[”」]")
_LAST = re.compile(r"\s*[?？.。!！\s]*$")
_THE = re.compile(r"the\s+", re.IGNORECASE)
_GENITIVE = re.compile(r"^['’]s?(?=\s)")


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


@dataclass(frozen=True)
class _Asked:
    """A question taken apart as far as a follow-up needs it."""

    text: str
    glossary: Glossary

    @cached_property
    def language(self) -> Language:
        return "zh" if detect_language(self.text) == "zh" else "en"

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        return find_slots(self.text, self.glossary)

    @cached_property
    def kinds(self) -> frozenset[str]:
        return figure_type(self.text)

    @cached_property
    def words(self) -> list[str]:
        """The words that are no time, place or name, and say something."""
        return [word for word in split_words(self.without_slots()) if word not in _FILLING]

    @cached_property
    def stems(self) -> frozenset[str]:
        own = split_words(self.text)
        forms = [form for word in own for form in expand_word(word)]
        return frozenset([*map(stem, own), *(term for form in forms for term in form)])

    def without_slots(self) -> str:
        text = self.text
        for slot in reversed(self.slots):
            start, end = slot.reach
            text = f"{text[:start].rstrip()} {_GENITIVE.sub('', text[end:]).lstrip()}"
        return text.strip()

    def lacks(self, words: Sequence[str]) -> list[str]:
        """Those of some words that aren't here, in either language."""
        return [word for word in words if not self._holds(word)]

    def _holds(self, word: str) -> bool:
        forms = [*expand_word(word), (stem(word),)]
        return any(self.stems.issuperset(form) for form in forms) or word in self.text


def _join(text: str, before: str, answer: str, glossary: Glossary) -> str:
    if not before:
        return text
    asked, last = _Asked(text, glossary), _Asked(before, glossary)
    new = last.lacks(asked.words)
    if not _depends(asked, last, new):
        return text
    whole = _combine(asked, last, new, answer)
    return whole if _keeps(whole, asked, last, new) else f"{before} {text}"


def _depends(asked: _Asked, last: _Asked, new: Sequence[str]) -> bool:
    """Whether a question leans on the one before."""
    text = asked.text.strip()
    if _OPENS.search(text) or _CLOSES.search(text) or _REFERS.search(text):
        return True
    if not new:
        return not (asked.slots and len(asked.words) >= _LEAST_WORDS)
    if len(asked.words) > _FEW_WORDS or (asked.slots and len(new) + len(asked.slots) > _MUCH):
        return False
    if not is_clause(text, asked.language):
        return True
    if asked.slots:
        return False
    if all(is_open(word) for word in new):
        return True
    few = len(asked.words) <= _LEAST_WORDS
    return few and bool(asked.kinds) and _is_like(asked.kinds, last.kinds)


def _is_like(kinds: frozenset[str], others: frozenset[str]) -> bool:
    return kinds == others or kinds >= AMOUNTS or others >= AMOUNTS


def _combine(asked: _Asked, last: _Asked, new: Sequence[str], answer: str) -> str:
    replaced = _replace_slots(asked, last, _KINDS)
    if not new and asked.slots and not _PERSON.search(asked.text):
        return replaced
    kept = _Asked(replaced, last.glossary)
    if whole := _replace_measure(asked, kept):
        return whole
    if is_clause(asked.text, asked.language):
        # What it names itself it may only compare with: "Is that more than Chengdu?"
        kept = _Asked(_replace_slots(asked, last, ("time",)), last.glossary)
    if len(new) >= _MUCH and (whole := _name_pronouns(asked, kept)):
        return whole
    return _put_before(asked, kept, answer)


def _replace_slots(asked: _Asked, last: _Asked, kinds: Sequence[Kind]) -> str:
    """The question before, with what the follow-up names in the place of its like."""
    text = last.text
    changes: list[tuple[tuple[int, int], str]] = []
    added: list[str] = []
    for kind in kinds:
        new = of_kind(asked.slots, kind)
        if not new:
            continue
        old = of_kind(last.slots, kind) or _led_alike(new, last.slots)
        if not old:
            added += [_add_slot(slot, asked, last) for slot in new]
            continue
        changes += _exchange(new, old, asked, last)
    for (start, end), said in sorted(changes, reverse=True):
        before = text[:start] if said else text[:start].rstrip()
        text = f"{before}{said}{text[end:]}"
    return _add(text, added, last.language)


def _led_alike(new: Sequence[Slot], old: Sequence[Slot]) -> list[Slot]:
    """What the same word leads up to: "to Hamburg" is where "to Duisburg" stood."""
    leads = {slot.lead for slot in new if slot.kind != "time"} - {""}
    return [slot for slot in old if slot.lead in leads]


def _exchange(
    new: Sequence[Slot], old: Sequence[Slot], asked: _Asked, last: _Asked
) -> list[tuple[tuple[int, int], str]]:
    if new[0].kind == "time":
        # One time may have been a span of them: "from 2021 to 2023".
        gone = [(slot.reach, "") for slot in old[1:]]
        return [_exchange_time(new, old[0], asked, last), *gone]
    places = list(old)
    found = []
    for slot in new[: len(old)]:
        taken = _find_like(slot, places)
        places.remove(taken)
        found.append((taken.span, say_slot(slot, asked.text, last.language, last.glossary)))
    return found


def _exchange_time(
    new: Sequence[Slot], old: Slot, asked: _Asked, last: _Asked
) -> tuple[tuple[int, int], str]:
    slot = new[0]
    if asked.language == last.language:
        if slot.reach != slot.span and slot.reach[0] < slot.span[0]:
            return old.reach, asked.text[slot.reach[0] : new[-1].reach[1]]
        said = asked.text[slot.span[0] : new[-1].span[1]]
        year = "年" if last.language == "zh" and said.isdecimal() else ""
        return old.span, said + year
    ends = slot.reach[1] > slot.span[1] or slot.reach[0] < slot.span[0]
    said = say_slot(slot, asked.text, last.language, last.glossary)
    if said.startswith("the end"):
        return old.reach, f"by {said}"
    return (old.reach if ends and said.endswith("底") else old.span), said


def _find_like(slot: Slot, old: Sequence[Slot]) -> Slot:
    """The one that stands where the new one stands in the follow-up, else the first."""
    alike = [one for one in old if one.lead == slot.lead]
    led = [one for one in old if one.lead]
    return (alike or led or list(old))[0] if slot.lead else (alike or list(old))[0]


def _add_slot(slot: Slot, asked: _Asked, last: _Asked) -> str:
    """What has no like in the question before, as it is added to it."""
    said = say_slot(slot, asked.text, last.language, last.glossary)
    if last.language == "zh":
        return f"据{said}" if slot.lead in ("据", "按", "根据", "according to") else said
    if slot.kind == "time" and asked.language == "en":
        return asked.text[slice(*slot.reach)]
    if slot.kind == "name" and slot.lead != "according to":
        return f"({said})"
    return f"{slot.lead if slot.lead.isascii() and slot.lead else 'in'} {said}"


def _add(text: str, added: Sequence[str], language: Language) -> str:
    if not added:
        return text
    if language == "zh":
        return "，".join([*added, text])
    end = _LAST.search(text)
    at = end.start() if end else len(text)
    return f"{text[:at]} {' '.join(added)}{text[at:]}"


def _replace_measure(asked: _Asked, last: _Asked) -> str | None:
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


def _counts_alike(own: str, last: _Asked) -> bool:
    """Whether what is named can be counted as what was counted before."""
    return "count" not in last.kinds or last.language == "zh" or own.endswith("s")


def _name_pronouns(asked: _Asked, last: _Asked) -> str | None:
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
    if _REFERS.search(text):
        return None
    return _note(text, [slot for slot in last.slots if _is_missing(slot, text, asked)], last)


def _is_missing(slot: Slot, text: str, asked: _Asked) -> bool:
    if slot.kind == "time":
        return not (of_kind(asked.slots, "time") or asked.kinds & {"year", "date"})
    return slot.text not in text


def _note(text: str, slots: Sequence[Slot], last: _Asked) -> str:
    if not slots:
        return text
    end = _LAST.search(text)
    at = end.start() if end else len(text)
    said = [last.text[slice(*slot.reach)] for slot in slots]
    noted = f"（{'，'.join(said)}）" if last.language == "zh" else f" ({', '.join(said)})"
    return f"{text[:at]}{noted}{text[at:]}"


def _put_before(asked: _Asked, last: _Asked, answer: str) -> str:
    """What the question before was about, then the follow-up."""
    matter = last.text
    if _PERSON.search(asked.text) and (person := _find_person(answer, last)):
        matter = _WHO.sub(person, matter, count=1)
    matter = state_matter(matter, last.language)
    mark = "，" if last.language == "zh" else ": "
    return f"{matter}{mark}{_bare(asked.text, lower=True)}"


def _find_person(answer: str, last: _Asked) -> str | None:
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


def _keeps(whole: str, asked: _Asked, last: _Asked, new: Sequence[str]) -> bool:
    """Whether nothing of what the follow-up says is lost; what is said in the other language now
    isn't."""
    if asked.language != last.language:
        return True
    made = _Asked(whole, asked.glossary)
    return not made.lacks([*new, *(slot.text.lower() for slot in asked.slots)]) or _same(
        whole, asked
    )


def _same(whole: str, asked: _Asked) -> bool:
    lowered = whole.lower()
    return all(slot.text.lower() in lowered for slot in asked.slots)


Whole = Callable[[str, Sequence[Turn]], str]
"""What `make_whole` does, for one collection."""
