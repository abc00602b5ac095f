"""Chunks without the orders that somebody planted in them for whoever reads by machine.

A chunk stays in the store and is shown as it is; what answers are taken from and proved by is the
same text with its orders blanked out, so that every span holds in both.
"""

from __future__ import annotations

from functools import lru_cache

from llama_index.core.schema import TextNode

from assistant.index import sentence_spans
from assistant.text.orders import find_orders, leads_on

Span = tuple[int, int]

BLANK = "\u2001"
"""What stands in an order's place, letter for letter: white space that no document uses."""


def blank_orders(node: TextNode) -> TextNode:
    """The chunk with its orders blanked out; the same where it has none."""
    orders = find_planted(node.text, tuple(sentence_spans(node)))
    if not orders:
        return node
    text = node.text
    for start, end in orders:
        text = text[:start] + BLANK * (end - start) + text[end:]
    return node.model_copy(update={"text": text})


def telling_spans(node: TextNode) -> tuple[Span, ...]:
    """The sentences of which orders have left something."""
    return tuple(span for span in sentence_spans(node) if tells(node.text[slice(*span)]))


def tells(text: str) -> bool:
    """Whether a sentence says anything; what is left of an order doesn't."""
    return BLANK not in text or any(letter.isalnum() for letter in text)


def split_at_orders(text: str) -> list[str]:
    """The runs of a sentence between its orders; the sentence itself where it has none."""
    return [run for run in text.split(BLANK) if any(letter.isalnum() for letter in run)] or [text]


@lru_cache(maxsize=4096)
def find_planted(text: str, sentences: tuple[Span, ...]) -> tuple[Span, ...]:
    """Where in a chunk's text orders stand. What follows a header in its paragraph is still said to
    the machine."""
    found: list[Span] = []
    led, last = False, 0
    for start, end in sentences:
        led = led and "\n" not in text[last:start]
        sentence = text[start:end]
        orders = find_orders(sentence, led=led)
        found += [(start + first, start + behind) for first, behind in orders]
        led = bool(orders) or leads_on(sentence)
        last = end
    return tuple(found)
