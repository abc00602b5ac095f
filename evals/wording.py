"""Questions in English that a statement of a figure answers."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.figures import Figure, kind_of, say_figure
from assistant.text.dictionary import is_proper_noun, translate_english
from evals.words import Said, is_level, load_words

_AMOUNT = re.compile(r"^[\W\d_]*(?:(?:thousand|million|billion|trillion)(?:\s|\Z))?")
_PLURAL = re.compile(r"(?:[^siu]s|people)\Z")
_MASS = {"money": "money", "power": "power", "energy": "energy"}


def ask_english(said: Said, figure: Figure) -> str:
    """The question that a statement answers."""
    rest = "".join(f" {part}" for part in (said.rest, _say_when(said)) if part)
    asked = f"{_ask(said, figure)}{rest}?"
    if said.who:
        return f"According to {said.who}, {asked[0].lower()}{asked[1:]}"
    return asked


def _say_when(said: Said) -> str:
    if said.when is None:
        return ""
    return f"{said.since} {say_figure(said.when, 'en')}"


def _ask(said: Said, figure: Figure) -> str:
    if not said.verb:
        return "What percentage" if figure.unit == "%" else "How many"
    if is_level(said):
        return f"What {_say_be(said)} {lower(said.subject)}{_say_to_be(said)}"
    does = _say_does(said)
    if said.way == "by":
        much = "what percentage" if figure.unit == "%" else "how much"
        return f"By {much} {does}"
    if said.way == "to":
        return f"To what {'percentage' if figure.unit == '%' else 'level'} {does}"
    return f"{_ask_amount(said, figure)} {does}"


def _ask_amount(said: Said, figure: Figure) -> str:
    """What is asked for: the object of the verb."""
    kind = kind_of(figure.unit)
    if figure.unit == "%":
        return f"What percentage of {said.whole}" if said.whole else "What percentage"
    if kind in _MASS:
        return f"How much {_MASS[kind]}"
    if kind == "count":
        return f"How many {said.counted}"
    unit = say_unit(figure)
    if not unit:
        return f"How much {said.counted}".strip()
    return f"How many {unit} of {said.counted}" if said.counted else f"How many {unit}"


def say_unit(figure: Figure) -> str:
    """The words of its unit; where its own text isn't English, as a reader would say it."""
    if re.search(r"[\u4e00-\u9fff]", figure.text):
        return _AMOUNT.sub("", say_figure(replace(figure, bound="exact"), "en")).strip()
    return _AMOUNT.sub("", figure.text.strip())


def _say_be(said: Said) -> str:
    if said.aux in ("is", "are"):
        return said.aux
    if said.aux in ("will", "would"):
        return said.aux
    if said.aux.endswith(" to") and said.aux.startswith(("is", "are")):
        return "is" if said.aux.startswith("is") else "are"
    head = re.split(r" (?:of|in|from|by|for|per|to|on|at) ", said.subject)[0]
    return "were" if _PLURAL.search(head) else "was"


def _say_to_be(said: Said) -> str:
    """What of "will be" and "is to reach" stands behind the subject."""
    if said.aux in ("will", "would"):
        return " be" if said.verb == "be" else f" {said.verb}"
    if said.aux.endswith(" to"):
        return f"{said.aux.removeprefix('is').removeprefix('are')} be"
    return ""


def _say_does(said: Said) -> str:
    """Auxiliary, subject and verb, as a question has them."""
    subject, verb = lower(said.subject), load_words().verbs.get(said.verb)
    tail = " for" if said.verb == "account" else ""
    if said.aux in ("has", "have", "had"):
        return f"{said.aux} {subject} {verb.done if verb else said.verb}{tail}"
    if said.aux.endswith(" to"):
        first, _, more = said.aux.partition(" ")
        return f"{first} {subject} {more} {said.verb}{tail}"
    return f"{said.aux or 'did'} {subject} {said.verb}{tail}"


def lower(subject: str) -> str:
    """Within a question: an article is no name."""
    first, _, more = subject.partition(" ")
    small = first.lower()
    if first[1:] != small[1:]:
        return subject  # R&D, GDP
    plain = first in ("The", "A", "An") or small in load_words().measures
    plain = plain or bool(more[:1].islower() and _is_common(small))
    return f"{small} {more}".strip() if plain else subject


def _is_common(word: str) -> bool:
    """Whether the dictionary has a word, and no name among what it may mean."""
    known = translate_english((word,)) or translate_english((word.removesuffix("s"),))
    return bool(known) and not any(map(is_proper_noun, known))
