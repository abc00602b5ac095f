"""The proof behind an answer: each sentence against the passages that it cites.

A sentence is proved where a cited passage states it: the marker names a passage that was shown,
the words that it puts in quotation marks stand there verbatim, and so does each of its figures,
value, unit and magnitude, in whatever notation, about the same year, place and measure. Without
figures its names, its speaker, its yes or no and a share of its words have to be there. Question
and claim are read together. The program chooses the quotation, not the model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llama_index.core.schema import TextNode

from assistant.answer import CheckedFigure, Citation, Claim, Passage, Verdict
from assistant.claims import ClaimReading, is_negative, read_claim
from assistant.evidence import Statement
from assistant.figures import Figure, find_figures
from assistant.fit import read_words, share, terms_of, weigh
from assistant.guard import Evidence, read_subjects
from assistant.index import sentence_spans
from assistant.passages import cite
from assistant.support import (
    Finding,
    choose_window,
    find_support,
    is_restated,
    names_year,
    states,
)
from assistant.text.citations import ClaimText
from assistant.wording import (
    build_context,
    denies_otherwise,
    find_missing_item,
    find_other_speaker,
    find_strange_name,
)

# Share of a sentence's words that its source has to hold where no figure and no quotation ties it.
SUPPORT_FLOOR = 0.3


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


@dataclass(frozen=True, slots=True)
class _Trial:
    """A claim before one of its passages."""

    source: Source
    citation: Citation
    findings: tuple[Finding, ...]


def check(question: str, claim: str, citations: Sequence[Source]) -> Checked:
    """Check a claim without markers against all passages given, read together with its question."""
    sources = {source.passage.number: source for source in citations}
    return check_claim(ClaimText(claim, tuple(sources), (0, len(claim))), sources, question)


def check_claim(text: ClaimText, sources: Mapping[int, Source], question: str = "") -> Checked:
    """Compare one sentence with the passages that its markers name. It may be as short as "1997":
    the question says what it is about."""
    known = [number for number in text.numbers if number in sources]
    problems = [f"unknown_marker:{number}" for number in text.numbers if number not in sources]
    reading = read_claim(text.text, [sources[number].node for number in known])
    trials = [_try(question, reading, number, sources[number]) for number in known]
    checked = tuple(
        _check_figure(question, reading, n, trials) for n in range(len(reading.figures))
    )
    reason = _find_fault(question, reading, checked, trials)
    if reason:
        problems.append(reason)
    verdict: Verdict = "unproved" if reason else "proved"
    citations = tuple(trial.citation for trial in trials)
    numbers = tuple(citation.number for citation in citations)
    return Checked(Claim(text.text, numbers, verdict, reason, checked), citations, tuple(problems))


def _try(question: str, reading: ClaimReading, number: int, source: Source) -> _Trial:
    node = source.node
    spans = tuple(sentence_spans(node)) or ((0, len(node.text)),)
    evidence = Evidence(node.text, spans, source.passage.year)
    if reading.quoted:
        place = _place_quotation(reading, evidence)
        return _Trial(source, cite(number, source.passage, node, *place), ())
    subjects = read_subjects(question, reading.text, source.passage.year)
    said = [*reading.figures, *find_figures(question)]
    findings = find_support(question, reading.text, subjects, evidence, said)
    start, end = choose_window(spans, _worth(question, reading, evidence), findings)
    return _Trial(source, cite(number, source.passage, node, start, end), tuple(findings))


def _place_quotation(reading: ClaimReading, evidence: Evidence) -> tuple[int, int]:
    for quoted in reading.quoted:
        if place := _find_quote(evidence.text, quoted):
            return place
    worth = _worth("", reading, evidence)
    return evidence.sentences[max(range(len(worth)), key=worth.__getitem__)]


def _worth(question: str, reading: ClaimReading, evidence: Evidence) -> list[float]:
    """How much of the claim's words, and a little of the question's, each sentence holds."""
    texts = [evidence.text[slice(*span)] for span in evidence.sentences]
    own, asked = read_words(reading.text), read_words(question)
    weights, others = weigh(own, texts), weigh(asked, texts)
    return [
        share(own, weights, terms_of(text)) + 0.3 * share(asked, others, terms_of(text))
        for text in texts
    ]


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


def _check_figure(
    question: str, reading: ClaimReading, n: int, trials: Sequence[_Trial]
) -> CheckedFigure:
    """A figure of the answer against the quotations; a year also against the sources' own."""
    figure = reading.figures[n]
    if is_negative(reading.text, figure):
        return CheckedFigure(figure, "not_found")
    for trial in trials:
        if match := _match(question, reading, n, trial):
            return CheckedFigure(figure, "checked", (trial.citation.number,), match)
    for trial in trials:
        if _is_year_of(figure, trial.citation.passage.year):
            year = str(trial.citation.passage.year)
            return CheckedFigure(figure, "checked", (trial.citation.number,), year)
    if trials and _follows(question, reading, figure):
        return CheckedFigure(figure, "checked", (trials[0].citation.number,), figure.text)
    return CheckedFigure(figure, "not_found")


