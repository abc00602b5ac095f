"""Answers as Slack may have to show them: ordinary ones in both languages, and any at all."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import get_args

from hypothesis import strategies as st

from assistant.answer import (
    Answer,
    CheckedFigure,
    Citation,
    Claim,
    Conflict,
    ConflictSide,
    Passage,
    Reason,
    Span,
    Status,
    Verdict,
)
from assistant.errors import RetryableModelError
from assistant.figures.types import Figure
from assistant.text.citations import add_markers
from store.places import Place
from tests.support.answers import build_citation
from tests.test_recalling import CHECKED, PLACES, SIDES
from tests.web.fake import answer_in_chinese, answer_in_english, make_claim, make_figure, refusal

_PIECES = (
    "Chengdu grew by 3.5 % in 2023",
    "二〇二三年成都增长3.5%",
    ". ",
    "。",
    " ",
    "\n",
    "<!here>",
    "R&D",
    "*bold* _it_ ~no~ `code`",
    ":x:",
    "> ",
    "😀",
    "👨‍👩‍👧‍👦",
    "e\u0301",
    "\ud83d",
    "\x00",
)
_FILLERS = ("very long ", "很长的话", "&", "<", "😀", "a")


def lengthen(filler: str, times: int) -> str:
    return filler * times


SHORT = st.lists(st.sampled_from(_PIECES), max_size=8).map("".join)
LONG = st.builds(lengthen, st.sampled_from(_FILLERS), st.integers(0, 4000))
TEXTS = SHORT | LONG
NUMBERS = st.lists(st.integers(1, 30), max_size=3, unique=True).map(tuple)
SPANS = st.just(Span(3, 9, 2, 4))

CLAIMS = st.builds(
    Claim,
    TEXTS.filter(str.strip),
    NUMBERS,
    st.sampled_from(get_args(Verdict)),
    st.none(),
    st.lists(CHECKED, max_size=2).map(tuple),
)
PASSAGES = st.builds(
    Passage,
    st.integers(1, 20),
    TEXTS,
    TEXTS,
    TEXTS,
    TEXTS,
    st.none() | TEXTS,
    st.none() | SHORT,
    st.none() | st.integers(1900, 2100),
    st.none() | TEXTS,
    SPANS,
    st.sampled_from(["en", "zh", "fr"]),
    st.just(0.5),
)
CITATIONS = st.builds(
    Citation, st.integers(1, 30), PASSAGES, TEXTS, TEXTS, SPANS, st.none() | PLACES
)


def join(claims: tuple[Claim, ...], lead: str) -> str:
    return lead + "\n".join(add_markers(claim.text, claim.citations) for claim in claims)


def finish(answer: Answer, lead: str) -> Answer:
    """With the text that its claims make, as the engine joins it."""
    return replace(answer, response=join(answer.claims, lead))


ANSWERS = st.builds(
    finish,
    st.builds(
        Answer,
        question=TEXTS,
        language=st.sampled_from(["en", "zh"]),
        status=st.sampled_from(get_args(Status)),
        reason=st.none() | st.sampled_from(get_args(Reason)),
        incomplete=st.booleans(),
        fallback=st.booleans(),
        claims=st.lists(CLAIMS, max_size=6).map(tuple),
        citations=st.lists(CITATIONS, max_size=5).map(tuple),
        conflicts=st.lists(
            st.builds(Conflict, TEXTS, st.lists(SIDES, max_size=3).map(tuple)), max_size=2
        ).map(tuple),
        problems=st.lists(SHORT, max_size=2).map(tuple),
        nearest=st.lists(PASSAGES, max_size=2).map(tuple),
        failure=st.none() | st.just(RetryableModelError("timeout", model="<m>")),
    ),
    st.just("") | SHORT,
)

PARTIAL = "The pit gave 12 tonnes of copper in 2021."
LEFT = "It gave 14 tonnes in 2022, 26 tonnes in all."


def partial_in_english() -> Answer:
    """With a sentence that isn't proved, figures of every verdict, and sources that disagree."""
    twelve = make_figure(PARTIAL, "12 tonnes", 12, "t")
    fourteen = make_figure(LEFT, "14 tonnes", 14, "t")
    total = make_figure(LEFT, "26 tonnes", 26, "t")
    year = make_figure(PARTIAL, "2021", 2021, "year")
    said = CheckedFigure(twelve, "checked", (1,), "12 t")
    dated = CheckedFigure(year, "checked", (1,), "2021")
    unknown = CheckedFigure(fourteen, "not_found")
    summed = CheckedFigure(total, "computed", (1,), None, (twelve, fourteen))
    claims = (
        make_claim(PARTIAL, (1,), said, dated),
        replace(make_claim(LEFT, (), unknown, summed), verdict="unproved"),
    )
    sides = (
        ConflictSide(twelve, "Northern Mill", 2024, 1),
        ConflictSide(Figure(Decimal(15), "t", "15 t", (0, 4)), "Mining & Co. <x>", None, 2),
    )
    return Answer(
        response=f"{PARTIAL} [1] {LEFT}",
        question="How much *copper* did the pit give?",
        language="en",
        status="partial",
        claims=claims,
        citations=(build_citation(1), replace(build_citation(2), place=Place("page", 3, 4))),
        conflicts=(Conflict("copper of the pit in 2021", sides),),
        problems=("figure_not_found:14 tonnes",),
        incomplete=True,
    )


def fallback_in_chinese() -> Answer:
    failure = RetryableModelError("timeout", model="qwen3")
    return replace(answer_in_chinese(), fallback=True, failure=failure)


def greeting() -> Answer:
    return Answer(response="Hello! Ask away.", question="Hi", language="en", status="verified")


def refusal_in(question: str, language: str) -> Answer:
    return refusal(question, "zh" if language == "zh" else "en")


GOLDEN = {
    "verified, English": answer_in_english,
    "verified, Chinese": answer_in_chinese,
    "partial, sources disagree, cut off": partial_in_english,
    "quoted in place of a model, Chinese": fallback_in_chinese,
    "refused, English": lambda: refusal_in("Why is the sea salt?", "en"),
    "refused, Chinese": lambda: refusal_in("海水为什么是咸的？", "zh"),
    "greeting": greeting,
}
