"""The subject guard: whether a figure of a source is about what claim and question are about.

A neighbour's number looks right in every digit; it is told by its year, its place and the words
beside it. What a source leaves unsaid is no contradiction, what it says otherwise is one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from assistant.evidence import Statement, read_statements
from assistant.figures import Figure, same_quantity, supports_figure
from assistant.fit import Words, read_words, share, terms_of, weigh
from assistant.saying import find_said_years, is_of_saying, names_report
from assistant.subjects import (
    Mention,
    find_scopes,
    find_year_mentions,
    is_named,
    keys_of,
    years_of,
)
from assistant.text.script import simplify

MARGIN = 0.03
"""How much better another figure of a passage may fit the words of a claim than its own does.

With the weights below it parts the known figures of bilingual report questions from other figures
of the same unit and passage: 97 % of the known ones stay, 85 % of the others go.
"""
_SENTENCE, _SEGMENT, _NEAR, _CLAUSE = 0.35, 0.10, 0.35, 0.20
_BEFORE, _AFTER = 20, 30  # characters around a figure that name what it counts

_AT_FIRST = re.compile(
    r"\b(?:from|before|originally|initially|at first|previous(?:ly)?|used to|since)\b"
    r"|原来|原先|起初|最初|此前|之前|以前|[从由自]",
    re.IGNORECASE,
)
_LATIN_WORD = re.compile(r"[a-z]+")
_PERIODS = frozenset({"year", "date", "half", "quarter"})


@dataclass(frozen=True)
class Subject:
    """What a claimed figure is about. `years` and `places` are those that the claim puts beside it,
    else the question's; `clause` are the claim's own words around it. `is_period` marks a year or
    date that says when another figure held, `per` the measure of another one, `is_start` that it is
    asked what something rose or fell from."""

    figure: Figure
    years: frozenset[str]
    places: frozenset[str]
    mentions: tuple[Mention, ...]
    words: Words
    clause: Words
    is_period: bool = False
    per: bool = False
    is_start: bool = False


@dataclass(frozen=True)
class Evidence:
    """A passage as claims see it; spans are in its text, `year` is when it was written."""

    text: str
    sentences: tuple[tuple[int, int], ...]
    year: int | None

    @property
    def statements(self) -> tuple[Statement, ...]:
        return read_statements(self.text, self.sentences)


def read_subjects(question: str, claim: str, year: int | None) -> list[Subject]:
    """The subject of every figure of a claim, in order. A question names the `year` in which the
    source was written to say which report it means, and not when a figure held."""
    asked_years, asked = _years_asked(question, year), find_scopes(question)
    words = read_words(f"{question}\n{claim}")
    statements = read_statements(claim)
    said = _years_of_saying(claim, year)
    only_periods = all(one.figure.unit in _PERIODS for one in statements)
    return [
        Subject(
            figure=statement.figure,
            years=(statement.years() - said) or asked_years,
            places=statement.places() or keys_of(asked, "place"),
            mentions=(*statement.own, *statement.led, *asked),
            words=words,
            clause=read_words(claim[slice(*statement.segment)]),
            is_period=statement.figure.unit in _PERIODS and not only_periods,
            per=statement.per,
            is_start=bool(statement.toward or _AT_FIRST.search(simplify(f"{question}\n{claim}"))),
        )
        for statement in statements
    ]


@lru_cache(maxsize=1024)
def _years_asked(question: str, about: int | None) -> frozenset[str]:
    years: set[str] = set()
    for mention in find_year_mentions(question):
        of_report = names_report(question, mention.span[1])
        if not (of_report and str(about) in mention.keys):
            years |= mention.keys
    return frozenset(years)


def _years_of_saying(claim: str, year: int | None) -> frozenset[str]:
    """The year in which the source was written, where the claim names it as no more than that."""
    mentions = [one for one in find_year_mentions(claim) if str(year) in one.keys]
    if mentions and all(is_of_saying(claim, one.span) for one in mentions):
        return frozenset([str(year)])
    return frozenset()


def read_asked(question: str, year: int | None) -> Subject:
    """What a question asks about, before any answer: its years and places, no figure. `year` is
    when the source was written."""
    asked = find_scopes(question)
    years, places = _years_asked(question, year), keys_of(asked, "place")
    none = Figure(Decimal(0), "", "", (0, 0))
    return Subject(none, years, places, asked, read_words(question), Words())


def is_other_year(subject: Subject, statement: Statement, evidence: Evidence) -> bool:
    """Whether a figure of the source stands beside another year than the subject's, be it only that
    of the one who says so: the feature that the weights of ranking are fitted on."""
    return bool(_other_year(subject, statement, evidence, beside=True))


def is_other_place(subject: Subject, statement: Statement, evidence: Evidence) -> bool:
    """Whether a figure of the source is stated of another place than the subject's."""
    return bool(_other_place(subject, statement, evidence))


def find_contradiction(
    subject: Subject, statement: Statement, evidence: Evidence, claimed: Sequence[Figure]
) -> str | None:
    """Why a figure of the source isn't the claim's although it reads the same, as `code:detail`;
    `claimed` are all figures of the claim and the question, which are nobody's rivals."""
    if statement.figure.unit not in _PERIODS and (
        fault := _other_year(subject, statement, evidence)
    ):
        return fault
    return (
        _other_place(subject, statement, evidence)
        or _other_end(subject, statement, evidence, claimed)
        or _other_measure(subject, statement, evidence, claimed)
    )