def _match(question: str, reading: ClaimReading, n: int, trial: _Trial) -> str | None:
    """How the quotation says a figure of the claim."""
    figure, quote = reading.figures[n], trial.citation.quote_shown
    if reading.quoted:
        found = (one for one in find_figures(quote) if states(question, one, figure))
        return next((one.text for one in found), None)
    if n < len(trial.findings) and (one := _within(trial.findings[n], trial)):
        return one.figure.text
    return figure.text if names_year(quote, figure) else None


def _within(finding: Finding, trial: _Trial) -> Statement | None:
    """The supporting statement that lies in the quotation."""
    at = trial.source.node.text.find(trial.citation.quote_shown)
    end = at + len(trial.citation.quote_shown)
    inside = (one for one in finding.supporting if at <= one.figure.span[0] < end)
    return next(inside, None)


def _is_year_of(figure: Figure, year: int | None) -> bool:
    return figure.unit == "year" and year is not None and figure.value == year


def _follows(question: str, reading: ClaimReading, figure: Figure) -> bool:
    """Whether a figure only repeats: a year of the question, or in brackets a figure before it."""
    return names_year(question, figure) or is_restated(reading.text, figure, reading.figures)


def _find_fault(
    question: str,
    reading: ClaimReading,
    figures: Sequence[CheckedFigure],
    trials: Sequence[_Trial],
) -> str | None:
    """Why a sentence is not proved, in a word; None where it is."""
    if not trials:
        return "no_citation"
    missing = [n for n, checked in enumerate(figures) if checked.verdict == "not_found"]
    if missing:
        return _explain_missing(figures, missing, trials)
    if reading.quoted:
        texts = [trial.citation.passage.text for trial in trials]
        lost = [q for q in reading.quoted if not any(_find_quote(text, q) for text in texts)]
        return "quote_not_found" if lost else None
    return _find_wording_fault(question, reading, trials)


def _explain_missing(
    figures: Sequence[CheckedFigure], missing: Sequence[int], trials: Sequence[_Trial]
) -> str:
    """A figure that stands nowhere comes first, then one that is about something else."""
    faults = [_fault_of(n, trials) for n in missing]
    for n, fault in zip(missing, faults, strict=True):
        if fault is None:
            return f"figure_not_found:{figures[n].figure.text}"
    return next(filter(None, faults))


def _fault_of(n: int, trials: Sequence[_Trial]) -> str | None:
    found = (trial.findings[n].fault for trial in trials if n < len(trial.findings))
    return next(filter(None, found), None)


def _find_wording_fault(
    question: str, reading: ClaimReading, trials: Sequence[_Trial]
) -> str | None:
    nodes = [trial.source.node for trial in trials]
    lexicons = [build_context(node.text, node.metadata) for node in nodes]
    if strange := find_strange_name(reading.text, question, lexicons):
        return f"name_not_found:{strange}"
    metadata, texts = [node.metadata for node in nodes], [node.text for node in nodes]
    if speaker := find_other_speaker(reading.text, metadata, texts):
        return f"other_speaker:{speaker}"
    if reading.figures:
        return None
    lost = [find_missing_item(reading.text, lexicon) for lexicon in lexicons]
    if all(lost):
        return "not_supported"
    quotes = [trial.citation.quote_shown for trial in trials]
    return "negation" if all(denies_otherwise(reading.text, quote) for quote in quotes) else None
