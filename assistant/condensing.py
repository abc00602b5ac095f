"""A follow-up made whole by a model, where there is one: its reply is used as far as it can be
trusted, else the rule of `followup.py` is."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from llama_index.core.llms import ChatMessage

from assistant.calling import Complete, Usage
from assistant.errors import ModelError
from assistant.figures import Figure, find_figures, same_figure
from assistant.followup import make_whole
from assistant.glossary import NO_NAMES, Glossary
from assistant.naming import build_lexicon, find_names, holds_name, spell_names
from assistant.prompts import load_prompt
from assistant.scope import Language, Turn
from assistant.talk import find_small_talk
from assistant.text.language import detect_language
from assistant.text.script import simplify

log = logging.getLogger(__name__)

Count = Callable[[str], int]
"""The tokens of a text."""

HISTORY_TOKENS = 1500
"""Of what was said before that is read again: enough for a dozen exchanges of usual length."""
LONGEST = 400
"""Characters of a question; a reply that is longer is no question."""

_MARKER = re.compile(r"\s*\[\d+\]")
_TAG = re.compile(r"[<＜]")
_LABEL = re.compile(
    r"^(?:(?:standalone |rewritten )?question|last message|(?:独立|改写后的?)?问题|问|最后一条消息)"
    r"\s*[:：]\s*",
    re.IGNORECASE,
)
_NO_QUESTION = re.compile(r"[<>{}|`]|\[\d+\]|[A-Z]+_[A-Z]+|^[*#-]\s")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_HAN = re.compile(r"[\u3400-\u9fff]")
_QUOTES = "\"'“”「」 \t"


def bound_history(
    history: Sequence[Turn], count: Count, limit: int = HISTORY_TOKENS
) -> tuple[Turn, ...]:
    """The last turns that fit into `limit` tokens; of the very last one at least the question, and
    as much of its answer as fits."""
    kept: list[Turn] = []
    left = limit
    for turn in reversed(history):
        cost = count(turn.question) + count(turn.answer)
        if cost > left:
            if not kept:
                kept.append(_cut(turn, count, left))
            break
        kept.append(turn)
        left -= cost
    return tuple(reversed(kept))


def _cut(turn: Turn, count: Count, limit: int) -> Turn:
    answer = turn.answer
    while answer and count(turn.question) + count(answer) > limit:
        answer = answer[: len(answer) // 2]
    return Turn(turn.question, answer)


@dataclass(frozen=True)
class Condenser:
    """Makes follow-ups whole, with a model where `complete` is given.

    `glossary` has the names of the collection. Nothing is raised: a model that fails, or whose
    reply can't be used, leaves a line in the log, and the rule decides.
    """

    complete: Complete | None
    count: Count
    glossary: Glossary = NO_NAMES

    def condense(self, text: str, history: Sequence[Turn], usage: Usage | None = None) -> str:
        """The question that `text` stands for after `history`, in simplified characters; what a
        model takes is added to `usage`."""
        asked = simplify(text)
        turns = bound_history([turn for turn in history if _asks(turn)], self.count)
        if not turns:
            return asked
        if self.complete is not None and (
            whole := self._ask_model(asked, turns, {} if usage is None else usage)
        ):
            return whole
        return make_whole(asked, turns, self.glossary)

    def _ask_model(self, text: str, turns: Sequence[Turn], usage: Usage) -> str | None:
        assert self.complete is not None
        try:
            reply = self.complete(build_messages(text, turns), usage)
        except ModelError as error:
            log.warning("the model failed (%s): the follow-up is made whole by rule", error)
            return None
        whole = read_reply(reply)
        fault = find_fault(whole, text, turns, self.glossary)
        if fault:
            log.warning("the model's question is %s: made whole by rule", fault)
            return None
        return simplify(whole)


def _asks(turn: Turn) -> bool:
    return bool(turn.question.strip()) and find_small_talk(simplify(turn.question)) is None


def build_messages(text: str, turns: Sequence[Turn]) -> list[ChatMessage]:
    """The prompt in the follow-up's language, with all that was said fenced."""
    fenced = [
        {"question": fence(turn.question), "answer": fence(_MARKER.sub("", turn.answer))}
        for turn in turns
    ]
    prompt = load_prompt("condense", _language(text))
    return prompt.format_messages(history=fenced, question=fence(text))


def fence(text: str) -> str:
    """A text that can't close a tag, nor open one, on one line."""
    return _TAG.sub("‹", " ".join(text.split()))


def read_reply(reply: str) -> str:
    """The question in a reply, without a label or quotation marks around it."""
    return _LABEL.sub("", reply.strip()).strip(_QUOTES)


def find_fault(whole: str, text: str, turns: Sequence[Turn], glossary: Glossary) -> str | None:
    """What is wrong with a model's question, in a word; None where it can be asked."""
    said = " . ".join([*(f"{turn.question} . {turn.answer}" for turn in turns), text])
    if not whole:
        return "empty"
    if len(whole) > LONGEST:
        return "too long"
    if "\n" in whole or _NO_QUESTION.search(whole):
        return "in a wrong form"
    if detect_language(whole) != detect_language(text):
        return "in another language"
    if has_strange_figure(whole, said) or _has_strange_name(whole, said, glossary):
        return "about something that nobody said"
    if _lacks(whole, text, glossary):
        return "without what was asked"
    return None


def has_strange_figure(text: str, said: str) -> bool:
    """Whether a text has a figure, or digits, that nobody said."""
    return bool(find_strange_figures(text, said))


def find_strange_figures(text: str, said: str) -> list[tuple[int, int]]:
    """Where a text has figures, or digits, that stand nowhere in what was said."""
    known, digits = find_figures(said), frozenset(_DIGITS.findall(said))
    strange: list[tuple[int, int]] = []
    clear: list[tuple[int, int]] = []
    for figure in find_figures(text):
        (clear if _stands(figure, known) else strange).append(figure.span)
    for match in _DIGITS.finditer(text):
        start, end = match.span()
        inside = any(a <= start and end <= b for a, b in [*strange, *clear])
        if not inside and match.group() not in digits:
            strange.append((start, end))
    return sorted(strange)


def _stands(figure: Figure, known: Sequence[Figure]) -> bool:
    return any(same_figure(figure, other) for other in known)


def _has_strange_name(text: str, said: str, glossary: Glossary) -> bool:
    lexicon = build_lexicon(spell_names(said, glossary))
    return not all(holds_name(name, lexicon) for name in find_names(text))


def _lacks(whole: str, text: str, glossary: Glossary) -> bool:
    """Whether a figure or a name of the follow-up is lost."""
    return has_strange_figure(text, whole) or _has_strange_name(text, whole, glossary)


def _language(text: str) -> Language:
    return "zh" if detect_language(text) == "zh" else "en"
