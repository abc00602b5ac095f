"""Scorers of citations: is each claim backed by what it cites, and is each citation needed?

Citation recall and precision as ALCE defines them (Gao et al. 2023, arXiv 2305.14627, 3.2), with
figures and quotations looked up in place of a model that judges entailment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from evals.backing import Stated, find_backed, is_backed, read_stated
from evals.cases import Ask
from evals.score import UNSCORED, AnswerJson, Score, Scorer, score_share
from evals.stating import without_attributions

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Cited:
    """A claim, what it states, and the passages that it cites by their numbers."""

    text: str
    stated: Stated
    passages: dict[int, str]

    @property
    def backed(self) -> bool | None:
        return is_backed(self.stated, self.passages.values())


def score_citation_recall(ask: Ask, answer: AnswerJson) -> Score:
    """The share of the claims that the passages they cite back between them."""
    if not answer["answered"]:
        return UNSCORED
    judged = [claim for claim in _read_claims(answer) if claim.backed is not None]
    faults = [f"not backed: {claim.text}" for claim in judged if not claim.backed]
    return score_share(f"{len(judged)} claims", len(judged) - len(faults), faults)


def score_citation_precision(ask: Ask, answer: AnswerJson) -> Score:
    """The share of the citations that back their claim alone, or a part of it that no other one of
    the claim does. Those of a claim that isn't backed are wrong."""
    if not answer["answered"]:
        return UNSCORED
    judged = [claim for claim in _read_claims(answer) if claim.backed is not None]
    marked = [(number, claim) for claim in judged for number in claim.passages]
    idle = [f"[{n}] isn't needed: {claim.text}" for n, claim in marked if not _is_needed(n, claim)]
    return score_share(f"{len(marked)} citations", len(marked) - len(idle), idle)


CITING_SCORERS: dict[str, Scorer] = {
    "citation_recall": score_citation_recall,
    "citation_precision": score_citation_precision,
}


def _is_needed(number: int, claim: _Cited) -> bool:
    if not claim.backed:
        return False
    if is_backed(claim.stated, [claim.passages[number]]):
        return True
    others = [text for one, text in claim.passages.items() if one != number]
    elsewhere = frozenset().union(*(find_backed(claim.stated, text) for text in others))
    return bool(find_backed(claim.stated, claim.passages[number]) - elsewhere)


def _read_claims(answer: AnswerJson) -> Iterator[_Cited]:
    citations = {citation["number"]: citation for citation in answer["citations"]}
    for claim in answer["claims"]:
        cited = {number: citations[number] for number in claim["citations"]}
        plain = without_attributions(claim["text"], cited.values())
        stated = _put_operands(read_stated(plain), answer["figures"])
        passages = {number: _read_passage(one) for number, one in cited.items()}
        yield _Cited(claim["text"], stated, passages)


def _read_passage(citation: Json) -> str:
    """With the head that its chunk carries: a passage of a report says neither whose nor when; and
    as it is shown, where the heads of a table that began earlier stand above its rows."""
    about = (citation["organisation"], citation["author"], citation["title"], citation["year"])
    head = " ".join(str(one) for one in about if one)
    return f"{head}\n{citation['quote_shown']}\n{citation['passage']}\n{citation['passage_shown']}"


def _put_operands(stated: Stated, figures: Sequence[Json]) -> Stated:
    """What was computed stands in no passage: what it was computed from must."""
    computed = {
        figure["text"]: [operand["text"] for operand in figure["operands"]]
        for figure in figures
        if figure["verdict"] == "computed"
    }
    parts = [part for text in stated.figures for part in computed.get(text, [text])]
    return replace(stated, figures=tuple(dict.fromkeys(parts)))
