"""The proof behind an answer: each sentence against the passages that it cites.

A sentence is proved where a cited passage states it: the marker names a passage that was shown,
the words that it puts in quotation marks stand there verbatim, and so does each of its figures,
value, unit and magnitude, in whatever notation, about the same year, place and measure. Without
figures its names, its speaker, its yes or no and a share of its words have to be there. Question
and claim are read together. The program chooses the quotation, not the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from llama_index.core.schema import TextNode

from assistant.answer import CheckedFigure, Citation, Claim, Language, Passage, Verdict
from assistant.arithmetic import find_computation
from assistant.claims import ClaimReading, find_quote, is_negative, read_claim
from assistant.evidence import Statement
from assistant.figures import Figure, find_figures
from assistant.glossary import NO_NAMES, Glossary
from assistant.guard import Evidence, read_subjects
from assistant.naming import build_lexicon, spell_names
from assistant.passages import cite
from assistant.planted import blank_orders, telling_spans
from assistant.stated import read_quotation
from assistant.support import (
    Finding,
    choose_window,
    find_support,
    is_restated,
    names_year,
    rate_sentences,
    states,
)
from assistant.text.citations import ClaimText
from assistant.text.language import detect_language
from assistant.wording import (
    build_context,
    denies_otherwise,
    find_missing_item,
    find_other_speaker,
    find_strange_name,
    is_in_other_language,
    names_owner,
)


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


def check(
    question: str, claim: str, citations: Sequence[Source], glossary: Glossary = NO_NAMES
) -> Checked:
    """Check a claim without markers against all passages given, read together with its question."""
    sources = {source.passage.number: source for source in citations}
    text = ClaimText(claim, tuple(sources), (0, len(claim)))
    return check_claim(text, sources, question, glossary=glossary)


def check_claim(
    text: ClaimText,
    sources: Mapping[int, Source],
    question: str = "",
    language: Language | None = None,
    glossary: Glossary = NO_NAMES,
) -> Checked:
    """Compare one sentence with the passages that its markers name. It may be as short as "1997":
    the question says what it is about. `language` is the answer's, the question's own by default;
    the `glossary` has names that no dictionary pairs.
    """
    known = [number for number in text.numbers if number in sources]
    problems = [f"unknown_marker:{number}" for number in text.numbers if number not in sources]
    reading = read_claim(text.text, [sources[number].node for number in known])
    trials = [_try(question, reading, number, sources[number]) for number in known]
    found = [
        _check_figure(question, reading, n, trials, glossary) for n in range(len(reading.figures))
    ]
    checked = tuple(_compute(reading, figure, found) for figure in found)
    reason = _find_fault(question, reading, checked, trials, glossary)
    if not reason and is_in_other_language(reading.bare, language or _language_of(question)):
        reason = "other_language"
    if reason:
        problems.append(reason)
    claim = Claim(
        text=text.text,
        citations=tuple(trial.citation.number for trial in trials),
        verdict=_give_verdict(reason, checked),
        reason=reason,
        figures=checked,
    )
    return Checked(claim, tuple(trial.citation for trial in trials), tuple(problems))


def _language_of(question: str) -> Language | None:
    language = detect_language(question) if question else "other"
    return None if language == "other" else language


def _give_verdict(reason: str | None, figures: Sequence[CheckedFigure]) -> Verdict:
    if reason:
        return "unproved"
    computed = any(figure.verdict == "computed" for figure in figures)
    return "computed" if computed else "proved"


def _compute(
    reading: ClaimReading, checked: CheckedFigure, others: Sequence[CheckedFigure]
) -> CheckedFigure:
    """A figure that stands nowhere may follow from those of the sentence that do."""
    if checked.verdict != "not_found" or is_negative(reading.text, checked.figure):
        return checked
    cited = [one for one in others if one.verdict == "checked"]
    figures = [one.figure for one in cited]
    computation = find_computation(reading.text, checked.figure, figures)
    if computation is None:
        return checked
    used = [one for one in cited if one.figure in computation.operands]
    numbers = tuple(dict.fromkeys(number for one in used for number in one.citations))
    return replace(checked, verdict="computed", citations=numbers, operands=computation.operands)


def _try(question: str, reading: ClaimReading, number: int, source: Source) -> _Trial:
    # What orders the reader what to say proves nothing.
    node, telling = source.node, blank_orders(source.node)
    spans = telling_spans(telling) or ((0, len(node.text)),)
    evidence = Evidence(telling.text, spans, source.passage.year)
    if reading.quoted:
        place = _place_quotation(reading, evidence)
        return _Trial(source, cite(number, source.passage, node, *place), ())
    subjects = read_subjects(question, reading.text, source.passage.year)
    said = [*reading.figures, *find_figures(question)]
    findings = find_support(question, reading.text, subjects, evidence, said)
    # The year in which the source was written needs no sentence to say it.
    own = source.passage.year
    needed = [one for one in findings if not _is_year_of(one.subject.figure, own)] or findings
    start, end = choose_window(spans, rate_sentences(question, reading.text, evidence), needed)
    return _Trial(source, cite(number, source.passage, node, start, end), tuple(findings))


def _place_quotation(reading: ClaimReading, evidence: Evidence) -> tuple[int, int]:
    for quoted in reading.quoted:
        if place := find_quote(evidence.text, quoted):
            return place
    worth = rate_sentences("", reading.text, evidence)
    return evidence.sentences[max(range(len(worth)), key=worth.__getitem__)]


def _check_figure(
    question: str, reading: ClaimReading, n: int, trials: Sequence[_Trial], glossary: Glossary
) -> CheckedFigure:
    """A figure of the answer against the quotations; a year also against the sources' own."""
    figure = reading.figures[n]
    if is_negative(reading.text, figure):
        return CheckedFigure(figure, "not_found")
    for trial in _of_speaker(reading, n, trials, glossary):
        if match := _match(question, reading, n, trial):
            return CheckedFigure(figure, "checked", (trial.citation.number,), match)
    for trial in trials:
        if _is_year_of(figure, trial.citation.passage.year):
            year = str(trial.citation.passage.year)
            return CheckedFigure(figure, "checked", (trial.citation.number,), year)
    if trials and _follows(question, reading, figure):
        return CheckedFigure(figure, "checked", (trials[0].citation.number,), figure.text)
    return CheckedFigure(figure, "not_found")


