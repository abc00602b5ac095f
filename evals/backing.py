"""What a claim states that can be looked up, and how much of it a passage backs.

Quotations are compared letter by letter. Numbers are looked up by the second reader of figures
(`evals.independent`), which shares no code with the checks of answers; what it can't read, such as
"a tenth", by the first one. Either may find a number: which passage a claim belongs to is what is
judged here, and two readers that both miss a number would call a right citation wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.figures import Figure, find_figures, same_quantity
from evals.independent import Number, find_numbers, holds_numbers
from evals.quotes import squeeze

ENOUGH = 0.5
"""The share of a claim's content words that a passage must hold where there is nothing better."""

_QUOTED = re.compile(r"“([^”]+)”|「([^」]+)」")
_MARKER = re.compile(r"\[\d+\]")
_LATIN = re.compile(r"[a-z]{4,}")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_ROW = re.compile(r"^\s*\|.*\|\s*$", re.MULTILINE)
_BRACKETS = re.compile(r"[(（]([^()（）]{1,30})[)）]")
_SHORTEST_QUOTE = 8
"""Characters: what is shorter is a name or a term in quotation marks, not a quotation."""


@dataclass(frozen=True, slots=True)
class Stated:
    """The parts of a claim: quotations and numbers, or if it has neither, its content words."""

    quotes: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()

    @property
    def parts(self) -> tuple[str, ...]:
        return (*self.quotes, *self.figures)


def read_stated(text: str) -> Stated:
    """What a claim states; what stands within a quotation isn't stated a second time."""
    plain = _MARKER.sub(" ", text)
    found = [first or second for first, second in _QUOTED.findall(plain)]
    quotes = tuple(quote for quote in found if len(squeeze(quote)) >= _SHORTEST_QUOTE)
    for quote in quotes:
        plain = plain.replace(quote, " ")
    figures = tuple(dict.fromkeys(figure.text for figure in find_figures(plain)))
    words = frozenset() if quotes or figures else read_words(plain)
    return Stated(quotes, figures, words)


def find_backed(stated: Stated, passage: str) -> frozenset[int]:
    """Which of the claim's parts, by their places in `parts`, the passage holds."""
    text = _Text(passage)
    quoted = [place for place, quote in enumerate(stated.quotes) if text.holds_quote(quote)]
    later = enumerate(stated.figures, len(stated.quotes))
    return frozenset([*quoted, *(place for place, one in later if text.holds_figure(one))])


def is_backed(stated: Stated, passages: Iterable[str]) -> bool | None:
    """Whether some passages back a claim between them; None where that can't be told, for a claim
    without figures and quotations is in other words than they are."""
    texts = list(passages)
    if stated.parts:
        backed = frozenset().union(*(find_backed(stated, text) for text in texts))
        return len(backed) == len(stated.parts)
    if not texts:
        return False
    held = frozenset().union(*map(read_words, texts))
    if not stated.words or not _share_script(stated.words, held):
        return None
    return len(stated.words & held) >= ENOUGH * len(stated.words)


def read_words(text: str) -> frozenset[str]:
    """Words of four Latin letters and more by their first five, and pairs of Chinese characters."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    latin = (word[:5] for word in _LATIN.findall(folded))
    pairs = (run[n : n + 2] for run in _HAN.findall(folded) for n in range(len(run) - 1))
    return frozenset([*latin, *pairs])


class _Text:
    """A passage, read by both readers once."""

    def __init__(self, text: str) -> None:
        self._letters = _fold(text)
        self._numbers = [*find_numbers(text), *_read_cells(text)]
        self._figures = find_figures(text)

    def holds_quote(self, quote: str) -> bool:
        return _fold(quote) in self._letters

    def holds_figure(self, said: str) -> bool:
        numbers = find_numbers(said)
        if numbers and holds_numbers(self._numbers, numbers):
            return True
        read: list[Figure] = find_figures(said)
        return bool(read) and all(self._has(one) for one in read)

    def _has(self, figure: Figure) -> bool:
        return any(same_quantity(figure, one) for one in self._figures)


def _read_cells(text: str) -> list[Number]:
    """Bare numbers in rows of tables, each in every unit that stands in brackets in the passage:
    the head of a column, or a line above, says what its cells are in."""
    cells = [one for row in _ROW.findall(text) for one in find_numbers(row) if not one.mark]
    units = [_read_unit(words) for words in _BRACKETS.findall(text)]
    return [
        Number(cell.value * unit.value, unit.mark)
        for unit in units
        if unit is not None
        for cell in cells
    ]


def _read_unit(words: str) -> Number | None:
    """What one of "RMB billion" or 亿元 is."""
    currency, _, scale = words.rpartition(" ")
    spellings = (f"1{words}", f"1 {words}", f"{currency} 1 {scale}", f"{words} 1")
    read = [find_numbers(one) for one in spellings]
    marked = [found[0] for found in read if len(found) == 1 and found[0].mark]
    # Where only the currency was understood, the scale is missing.
    return max(marked, key=lambda one: one.value, default=None)


def _share_script(words: frozenset[str], others: frozenset[str]) -> bool:
    """Whether the words that the first are mostly made of could stand among the others."""
    return _mostly_latin(words) == _mostly_latin(others)


def _mostly_latin(words: frozenset[str]) -> bool:
    return sum(word.isascii() for word in words) * 2 > len(words)


def _fold(text: str) -> str:
    """Letters and digits alone: a quotation is shown without the marks of its document."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(filter(str.isalnum, folded))
