"""The proof behind an answer: each sentence against the passages that it cites.

A sentence is proved where a cited passage states it: the marker names a passage that was shown,
the words that it puts in quotation marks stand there verbatim, and so does each of its figures,
value, unit and magnitude, in whatever notation. The program chooses the quotation, not the model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llama_index.core.schema import TextNode

from assistant.answer import CheckedFigure, Citation, Claim, Passage, Verdict
from assistant.figures import Figure, find_figures, same_figure
from assistant.index import sentence_spans
from assistant.passages import cite
from assistant.text.citations import ClaimText
from assistant.text.terms import expand_word, find_terms, split_words

# Share of a sentence's words that its source has to hold where no figure and no quotation ties it.
SUPPORT_FLOOR = 0.3
_QUOTED = re.compile(r"“([^”]{6,})”|「([^」]{6,})」|«([^»]{6,})»|\"([^\"\n]{12,})\"")
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Source:
    """A numbered passage with the chunk that it was made from."""

    passage: Passage
    node: TextNode


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check of one sentence found; citations carry the numbers of the passages."""

    claim: Claim
    citations: tuple[Citation, ...]
    problems: tuple[str, ...]


def check_claim(text: ClaimText, sources: Mapping[int, Source]) -> Checked:
    """Compare one sentence with the passages that its markers name."""
    known = [number for number in text.numbers if number in sources]
    problems = [f"unknown_marker:{number}" for number in text.numbers if number not in sources]
    figures = find_figures(text.text)
    citations = [_cite(text.text, figures, number, sources[number]) for number in known]
    found = tuple(citation for citation in citations if citation is not None)
    checked = tuple(_check_figure(figure, found) for figure in figures)
    reason = _find_fault(text.text, checked, found)
    if reason:
        problems.append(reason)
    verdict: Verdict = "unproved" if reason else "proved"
    numbers = tuple(citation.number for citation in found)
    return Checked(Claim(text.text, numbers, verdict, reason, checked), found, tuple(problems))


def _find_fault(
    text: str, figures: Sequence[CheckedFigure], citations: Sequence[Citation]
) -> str | None:
    """Why a sentence is not proved, in a word; None where it is."""
    if not citations:
        return "no_citation"
    missing = [checked.figure.text for checked in figures if checked.verdict == "not_found"]
    if missing:
        return f"figure_not_found:{missing[0]}"
    quoted = find_quoted(text)
    if quoted:
        lost = [q for q in quoted if not any(_holds(c.passage.text, q) for c in citations)]
        return "quote_not_found" if lost else None
    supported = any(_support(text, citation.quote_shown) >= SUPPORT_FLOOR for citation in citations)
    return None if supported or figures else "not_supported"


def find_quoted(text: str) -> list[str]:
    """What a sentence puts in quotation marks and long enough to be a quotation."""
    found = [next(filter(None, match.groups())) for match in _QUOTED.finditer(text)]
    return [quoted.strip(_ELLIPSIS + " ") for quoted in found]


def _cite(
    text: str, figures: Sequence[Figure], number: int, source: Source
) -> Citation | None:
    """The citation whose quotation supports the sentence best; None if nothing there does."""
    start, end = _find_quotation(text, figures, source)
    if start >= end:
        return None
    return cite(number, source.passage, source.node, start, end)


def _find_quotation(text: str, figures: Sequence[Figure], source: Source) -> tuple[int, int]:
    shown = source.node.text
    for quoted in find_quoted(text):
        place = shown.find(quoted)
        if place >= 0:
            return place, place + len(quoted)
    spans = sentence_spans(source.node) or [(0, len(shown))]
    return max(spans, key=lambda span: _worth(text, figures, shown[slice(*span)]))


def _worth(text: str, figures: Sequence[Figure], sentence: str) -> float:
    """Figures first, then words: what makes one sentence of a passage support another text."""
    stated = find_figures(sentence)
    shared = sum(any(same_figure(figure, other) for other in stated) for figure in figures)
    return shared + _support(text, sentence)


def _support(text: str, sentence: str) -> float:
    """The share of a text's words that a sentence holds, in either language."""
    words = split_words(text)
    held = frozenset(find_terms(sentence))
    if not words:
        return 0.0
    return sum(_is_held(word, held) for word in words) / len(words)


def _is_held(word: str, held: frozenset[str]) -> bool:
    own = find_terms(word)
    if own and all(term in held for term in own):
        return True
    return any(all(term in held for term in terms) for terms in expand_word(word))


def _holds(passage: str, quoted: str) -> bool:
    return _folded(quoted) in _folded(passage)


def _folded(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _check_figure(figure: Figure, citations: Sequence[Citation]) -> CheckedFigure:
    """A figure of the answer against the quotations, then the rest of the passages, then their year."""
    for citation in citations:
        if match := _find_same(figure, citation.quote_shown):
            return CheckedFigure(figure, "checked", (citation.number,), match)
    for citation in citations:
        passage = citation.passage
        if figure.unit == "year" and passage.year is not None and figure.value == passage.year:
            return CheckedFigure(figure, "checked", (citation.number,), str(passage.year))
        if match := _find_same(figure, passage.text):
            return CheckedFigure(figure, "checked", (citation.number,), match)
    return CheckedFigure(figure, "not_found")


def _find_same(figure: Figure, text: str) -> str | None:
    return next((other.text for other in find_figures(text) if same_figure(figure, other)), None)
