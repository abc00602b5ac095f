"""The times, places and names of a question, exchanged for those that a follow-up names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.asking import Asked
from assistant.scope import Language
from assistant.slots import Kind, Slot, of_kind, say_slot

_LAST = re.compile(r"\s*[?？.。!！\s]*$")


def replace_slots(asked: Asked, last: Asked, kinds: Sequence[Kind], *, adds: bool = True) -> str:
    """The question before, with what the follow-up names in the place of its like, or added where
    it has no like."""
    text = last.text
    changes: list[tuple[tuple[int, int], str]] = []
    added: list[str] = []
    for kind in kinds:
        new = of_kind(asked.slots, kind)
        if not new:
            continue
        old = of_kind(last.slots, kind) or _led_alike(new, last.slots)
        if not old:
            added += [_add_slot(slot, asked, last) for slot in new if adds]
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
    new: Sequence[Slot], old: Sequence[Slot], asked: Asked, last: Asked
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
    new: Sequence[Slot], old: Slot, asked: Asked, last: Asked
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


def _add_slot(slot: Slot, asked: Asked, last: Asked) -> str:
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
    at = end_of(text)
    return f"{text[:at]} {' '.join(added)}{text[at:]}"


def end_of(text: str) -> int:
    """Where a question's words end, before its question mark."""
    end = _LAST.search(text)
    return end.start() if end else len(text)
