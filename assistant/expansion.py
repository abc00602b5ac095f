"""More ways to search for a question, which a model gives: a translation, a few queries.

Never an answer: passages near an invented figure are the wrong ones. Figures that the question
doesn't have are taken out of whatever the model writes.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from assistant.calling import Complete, Usage
from assistant.condensing import fence, find_strange_figures
from assistant.errors import ModelError
from assistant.prompts import load_prompt
from assistant.scope import Language
from assistant.text.language import detect_language
from assistant.text.script import simplify
from assistant.text.terms import split_words

log = logging.getLogger(__name__)

MOST_QUERIES = 3
LONGEST = 400
"""Characters of a translation or a query; what is longer is neither."""
_KEPT = 64  # questions whose expansions are kept: the answerer asks for them again
_LINE = re.compile(r"^\W{0,3}(?P<kind>[TQ])\W{0,3}[:：]\s*(?P<text>.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Expansion:
    """What to search for beside a question; either may be empty."""

    translation: str = ""
    queries: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.translation or self.queries)


NOTHING = Expansion()
Expand = Callable[[str, Usage], Expansion]
"""What a question is also searched for by; what a model takes for it is added to the counts."""


@dataclass(frozen=True)
class Expander:
    """Asks a model once a question. A model that fails leaves a line in the log and the question
    as it is."""

    complete: Complete
    _known: dict[str, Expansion] = field(default_factory=dict)

    def expand(self, question: str, usage: Usage) -> Expansion:
        if question not in self._known:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[question] = self._ask(question, usage)
        return self._known[question]

    def _ask(self, question: str, usage: Usage) -> Expansion:
        language: Language = "zh" if detect_language(question) == "zh" else "en"
        prompt = load_prompt("expand", language)
        try:
            reply = self.complete(prompt.format_messages(question=fence(question)), usage)
        except ModelError as error:
            log.warning("the model failed (%s): searching by the question alone", error)
            return NOTHING
        found = read_expansion(reply, question)
        if not found:
            log.warning("the model gave nothing to search by: searching by the question alone")
        return found


def read_expansion(reply: str, question: str) -> Expansion:
    """The translation and the queries of a reply, as far as they can be used: one line each, in a
    language of the collection, without figures that the question doesn't have."""
    translation, queries = "", []
    for match in _LINE.finditer(simplify(reply)):
        text = _clean(match["text"], question)
        if not text:
            continue
        if match["kind"] == "Q":
            queries.append(text)
        elif not translation and _is_translation(text, question):
            translation = text
    new = [one for one in dict.fromkeys(queries) if one not in (question, translation)]
    return Expansion(translation, tuple(new[:MOST_QUERIES]))


def _clean(text: str, question: str) -> str:
    """A line without strange figures; empty where it says nothing then, or too much."""
    if len(text) > LONGEST or detect_language(text) == "other":
        return ""
    for start, end in reversed(find_strange_figures(text, question)):
        text = f"{text[:start]} {text[end:]}"
    text = " ".join(text.split()).strip("\"'“”「」 ")
    return text if split_words(text) else ""


def _is_translation(text: str, question: str) -> bool:
    return detect_language(text) != detect_language(question)