def _of_speaker(
    reading: ClaimReading, n: int, trials: Sequence[_Trial], glossary: Glossary
) -> Sequence[_Trial]:
    """Where a sentence cites several organisations, the passages of the one that it names for this
    figure; all where it names none of them for it."""
    if len(trials) < 2 or not reading.names[n]:
        return trials
    said = build_lexicon(spell_names(reading.names[n], glossary))
    owners = [str(trial.source.node.metadata.get("organisation") or "") for trial in trials]
    named = [bool(owner) and names_owner(owner, said) for owner in owners]
    if not any(named) or len(set(owners)) < 2:
        return trials
    return [trial for trial, own in zip(trials, named, strict=True) if own]


def _match(question: str, reading: ClaimReading, n: int, trial: _Trial) -> str | None:
    """How the quotation says a figure of the claim."""
    figure, quote = reading.figures[n], trial.citation.quote_shown
    if reading.quoted:
        read = read_quotation(trial.source.node, quote)
        found = (one for one in read if states(question, one, figure))
        return next((one.text for one in found), None)
    finding = _finding_of(figure, trial)
    if finding is not None and (one := _within(finding, trial)):
        return one.figure.text
    is_free = finding is None or finding.fault is None
    return figure.text if is_free and names_year(quote, figure) else None


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
    glossary: Glossary,
) -> str | None:
    """Why a sentence is not proved, in a word; None where it is."""
    if not trials:
        return "no_citation"
    missing = [n for n, checked in enumerate(figures) if checked.verdict == "not_found"]
    if missing:
        return _explain_missing(figures, missing, trials)
    if reading.quoted:
        texts = [blank_orders(trial.source.node).text for trial in trials]
        lost = [q for q in reading.quoted if not any(find_quote(text, q) for text in texts)]
        return "quote_not_found" if lost else None
    return _find_wording_fault(question, reading, trials, glossary)


def _explain_missing(
    figures: Sequence[CheckedFigure], missing: Sequence[int], trials: Sequence[_Trial]
) -> str:
    """A figure that stands nowhere comes first, then one that is about something else."""
    faults = [_fault_of(figures[n].figure, trials) for n in missing]
    for n, fault in zip(missing, faults, strict=True):
        if fault is None:
            return f"figure_not_found:{figures[n].figure.text}"
    return next(filter(None, faults))


def _fault_of(figure: Figure, trials: Sequence[_Trial]) -> str | None:
    found = (_finding_of(figure, trial) for trial in trials)
    return next((one.fault for one in found if one is not None and one.fault), None)


def _finding_of(figure: Figure, trial: _Trial) -> Finding | None:
    same = (one for one in trial.findings if one.subject.figure.span == figure.span)
    return next(same, None)


def _find_wording_fault(
    question: str, reading: ClaimReading, trials: Sequence[_Trial], glossary: Glossary
) -> str | None:
    nodes = [blank_orders(trial.source.node) for trial in trials]
    lexicons = [build_context(node.text, node.metadata, glossary) for node in nodes]
    # Where nobody knows who speaks, a speaker that is named is no contradiction.
    voiced = any(node.metadata.get(key) for node in nodes for key in ("organisation", "author"))
    if strange := find_strange_name(reading.text, question, lexicons, voiced=voiced):
        return f"name_not_found:{strange}"
    metadata, texts = [node.metadata for node in nodes], [node.text for node in nodes]
    if voiced and (speaker := find_other_speaker(reading.text, metadata, texts, glossary)):
        return f"other_speaker:{speaker}"
    if reading.figures:
        return None
    lost = [find_missing_item(reading.text, lexicon) for lexicon in lexicons]
    if all(lost):
        return "not_supported"
    quotes = [trial.citation.quote_shown for trial in trials]
    return "negation" if all(denies_otherwise(reading.text, quote) for quote in quotes) else None
