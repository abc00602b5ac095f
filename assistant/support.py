"""Which sentences of a passage support the figures of a claim."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.evidence import Statement
from assistant.figures import Bound, Figure, same_quantity, supports_figure
from assistant.fit import read_words, share, terms_of, weigh
from assistant.guard import Evidence, Subject, find_contradiction
from assistant.subjects import find_year_mentions, keys_of, years_of

Span = tuple[int, int]

LONGEST = 700
"""Characters of the longest quotation made of several sentences."""

_LOWER = re.compile(
    r"\b(?:exceed|surpass|more than|at least|over|above)\w*|超过|超|至少|不少于|突破|以上", re.I
)
_UPPER = re.compile(
    r"\b(?:less than|at most|up to|no more than|below|under)\b"
    r"|不到|不足|不超过|至多|低于|以下|最多",
    re.I,
)
_BOUNDS: dict[re.Pattern[str], frozenset[Bound]] = {
    _LOWER: frozenset({"more_than", "at_least"}),
    _UPPER: frozenset({"less_than", "at_most", "nearly"}),
}
_PERIODS = frozenset({"year", "date", "half", "quarter"})


@dataclass(frozen=True, slots=True)
class Finding:
    """What a passage says to one figure of a claim: the statements that support it, or why those
    that read the same don't."""

    subject: Subject
    supporting: tuple[Statement, ...]
    fault: str | None


def find_support(
    question: str,
    claim: str,
    subjects: Sequence[Subject],
    evidence: Evidence,
    said: Sequence[Figure],
) -> list[Finding]:
    """A finding for each subject; `said` are the figures of claim and question, rivals of none."""
    return [_find(question, claim, subject, evidence, said) for subject in subjects]


def _find(
    question: str, claim: str, subject: Subject, evidence: Evidence, said: Sequence[Figure]
) -> Finding:
    alike = [
        one
        for one in evidence.statements
        if one.per == subject.per and states(question, one.figure, subject.figure)
    ]
    faults = [find_contradiction(subject, one, evidence, said) for one in alike]
    good = tuple(one for one, fault in zip(alike, faults, strict=True) if fault is None)
    fault = next((fault for fault in faults if fault), None)
    return Finding(subject, good, None if good else fault)


def states(question: str, source: Figure, claimed: Figure) -> bool:
    """Whether a source's figure proves a claimed one. A bound that the question has asked with
    ("more than how much?") needn't be said again."""
    if supports_figure(source, claimed):
        return True
    if claimed.bound != "exact" or not same_quantity(source, claimed):
        return False
    return any(
        source.bound in bounds and pattern.search(question) for pattern, bounds in _BOUNDS.items()
    )


def is_restated(claim: str, figure: Figure, others: Sequence[Figure]) -> bool:
    """Whether a figure stands in brackets behind an equal one: 20 MW (20,000 kW)."""
    start = figure.span[0]
    return any(
        one.span[1] <= start
        and same_quantity(one, figure)
        and re.fullmatch(
            r"\s*[(（](?:i\.e\.|即|约|合|about|or)?[:：]?\s*", claim[one.span[1] : start]
        )
        for one in others
    )


def choose_window(
    sentences: Sequence[Span], worth: Sequence[float], findings: Sequence[Finding]
) -> Span:
    """The sentence that supports most, with the neighbours that support what it doesn't."""
    held = [_supported(findings, span) for span in sentences]
    best = max(range(len(sentences)), key=lambda n: (len(held[n]), worth[n]))
    first = last = best
    missing = frozenset().union(*held) - held[best]
    for n in sorted(range(len(sentences)), key=lambda n: abs(n - best)):
        low, high = min(first, n), max(last, n)
        if held[n] & missing and sentences[high][1] - sentences[low][0] <= LONGEST:
            first, last, missing = low, high, missing - held[n]
    return sentences[first][0], sentences[last][1]


def _supported(findings: Sequence[Finding], span: Span) -> frozenset[int]:
    return frozenset(
        n
        for n, finding in enumerate(findings)
        if any(span[0] <= one.figure.span[0] < span[1] for one in finding.supporting)
    )


def names_year(text: str, figure: Figure) -> bool:
    """Whether a text names the year that a figure is, "the year before" included."""
    return figure.unit == "year" and bool(
        years_of(figure) & keys_of(find_year_mentions(text), "year")
    )


def rate_sentences(question: str, claim: str, evidence: Evidence) -> list[float]:
    """How much of the claim's words, and a little of the question's, each sentence holds."""
    texts = [evidence.text[slice(*span)] for span in evidence.sentences]
    own, asked = read_words(claim), read_words(question)
    weights, others = weigh(own, texts), weigh(asked, texts)
    return [
        share(own, weights, terms_of(text)) + 0.3 * share(asked, others, terms_of(text))
        for text in texts
    ]
