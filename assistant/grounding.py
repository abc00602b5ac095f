"""The proof behind an answer: each sentence against the passages that it cites.

A sentence is proved where a cited passage states it: the marker names a passage that was shown,
the words that it puts in quotation marks stand there verbatim, and so does each of its figures,
value, unit and magnitude, in whatever notation. The program chooses the quotation, not the model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

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
_EDGES = "… "
_NAMED = ("organisation", "author", "publisher", "title", "document_title", "document")
_LETTER = re.compile(r"[^\W\d_]")
_BLANK = "_"


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
    sentence = _read_sentence(text.text, [sources[number].node for number in known])
    found = tuple(_cite(sentence, number, sources[number]) for number in known)
    checked = tuple(_check_figure(figure, found) for figure in sentence.figures)
    reason = _find_fault(sentence, checked, found)
    if reason:
        problems.append(reason)
    verdict: Verdict = "unproved" if reason else "proved"
    numbers = tuple(citation.number for citation in found)
    return Checked(Claim(text.text, numbers, verdict, reason, checked), found, tuple(problems))


class _Sentence(NamedTuple):
    """What a sentence states: its text with the names of its sources blanked out, its quotations,
    its figures."""

    text: str
    quoted: tuple[str, ...]
    figures: tuple[Figure, ...]


def _read_sentence(text: str, nodes: Sequence[TextNode]) -> _Sentence:
    quotes = [_inner_span(match) for match in _QUOTED.finditer(text)]
    # Figures and quotation marks of a name ("Vision 2030") state nothing.
    names = _find_names(text, nodes)
    quotes = [span for span in quotes if not _lies_in(span, names)]
    plain = _blank_out(text, names)
    return _Sentence(
        text=plain,
        quoted=tuple(filter(None, (text[slice(*span)].strip(_EDGES) for span in quotes))),
        figures=_find_figures(plain, quotes),
    )


def _find_figures(text: str, quotes: Sequence[tuple[int, int]]) -> tuple[Figure, ...]:
    """The figures beside the quotations and those within, each read as in a text of its own: the
    number of a list's item is no figure at the start of a line, nor is it one when quoted."""
    found = find_figures(_blank_out(text, quotes))
    for start, end in quotes:
        found += [_moved(figure, start) for figure in find_figures(text[start:end])]
    return tuple(sorted(found, key=lambda figure: figure.span))


def _moved(figure: Figure, by: int) -> Figure:
    return replace(figure, span=(figure.span[0] + by, figure.span[1] + by))


def _find_names(text: str, nodes: Sequence[TextNode]) -> list[tuple[int, int]]:
    """Where the sources' names stand. A name has letters: a title that is a bare number would
    hide that number everywhere."""
    names = {str(node.metadata.get(key, "")) for node in nodes for key in _NAMED}
    kept = [name for name in names if len(_LETTER.findall(name)) > 1]
    return [match.span() for name in kept for match in re.finditer(re.escape(name), text)]


def _lies_in(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)


def _blank_out(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with these stretches covered, as long as before."""
    for start, end in spans:
        text = text[:start] + _BLANK * (end - start) + text[end:]
    return text


def _inner_span(match: re.Match[str]) -> tuple[int, int]:
    return match.span(match.lastindex or 0)


def _find_fault(
    sentence: _Sentence, figures: Sequence[CheckedFigure], citations: Sequence[Citation]
) -> str | None:
    """Why a sentence is not proved, in a word; None where it is."""
    if not citations:
        return "no_citation"
    missing = [checked.figure.text for checked in figures if checked.verdict == "not_found"]
    if missing:
        return f"figure_not_found:{missing[0]}"
    if sentence.quoted:
        texts = [citation.passage.text for citation in citations]
        lost = [q for q in sentence.quoted if not any(_find_quote(text, q) for text in texts)]
        return "quote_not_found" if lost else None
    shares = [_support(sentence.text, citation.quote_shown) for citation in citations]
    return None if figures or max(shares) >= SUPPORT_FLOOR else "not_supported"


def _cite(sentence: _Sentence, number: int, source: Source) -> Citation:
    """The citation whose quotation supports the sentence best."""
    start, end = _choose_quotation(sentence, source)
    return cite(number, source.passage, source.node, start, end)


def _choose_quotation(sentence: _Sentence, source: Source) -> tuple[int, int]:
    shown = source.node.text
    for quoted in sentence.quoted:
        if place := _find_quote(shown, quoted):
            return place
    spans = sentence_spans(source.node) or [(0, len(shown))]
    return max(spans, key=lambda span: _worth(sentence, shown[slice(*span)]))


def _find_quote(text: str, quoted: str) -> tuple[int, int] | None:
    """Where a quotation stands, white space aside; one that cuts a figure in two stands nowhere."""
    pattern = r"\s*".join(map(re.escape, re.sub(r"\s+", "", quoted)))
    places = [match.span() for match in re.finditer(pattern, text)]
    return next((place for place in places if not _cuts_figure(text, *place)), None)


def _cuts_figure(text: str, start: int, end: int) -> bool:
    figures = [figure.span for figure in find_figures(text)]
    rests = [text[a:start] for a, b in figures if a < start < b]
    rests += [text[end:b] for a, b in figures if a < end < b]
    return any(char.isalnum() for rest in rests for char in rest)


def _worth(sentence: _Sentence, candidate: str) -> float:
    """Figures first, then words: what makes a sentence of a passage support another one."""
    shared = sum(_find_same(figure, candidate) is not None for figure in sentence.figures)
    return shared + _support(sentence.text, candidate)


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


def _check_figure(figure: Figure, citations: Sequence[Citation]) -> CheckedFigure:
    """A figure of the answer against the quotations, then the passages and their years."""
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
