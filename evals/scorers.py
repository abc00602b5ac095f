"""Scorers: functions of a question and its answer (as JSON) to a Score.

A Score of None could not be judged (a case without figures has no figures to find); it is apart
from 0, which is wrong. The explanation says what was missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.answer import Answer
from assistant.figures import Figure, find_figures, same_figure
from assistant.text.language import detect_language
from evals.cases import Ask
from evals.known import find_strange_units, holds_figure, plain_figure, read_figure
from evals.quotes import FOUND, quotation_share

AnswerJson = Mapping[str, Any]
_QUOTED = re.compile(r"“[^”]*”|「[^」]*」|\"[^\"]*\"|《[^》]*》")
_LETTER = re.compile(r"[^\W\d_]")
_MARKER = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Score:
    """From 0 (wrong) to 1 (right), or None where it could not be judged; `answer` is what was
    judged, `explanation` why it is not 1."""

    value: float | None
    answer: str = ""
    explanation: str = ""


UNSCORED = Score(None)
Scorer = Callable[[Ask, AnswerJson], Score]


def as_json(answer: Answer | AnswerJson) -> AnswerJson:
    return answer.to_json() if isinstance(answer, Answer) else answer


def score_figures(ask: Ask, answer: AnswerJson) -> Score:
    """1 where every known figure stands in the answer, in whatever words and language; not judged
    where a unit is not known."""
    if not ask.case.figures:
        return UNSCORED
    if strange := find_strange_units(ask.case.figures):
        return Score(None, "", f"unit not known: {', '.join(strange)}")
    found = answer_figures(answer)
    missing = [known for known in ask.case.figures if not holds_figure(known, found)]
    said = "; ".join(figure.text for figure in found)
    return _score_missing(said, [known.text or plain_figure(known) for known in missing])


def score_names(ask: Ask, answer: AnswerJson) -> Score:
    """1 where the answer holds one alternative of every known name."""
    if not ask.case.names:
        return UNSCORED
    text = answer["answer"]
    missing = [name for name in ask.case.names if not _holds_name(text, name)]
    return _score_missing(text, missing)


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


def score_twins(english: AnswerJson, chinese: AnswerJson) -> Score:
    """The share of the figures of either answer that both give; 1 where both refuse."""
    if english["answered"] != chinese["answered"]:
        return Score(0.0, "", "only one of the two languages is answered")
    left, right = answer_figures(english), answer_figures(chinese)
    if not left and not right:
        return UNSCORED if english["answered"] else Score(1.0, "both refused")
    return _score_shared(_distinct(left), _distinct(right))


def answer_figures(answer: AnswerJson) -> list[Figure]:
    """The figures that an answer states: in its text, and those that its JSON lists.

    The year in which a source was published, as in "Ford (2021):", is no part of what is stated.
    """
    stated = find_figures(_without_attributions(answer))
    years = {"year", "date"}
    listed = (read_figure(row) for row in answer["figures"] if row["unit"] not in years)
    return [*stated, *listed]


ANSWER_SCORERS: dict[str, Scorer] = {
    "figures": score_figures,
    "names": score_names,
    "right": score_right,
    "citation": score_citation,
    "answered": score_answered,
    "refusals": score_refusals,
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


def _score_missing(answer: str, missing: list[str]) -> Score:
    if missing:
        return Score(0.0, answer, f"missing: {'; '.join(missing)}")
    return Score(1.0, answer)


def _score_shared(left: list[Figure], right: list[Figure]) -> Score:
    alone = [*_only_in(left, right), *_only_in(right, left)]
    shared = len(left) + len(right) - len(alone)
    said = "; ".join(figure.text for figure in left) + " | " + "; ".join(f.text for f in right)
    named = "; ".join(figure.text for figure in alone)
    share = shared / (len(left) + len(right))
    return Score(share, said, f"in one language only: {named}" if alone else "")


def _only_in(figures: list[Figure], others: list[Figure]) -> list[Figure]:
    return [one for one in figures if not any(same_figure(one, other) for other in others)]


def _distinct(figures: Iterable[Figure]) -> list[Figure]:
    kept: list[Figure] = []
    for figure in figures:
        if not any(same_figure(figure, other) for other in kept):
            kept.append(figure)
    return kept


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


def _names_of(citation: Mapping[str, Any]) -> list[str]:
    fields = ("organisation", "author", "title", "document")
    return [citation[name] for name in fields if citation.get(name)]


def _without_attributions(answer: AnswerJson) -> str:
    text: str = answer["answer"]
    for citation in answer["citations"]:
        for name in _names_of(citation):
            year = rf"\s*[(（,，]\s*{citation['year']}\s*年?\s*[)）:：]"
            text = re.sub(re.escape(name) + year, " ", text)
    return text


def _own_words(answer: AnswerJson) -> str:
    text = _MARKER.sub(" ", answer["answer"])
    for citation in answer["citations"]:
        text = text.replace(citation["quote_shown"], " ")
    text = _QUOTED.sub(" ", text)
    for name in (name for citation in answer["citations"] for name in _names_of(citation)):
        text = text.replace(name, " ")
    return " ".join(text.split())
