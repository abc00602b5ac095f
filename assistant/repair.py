"""A sentence that isn't proved, written once more by the model that wrote it.

It is told what is wrong, in the language of the prompt, and shown again the passages that it cited,
with those that come nearest to what it says. What comes back is a sentence like any other: whoever
asked for it checks it.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping

from llama_index.core.llms import ChatMessage
from llama_index.core.schema import NodeWithScore

from assistant.calling import Complete, Usage
from assistant.errors import ModelError
from assistant.fencing import close_tags, fence
from assistant.grounding import Checked, Source
from assistant.guard import Evidence
from assistant.packing import NumberedPassage, number_passage
from assistant.planted import blank_orders, telling_spans
from assistant.prompts import load_prompt
from assistant.question import Question
from assistant.reasons import explain_reason
from assistant.reply import REFUSAL, is_refusal
from assistant.support import rate_sentences
from assistant.text.citations import drop_unfinished, split_pieces
from assistant.text.stream import ThoughtFilter

_BEGINNING = re.compile(r"\s*(?:[-*+•]\s+|\d{1,2}[.)、]\s*)?")
_HAN = re.compile(r"[\u4e00-\u9fff]")

log = logging.getLogger(__name__)

REPAIRS = 3
"""Sentences of one answer that are tried again."""
PATIENCE_S = 30.0
"""After the model's last sentence; no repair is begun later."""
PASSAGES = 3
"""Shown for one sentence: those that it cites, and the nearest others."""


class Repairer:
    """Has sentences of one answer written again, until it has done enough of it. What that takes is
    added to `usage`."""

    def __init__(
        self,
        complete: Complete,
        usage: Usage,
        *,
        repairs: int = REPAIRS,
        patience: float = PATIENCE_S,
    ) -> None:
        self._complete = complete
        self._usage = usage
        self._left = repairs
        self._end = time.monotonic() + patience

    def repair(
        self, question: Question, written: str, checked: Checked, sources: Mapping[int, Source]
    ) -> str | None:
        """One sentence with its markers in place of `written`; None where there is none to be had:
        the model gave up, said the same again or failed, or enough has been tried."""
        if self._left <= 0 or time.monotonic() > self._end or not sources:
            return None
        self._left -= 1
        try:
            reply = self._complete(build_messages(question, written, checked, sources), self._usage)
        except ModelError as error:
            log.warning("a sentence could not be repaired (%s)", error, exc_info=True)
            self._left = 0
            return None
        sentence = read_sentence(reply)
        return None if not sentence or sentence == written.strip() else sentence


def read_sentence(reply: str) -> str:
    """The first sentence of a reply, "" if that says that there is none."""
    thoughts = ThoughtFilter()
    said = thoughts.push(reply.strip()) + thoughts.flush()
    if is_refusal(said):
        return ""
    pieces = [said[start:end].strip() for start, end in split_pieces(said)]
    return drop_unfinished(next(filter(None, pieces), ""))


def stand_in(written: str, sentence: str) -> str:
    """The new sentence with the line break, blank or bullet that the old one began with; at the
    answer's end a blank, for the sentence before it has none."""
    begun = _BEGINNING.match(written)
    opening = begun.group() if begun else ""
    return f"{opening or ('' if _HAN.search(sentence) else ' ')}{sentence}"


def build_messages(
    question: Question, written: str, checked: Checked, sources: Mapping[int, Source]
) -> list[ChatMessage]:
    """The prompt in the question's language: rules, passages, question, sentence, problems."""
    passages = choose_passages(question, checked, sources)
    problems = dict.fromkeys(checked.problems)
    return load_prompt("repair", question.language).format_messages(
        passages=passages,
        numbers=sorted(passage.number for passage in passages),
        question=fence(question.query_str),
        sentence=" ".join(close_tags(written).split()),
        problems=[fence(explain_reason(problem, question.language)) for problem in problems],
        refusal=REFUSAL,
    )


def choose_passages(
    question: Question, checked: Checked, sources: Mapping[int, Source]
) -> list[NumberedPassage]:
    """The passages that a sentence cites, then those whose words come nearest to it."""
    said = checked.claim.text
    cited = [number for number in checked.claim.citations if number in sources]
    nearest = sorted(sources, key=lambda n: -_rate(question.query_str, said, sources[n]))
    chosen = list(dict.fromkeys([*cited, *nearest]))[: max(PASSAGES, len(cited))]
    hits = [(number, NodeWithScore(node=sources[number].node)) for number in chosen]
    return [number_passage(number, hit) for number, hit in hits]


def _rate(question: str, said: str, source: Source) -> float:
    """How much of the sentence, and a little of the question, a passage's best sentence has."""
    node = blank_orders(source.node)
    evidence = Evidence(node.text, telling_spans(node), source.passage.year)
    return max(rate_sentences(question, said, evidence), default=0.0)
