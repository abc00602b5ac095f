"""An answer as text and as the one JSON form that everything outside reads."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from assistant.answer import (
    Answer,
    CheckedFigure,
    Claim,
    Conflict,
    ConflictSide,
    Language,
    Span,
)
from assistant.errors import ModelError
from assistant.figures import Figure
from tests.support.answers import QUOTE, TEXT, build_answer, build_citation

FIGURE = Figure(Decimal("7E+11"), "CNY", "7000亿元", (0, 6), "nearly", Decimal(10**11))
KEYS = (
    "id question language collection status answered reason incomplete fallback answer model "
    "claims citations figures conflicts problems timings_ms usage fingerprint failure"
).split()


def test_json_has_every_documented_key_and_can_be_written() -> None:
    found = build_answer("How much?").to_json()
    assert set(KEYS) <= set(found)
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize(("language", "said"), [("en", "refused the key"), ("zh", "拒绝了")])
def test_why_a_model_gave_no_answer_is_told_in_the_answers_language(
    language: Language, said: str
) -> None:
    failure = ModelError("refused_key", model="m", setting="DUOCITE_LLM")
    found = build_answer("?", language, failure=failure).to_json()["failure"]
    assert found["code"] == "model.refused_key"
    assert said in found["message"]
    assert build_answer("?").to_json()["failure"] is None


def test_a_citation_points_into_the_stored_text() -> None:
    (citation,) = build_answer("How much?").to_json()["citations"]
    start, end = citation["span"]
    assert TEXT[start:end] == citation["quote"] == QUOTE
    assert citation["location"] == {"kind": "lines", "from": 2, "to": 2}
    assert (citation["number"], citation["document"]) == (1, "mill.md")
    assert (citation["organisation"], citation["year"]) == ("Northern Mill", 2024)


def test_figures_are_written_out_without_exponents() -> None:
    claim = Claim("近7000亿元", (1,), "proved", None, (CheckedFigure(FIGURE, "checked", (1,)),))
    (figure,) = build_answer("多少？", claims=(claim,)).to_json()["figures"]
    assert figure == {
        "text": "7000亿元",
        "value": "700000000000",
        "unit": "CNY",
        "bound": "nearly",
        "verdict": "checked",
        "citations": [1],
        "operands": [],
        "claim": 0,
        "source": None,
        "span": [0, 6],
        "step": "100000000000",
    }


def test_a_conflict_says_who_states_what_and_when() -> None:
    conflict = Conflict("output", (ConflictSide(FIGURE, "Acme", 2021, 2),))
    (found,) = build_answer("How much?", conflicts=(conflict,)).to_json()["conflicts"]
    (side,) = found["sides"]
    assert (found["about"], side["who"], side["when"], side["citation"]) == (
        "output",
        "Acme",
        2021,
        2,
    )
    assert side["figure"]["value"] == "700000000000"


@pytest.mark.parametrize(
    ("status", "answered"), [("verified", True), ("partial", True), ("refused", False)]
)
def test_only_a_refusal_does_not_count_as_answered(status: str, answered: bool) -> None:
    found = build_answer("How much?", status=status)
    assert found.answered is found.to_json()["answered"] is answered


@pytest.mark.parametrize("response", [None, ""])
def test_an_answer_without_text_never_prints_as_none(response: str | None) -> None:
    answer = Answer(response=response)
    assert str(answer) == answer.text == answer.to_json()["answer"] == ""


def test_an_id_is_the_same_for_the_same_and_another_for_anything_else() -> None:
    answer = build_answer("How much?", fingerprint="f")
    assert answer.id == build_answer("How much?", fingerprint="f").id
    others = [
        build_answer("How many?", fingerprint="f"),
        build_answer("How much?", fingerprint="g"),
        build_answer("How much?", fingerprint="f", collection="other"),
        build_answer("How much?", fingerprint="f", response="Another."),
    ]
    assert len({answer.id, *(other.id for other in others)}) == 5
    assert answer.to_json("q7")["id"] == "q7"


def test_the_nearest_passages_of_a_refusal_are_told() -> None:
    refusal = build_answer(
        "How much?", status="refused", claims=(), citations=(), nearest=(build_citation().passage,)
    )
    (nearest,) = refusal.to_json()["nearest"]
    assert (nearest["document"], nearest["passage"]) == ("mill.md", QUOTE)


def test_sources_stand_in_the_order_of_the_numbers() -> None:
    first, second = build_citation(1), build_citation(2)
    moved = replace(second.passage, text="Another.", span=Span(60, 68, 3, 3), author="Li Hua")
    answer = build_answer("How much?", citations=(first, replace(second, passage=moved)))
    assert [node.get_content() for node in answer.source_nodes] == [QUOTE, "Another."]
    assert answer.source_nodes[1].node.node_id == "mill.md:60-68"
    assert answer.source_nodes[1].node.metadata == {
        "document": "mill.md",
        "title": "A year of paper",
        "organisation": "Northern Mill",
        "author": "Li Hua",
        "year": 2024,
        "language": "en",
    }
    assert answer.source_nodes[0].score == 0.9


def test_the_sources_of_a_refusal_are_the_nearest_passages() -> None:
    near = (build_citation().passage,)
    refusal = build_answer("How much?", status="refused", claims=(), citations=(), nearest=near)
    assert [node.get_content() for node in refusal.source_nodes] == [QUOTE]
    assert Answer(response="").source_nodes == []


def test_the_same_answer_has_the_same_sources_under_another_question() -> None:
    answer = build_answer("How much?")
    assert answer == build_answer("How much?")
    assert replace(answer, question="?").source_nodes == answer.source_nodes
