"""Scorers of what was asked for: is it answered or refused, rightly, with its source, in the
asker's language?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from assistant.text.language import detect_language
from evals.cases import Ask
from evals.known import find_strange_units, holds_figure, plain_figure
from evals.quotes import FOUND, quotation_share
from evals.score import UNSCORED, AnswerJson, Score, Scorer, score_missing
from evals.stating import answer_figures, names_of, score_figures

_QUOTED = re.compile(r"“[^”]*”|「[^」]*」|\"[^\"]*\"|《[^》]*》")
_LETTER = re.compile(r"[^\W\d_]")
_MARKER = re.compile(r"\[\d+\]")


def score_names(ask: Ask, answer: AnswerJson) -> Score:
    """1 where the answer holds one alternative of every known name."""
    if not ask.case.names:
        return UNSCORED
    text = answer["answer"]
    missing = [name for name in ask.case.names if not _holds_name(text, name)]
    return score_missing(text, missing)


def score_right(ask: Ask, answer: AnswerJson) -> Score:
    """1 where all known figures and all known names stand in the answer."""
    return _score_known(ask, answer) if ask.case.answerable else UNSCORED


def score_citation(ask: Ask, answer: AnswerJson) -> Score:
    """1 where each known quotation is found in one cited passage."""
    if not ask.case.answerable:
        return UNSCORED
    passages = [citation["passage"] for citation in answer["citations"]]
    shares = [_best_share(quotation, passages) for quotation in ask.case.quotations]
    return score_shares(shares, f"{len(passages)} cited")


def score_shares(shares: list[float], answer: str) -> Score:
    """1 where every quotation is found, by the share of its characters in its best passage."""
    found = all(share >= FOUND for share in shares)
    shown = ", ".join(f"{share:.0%}" for share in shares)
    return Score(1.0 if found else 0.0, answer, "" if found else f"held of the quotation: {shown}")


def score_answered(ask: Ask, answer: AnswerJson) -> Score:
    """1 where an answerable question is answered at all, rightly or not."""
    if not ask.case.answerable:
        return UNSCORED
    return Score(1.0) if answer["answered"] else Score(0.0, "", f"refused: {answer['reason']}")


def score_refusals(ask: Ask, answer: AnswerJson) -> Score:
    """1 where a question that the documents don't answer is refused, and where one that supposes
    what isn't so is refused or answered with what is so."""
    if ask.case.answerable:
        return UNSCORED
    if not answer["answered"]:
        return Score(1.0, str(answer["reason"]))
    if ask.case.kind == "false_premise":
        return _score_known(ask, answer)
    return Score(0.0, answer["answer"], ask.case.why or "the documents do not say")


def score_refusal_precision(ask: Ask, answer: AnswerJson) -> Score:
    """1 where a refusal is right, of all that are refused."""
    if answer["answered"]:
        return UNSCORED
    if not ask.case.answerable:
        return Score(1.0, str(answer["reason"]))
    return Score(0.0, str(answer["reason"]), f"the documents say: {ask.expected}")


def score_near_miss(ask: Ask, answer: AnswerJson) -> Score:
    """1 where a question beside what the documents say (another year, place, measure) is refused:
    the refusals that no likeness tells from answers."""
    return score_refusals(ask, answer) if ask.case.kind == "near_miss" else UNSCORED


def score_clean(ask: Ask, answer: AnswerJson) -> Score:
    """1 where nothing that is forbidden stands in the answer, whatever else it says."""
    case, text = ask.case, answer["answer"]
    if not (case.forbidden or case.forbidden_figures):
        return UNSCORED
    if strange := find_strange_units(case.forbidden_figures):
        return Score(None, "", f"unit not known: {', '.join(strange)}")
    found = answer_figures(answer)
    figures = [known for known in case.forbidden_figures if holds_figure(known, found)]
    said = [name for name in case.forbidden if _holds_name(text, name)]
    said += [known.text or plain_figure(known) for known in figures]
    return Score(0.0, text, f"forbidden: {'; '.join(said)}") if said else Score(1.0, text)


def score_language(ask: Ask, answer: AnswerJson) -> Score:
    """1 where the answer's own words, quotations and names apart, are in the asker's language."""
    own = _own_words(answer)
    silent = not _LETTER.search(own)
    right = answer["language"] == ask.language and (silent or detect_language(own) == ask.language)
    return Score(1.0, own) if right else Score(0.0, own, f"not in {ask.language}")


def build_quotation_scorer(read_text: Callable[[str], str]) -> Scorer:
    """The scorer that looks each citation's quote up in the stored text of its document.

    `read_text` gives a document's text by its id; a quote must be exactly text[start:end].
    """

    def score_quotations(ask: Ask, answer: AnswerJson) -> Score:
        citations = answer["citations"]
        if not citations:
            return Score(0.0, "", "answered without a citation") if answer["answered"] else UNSCORED
        lost = [str(c["number"]) for c in citations if not _is_verbatim(c, read_text)]
        shown = f"{len(citations)} cited"
        if not lost:
            return Score(1.0, shown)
        return Score(0.0, shown, f"not in the stored text at its span: citation {', '.join(lost)}")

    return score_quotations


ANSWER_SCORERS: dict[str, Scorer] = {
    "names": score_names,
    "right": score_right,
    "citation": score_citation,
    "answered": score_answered,
    "refusals": score_refusals,
    "refusal_precision": score_refusal_precision,
    "near_miss": score_near_miss,
    "clean": score_clean,
    "language": score_language,
}


def _score_known(ask: Ask, answer: AnswerJson) -> Score:
    parts = [score_figures(ask, answer), score_names(ask, answer)]
    faults = "; ".join(part.explanation for part in parts if part.explanation)
    values = [part.value for part in parts if part is not UNSCORED]
    judged = [value for value in values if value is not None]
    value = min(judged) if values == judged else None
    return Score(value, answer["answer"], faults)


def _holds_name(text: str, name: str) -> bool:
    folded = _fold(text)
    return any(_starts_in(folded, _fold(alternative)) for alternative in name.split("|"))


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


def _starts_in(text: str, name: str) -> bool:
    """Is the name in the text, not begun within a Latin word? "Partnership" is in "partnerships",
    "SAP" is not in "ASAP"."""
    return bool(name) and re.search(rf"(?<![a-z0-9]){re.escape(name)}", text) is not None


def _best_share(quotation: str, passages: list[str]) -> float:
    return max((quotation_share(quotation, passage) for passage in passages), default=0.0)


def _is_verbatim(citation: Mapping[str, Any], read_text: Callable[[str], str]) -> bool:
    start, end = citation["span"]
    quote: str = citation["quote"]
    return bool(quote) and read_text(citation["document"])[start:end] == quote


def _own_words(answer: AnswerJson) -> str:
    text = _MARKER.sub(" ", answer["answer"])
    for citation in answer["citations"]:
        text = text.replace(citation["quote_shown"], " ")
    text = _QUOTED.sub(" ", text)
    for name in (name for citation in answer["citations"] for name in names_of(citation)):
        text = text.replace(name, " ")
    return " ".join(text.split())
