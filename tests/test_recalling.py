"""An answer that went through JSON is the answer that it was."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answer import (
    Answer,
    CheckedFigure,
    Citation,
    Claim,
    Conflict,
    ConflictSide,
    FigureVerdict,
    Passage,
    Reason,
    Span,
    Status,
    Verdict,
)
from assistant.errors import ModelError, RetryableModelError, StoreError
from assistant.figures.types import Bound, Figure
from assistant.hypertext import to_html
from assistant.prompts import explain
from assistant.recalling import read_answer
from assistant.render import to_markdown, to_plain
from store.places import Box, Place
from tests.web.fake import answer_in_chinese, answer_in_english, refusal

# Half a character, as some terminals send, is part of a text too.
TEXT = st.text(st.characters() | st.sampled_from("\ud83d\x00亿元\n"), max_size=12)
SMALL = st.integers(0, 9999)
NUMBERS = st.lists(st.integers(1, 9), max_size=3).map(tuple)
DECIMALS = st.decimals(-(10**15), 10**15, places=3)
SPANS = st.builds(Span, SMALL, SMALL, SMALL, SMALL)
FIGURES = st.builds(
    Figure,
    DECIMALS,
    st.sampled_from(["CNY", "%", "count", "date"]),
    TEXT,
    st.tuples(SMALL, SMALL),
    st.sampled_from(get_args(Bound)),
    DECIMALS,
)
CHECKED = st.builds(
    CheckedFigure,
    FIGURES,
    st.sampled_from(get_args(FigureVerdict)),
    NUMBERS,
    st.none() | TEXT,
    st.lists(FIGURES, max_size=2).map(tuple),
)
CLAIMS = st.builds(
    Claim,
    TEXT,
    NUMBERS,
    st.sampled_from(get_args(Verdict)),
    st.none() | TEXT,
    st.lists(CHECKED, max_size=2).map(tuple),
    st.booleans(),
)
PASSAGES = st.builds(
    Passage,
    st.integers(1, 20),
    TEXT,
    TEXT,
    TEXT,
    TEXT,
    st.none() | TEXT,
    st.none() | TEXT,
    st.none() | st.integers(1900, 2100),
    st.none() | TEXT,
    SPANS,
    st.sampled_from(["en", "zh", "fr"]),
    st.integers(-9999, 9999).map(lambda n: n / 10000),
)
PLACES = (
    st.builds(Place, st.sampled_from(["page", "slide"]), SMALL, SMALL)
    | st.builds(lambda path: Place("heading", name=path), TEXT)
    | st.builds(
        lambda sheet, box: Place("cells", name=sheet, box=box),
        TEXT,
        st.builds(Box, *[st.integers(1, 800)] * 4),
    )
)
CITATIONS = st.builds(Citation, st.integers(1, 9), PASSAGES, TEXT, TEXT, SPANS, st.none() | PLACES)
SIDES = st.builds(ConflictSide, FIGURES, TEXT, st.none() | SMALL, st.integers(1, 9))
CONFLICTS = st.builds(Conflict, TEXT, st.lists(SIDES, max_size=3).map(tuple))
ANSWERS = st.builds(
    Answer,
    response=TEXT,
    source_nodes=st.just([]),
    metadata=st.none(),
    question=TEXT,
    language=st.sampled_from(["en", "zh"]),
    collection=TEXT,
    status=st.sampled_from(get_args(Status)),
    reason=st.none() | st.sampled_from(get_args(Reason)),
    incomplete=st.booleans(),
    fallback=st.booleans(),
    model=TEXT,
    claims=st.lists(CLAIMS, max_size=3).map(tuple),
    citations=st.lists(CITATIONS, max_size=2).map(tuple),
    conflicts=st.lists(CONFLICTS, max_size=1).map(tuple),
    problems=st.lists(TEXT, max_size=2).map(tuple),
    nearest=st.lists(PASSAGES, max_size=1).map(tuple),
    timings_ms=st.dictionaries(TEXT, SMALL, max_size=2),
    usage=st.dictionaries(TEXT, SMALL | TEXT, max_size=2),
    failure=st.none(),
    fingerprint=TEXT,
)


def cross(answer: Answer) -> Answer:
    """There and back, through bytes."""
    return read_answer(json.loads(json.dumps(answer.to_json()).encode()))


@given(ANSWERS)
@settings(deadline=None)
def test_any_answer_comes_back_as_it_was(answer: Answer) -> None:
    assert cross(answer) == answer
    assert cross(answer).to_json() == answer.to_json()


@pytest.mark.parametrize(
    "answer", [answer_in_english(), answer_in_chinese(), refusal("Why?", "en")]
)
def test_it_is_shown_as_it_was(answer: Answer) -> None:
    again = cross(answer)
    for render in (to_plain, to_markdown, to_html):
        assert render(again) == render(answer)
    assert again.id == answer.id


def test_each_figure_comes_back_to_its_claim() -> None:
    again = cross(answer_in_chinese())
    assert [[f.figure.text for f in claim.figures] for claim in again.claims] == [
        ["近50亿元"],
        ["约82亿元"],
        ["2030年"],
    ]
    (computed,) = again.claims[1].figures
    assert [operand.value for operand in computed.operands] == [
        Decimal(5_000_000_000),
        Decimal(3_200_000_000),
    ]


@pytest.mark.parametrize("kind", [ModelError, RetryableModelError])
def test_a_failure_is_explained_in_either_language(kind: type[ModelError]) -> None:
    failed = replace(answer_in_english(), failure=kind("timeout", model="m", path=None))
    again = cross(failed).failure
    assert isinstance(again, kind)
    assert again.retryable is kind.retryable
    assert explain(again, "zh") == explain(kind("timeout", model="m"), "zh")


def test_lines_are_the_place_of_a_text_without_pages() -> None:
    (first, *_) = cross(answer_in_english()).citations
    assert first.place is None
    assert first.location == Place("lines", first.span.line_from, first.span.line_to)


def test_fields_of_later_versions_are_passed_over() -> None:
    known = answer_in_english().to_json()
    known["mood"] = "bright"
    known["citations"][0]["colour"] = "blue"
    assert read_answer(known) == answer_in_english()


@pytest.mark.parametrize(
    "change",
    [
        {"claims": [{}]},
        {"citations": [1]},
        {"figures": [{"claim": 0, "verdict": "checked", "citations": [], "source": None}]},
    ],
)
def test_what_is_no_answer_is_not_read(change: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        read_answer({**answer_in_english().to_json(), **change})


def test_an_error_of_the_store_stays_one() -> None:
    failed = replace(answer_in_english(), failure=StoreError("changed", collection="c"))
    assert isinstance(cross(failed).failure, StoreError)