def _other_year(
    subject: Subject, statement: Statement, evidence: Evidence, *, beside: bool = False
) -> str | None:
    """A year in which somebody says so is no figure's, and one that it is measured against is not
    its own; `beside`: both count as any year that stands beside it."""
    said = frozenset() if beside or statement.row else _years_said(statement, evidence)
    stated = (keys_of(statement.own, "year") - said) or (keys_of(statement.led, "year") - said)
    loose = keys_of(statement.loose, "year") - said
    refers = beside or not stated or statement.toward is not None
    referred = keys_of(statement.references, "year") if refers else frozenset()
    if not subject.years or subject.years & (stated | loose | referred):
        return None
    if stated:
        return f"other_year:{min(stated)}"
    if loose:
        return None if str(evidence.year) in subject.years else f"other_year:{min(loose)}"
    around = keys_of(find_year_mentions(evidence.text), "year") | {str(evidence.year)}
    above = _years_above(evidence, statement)
    if above and not subject.years & around:
        return f"other_year:{min(above)}"
    return None


def _sentence_of(evidence: Evidence, statement: Statement) -> str:
    return evidence.text[slice(*statement.sentence)]


def _years_said(statement: Statement, evidence: Evidence) -> frozenset[str]:
    return find_said_years(_sentence_of(evidence, statement))


def _years_above(evidence: Evidence, statement: Statement) -> frozenset[str]:
    """The years named last before a sentence that names none."""
    mentions = find_year_mentions(evidence.text[: statement.sentence[0]])
    return mentions[-1].keys if mentions else frozenset()


def _other_place(subject: Subject, statement: Statement, evidence: Evidence) -> str | None:
    own, led = keys_of(statement.own, "place"), keys_of(statement.led, "place")
    stated = own or led
    if not subject.places or not stated or subject.places & (own | led):
        return None
    words = frozenset(_LATIN_WORD.findall(_sentence_of(evidence, statement).lower()))
    if any(is_named(mention, words) for mention in subject.mentions):
        return None
    above = keys_of(find_scopes(evidence.text[: statement.sentence[1]]), "place")
    if not own and subject.places & above:
        return None
    first = next(one for one in (*statement.own, *statement.led) if one.kind == "place")
    return f"other_place:{_say(first, evidence, statement)}"


def _say(mention: Mention, evidence: Evidence, statement: Statement) -> str:
    if statement.row:
        return min(mention.keys).strip("*")
    start = statement.sentence[0]
    return evidence.text[start + mention.span[0] : start + mention.span[1]]


def _other_end(
    subject: Subject, statement: Statement, evidence: Evidence, claimed: Sequence[Figure]
) -> str | None:
    """Of "from 5 % to 8 %" the first is what is no more, unless the claim has both, or its year."""
    end = statement.toward
    if end is None or subject.is_start or any(same_quantity(end, one) for one in claimed):
        return None
    ends = [
        one
        for one in evidence.statements
        if one.sentence == statement.sentence and same_quantity(one.figure, end)
    ]
    years = statement.years() | keys_of(statement.references, "year")
    own = years.difference(*(one.years() for one in ends))
    return None if subject.years & own else f"other_measure:{end.text}"


def _other_measure(
    subject: Subject, statement: Statement, evidence: Evidence, claimed: Sequence[Figure]
) -> str | None:
    if subject.is_period:
        return None
    rivals = [
        other
        for other in evidence.statements
        if _is_rival(subject, other, evidence, claimed)
        and not _other_year(subject, other, evidence)
        and not _other_place(subject, other, evidence)
    ]
    if not rivals or not subject.words:
        return None
    rival = max(rivals, key=lambda other: fit_of(subject, other, evidence))
    gap = fit_of(subject, rival, evidence) - fit_of(subject, statement, evidence)
    return f"other_measure:{rival.figure.text}" if gap > MARGIN else None


def _is_rival(
    subject: Subject, other: Statement, evidence: Evidence, claimed: Sequence[Figure]
) -> bool:
    if other.figure.unit != subject.figure.unit or other.per:
        return False
    if years_of(other.figure) & _years_said(other, evidence):
        return False
    if other.toward is not None and same_quantity(other.toward, subject.figure):
        return False
    return not any(
        supports_figure(other.figure, one) or same_quantity(other.figure, one) for one in claimed
    )


@lru_cache(maxsize=4096)
def fit_of(subject: Subject, statement: Statement, evidence: Evidence) -> float:
    """How well the words of a claim fit a figure: its sentence, the part of it that no other figure
    holds, what stands directly around it, and there the claim's own words around its figure."""
    start, end = statement.figure.span
    left, right = statement.segment
    near = (max(left, start - _BEFORE), min(right, end + _AFTER))
    parts = (
        (_SENTENCE, subject.words, statement.sentence),
        (_SEGMENT, subject.words, statement.segment),
        (_NEAR, subject.words, near),
        (_CLAUSE, subject.clause, statement.segment),
    )
    return sum(
        weight
        * share(words, weigh_words(words, evidence), terms_of(_read(evidence, span, statement)))
        for weight, words, span in parts
        if words
    )


def _read(evidence: Evidence, span: tuple[int, int], statement: Statement) -> str:
    """A row's cell is about what its label and its header say; its neighbours are others' cells."""
    if statement.row and span != statement.sentence:
        return statement.row
    return f"{evidence.text[slice(*span)]} {statement.row}"


@lru_cache(maxsize=512)
def weigh_words(words: Words, evidence: Evidence) -> dict[str, float]:
    return weigh(words, [evidence.text[slice(*span)] for span in evidence.sentences])
