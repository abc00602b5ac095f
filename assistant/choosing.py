"""Which of the ranked sentences to quote: one or two, more where several things are asked."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.features import holds_name
from assistant.periods import find_rows_of_years
from assistant.ranking import Candidate
from assistant.reading import Reading
from assistant.retrieval import Part
from assistant.stated import is_title
from assistant.text.terms import Alternatives, find_terms

SENTENCES = 2
SENTENCES_OF_SEVERAL = 3
ORGANISATIONS = 6  # of a broad question
SAME = 0.8  # share of words from which on two sentences say the same
NEAR = 6.0  # logits behind the best sentence at which one of a speaker still answers
NEAR_NAME = 8.0  # the same of one that holds a name which the best one lacks


def choose_sentences(
    reading: Reading, ranked: Sequence[Candidate], first: Sequence[Candidate] = ()
) -> list[Candidate]:
    """What to quote, in the order in which to say it; no two that say the same."""
    if reading.broad:
        return _one_each(ranked)[:ORGANISATIONS]
    alone = not first and len(reading.speakers) < 2
    if alone and (rows := find_rows_of_years(reading.text, ranked)):
        return rows
    wanted = SENTENCES_OF_SEVERAL if reading.several else SENTENCES
    leading = list(first)
    if not leading and len(reading.speakers) > 1:
        leading = _one_a_speaker(reading, ranked)
    if not leading and reading.differing:
        leading = _one_each(ranked)[:SENTENCES]
    elif not leading and reading.several:
        leading = _one_a_name(reading, ranked)
    chosen: list[Candidate] = []
    telling = [one for one in ranked if not is_title(one.node, one.span)]
    for candidate in [*leading, *(telling or ranked)]:
        if len(chosen) < wanted and not any(_says_same(candidate, other) for other in chosen):
            chosen.append(candidate)
    return chosen


def _one_each(ranked: Sequence[Candidate]) -> list[Candidate]:
    """The best sentence of each voice, best voices first."""
    best: dict[str, Candidate] = {}
    for candidate in ranked:
        best.setdefault(_voice(candidate), candidate)
    return list(best.values())


def _one_a_speaker(reading: Reading, ranked: Sequence[Candidate]) -> list[Candidate]:
    """The best sentence of each organisation named, of those that come near the best of all."""
    near = [one for one in ranked if one.score > ranked[0].score - NEAR]
    found = [
        next((one for one in near if _voice(one) in names), None) for names in reading.speakers
    ]
    return sorted(filter(None, found), key=lambda one: -one.score)


def choose_of_part(part: Part, ranked: Sequence[Candidate]) -> list[Candidate]:
    """The best sentence said by whom a part asks about; else one that names them; else the best
    that names none of the others."""
    near = [one for one in ranked if one.score > ranked[0].score - NEAR_NAME]
    said = [one for one in near if _voice(one) in part.voices]
    named = [one for one in near if any(_names(one, name) for name in part.own)]
    silent = [one for one in near if not any(_names(one, name) for name in part.others)]
    return (said or named or silent)[:1]


def _one_a_name(reading: Reading, ranked: Sequence[Candidate]) -> list[Candidate]:
    """The best sentence, and for each name of the question that it lacks the best one with it."""
    if not ranked:
        return []
    near = [one for one in ranked if one.score > ranked[0].score - NEAR_NAME]
    chosen = [ranked[0]]
    for forms in reading.names:
        if not any(_names(one, forms) for one in chosen):
            chosen += [one for one in near if _names(one, forms)][:1]
    return chosen


def _names(candidate: Candidate, forms: Alternatives) -> bool:
    return holds_name(forms, frozenset(find_terms(candidate.text)))


def _voice(candidate: Candidate) -> str:
    meta = candidate.node.metadata
    return str(meta.get("organisation") or meta["document"])


def _says_same(one: Candidate, other: Candidate) -> bool:
    left, right = set(find_terms(one.text)), set(find_terms(other.text))
    return len(left & right) > SAME * max(1, min(len(left), len(right)))
