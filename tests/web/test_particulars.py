from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from assistant.answer import Language
from assistant.prompts import load_messages
from assistant.web.particulars import MOST_NEAR, show_particulars
from evals.kept import Near, ReplyRow, Said
from evals.latest import Outcome
from evals.measures import Result
from evals.score import Score
from tests.evals.fakes import QUOTE
from tests.web.evaluated import WRONG_MEASURE, write_run

EN, ZH = load_messages("en"), load_messages("zh")


@pytest.fixture
def wrong(tmp_path: Path) -> Outcome:
    run = write_run(tmp_path).read()
    assert run is not None
    return next(one for one in run.suites[0].outcomes if not one.passed)


def refuse(reason: str | None, near: int = 0, status: str = "refused") -> Outcome:
    nearest = tuple(Near(f"d{n}.txt", f"<p>near {n}</p>") for n in range(near))
    said = Said("q?", "", status, reason, nearest=nearest)
    scores = (Result("c", "k", "en", "refusals", Score(None)),)
    return Outcome(ReplyRow("c", "en", said), "k", scores, (), False)


def words(html: str) -> str:
    body = LexborHTMLParser(html).body
    assert body is not None
    return " ".join(body.text(separator=" ").split())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_wrong_answer_has_all_that_is_needed_to_judge_it(
    wrong: Outcome, language: Language
) -> None:
    said = words(show_particulars(wrong, load_messages(language)))
    for part in ("超过80亿美元", "<script>alert(1)</script>", QUOTE, "<b>who</b>", WRONG_MEASURE):
        assert part in said
    places = {"en": "[1] Acme, 2021, report.txt, lines 3–4", "zh": "report.txt，第 3–4 行"}
    assert places[language] in said
    assert ("Right answer" if language == "en" else "答案正确") in said


def test_what_documents_and_models_say_is_text(wrong: Outcome) -> None:
    tree = LexborHTMLParser(show_particulars(wrong, EN))
    assert tree.css("script, i, b, u") == []


def test_each_score_stands_with_its_reason_and_those_that_are_none_are_left_out(
    wrong: Outcome,
) -> None:
    tree = LexborHTMLParser(show_particulars(wrong, EN))
    rows = [[cell.text() for cell in row.css("th, td")] for row in tree.css("tbody tr")]
    assert ["Figures found figures", "0.000", WRONG_MEASURE] in rows
    scored = [one for one in wrong.scores if one.score.value is not None]
    assert len(rows) == len(scored) < len(wrong.scores)


def test_a_refusal_says_why_and_what_came_closest() -> None:
    said = words(show_particulars(refuse("not_stated", near=5), EN))
    assert "Expected a refusal Answer (nothing)" in said
    assert "do not state the answer" in said
    assert said.count("<p>near") == MOST_NEAR
    assert "d0.txt" in said
    assert "文档涉及这一主题" in words(show_particulars(refuse("not_stated"), ZH))


@pytest.mark.parametrize(("reason", "said"), [("<new>", "Why refused <new>"), (None, "")])
def test_a_reason_without_words_of_its_own_is_shown_as_it_is(reason: str | None, said: str) -> None:
    shown = words(show_particulars(refuse(reason), EN))
    assert said in shown
    assert ("Why refused" in shown) == bool(said)


def test_an_answer_has_no_closest_passages() -> None:
    said = words(show_particulars(refuse(None, near=2, status="verified"), EN))
    assert "near" not in said


def test_without_scores_there_is_no_table() -> None:
    assert "<table" not in show_particulars(refuse(None), EN)


def test_a_conflict_without_a_year_names_who_says_what(wrong: Outcome) -> None:
    (conflict,) = wrong.reply.answer.conflicts
    sides = tuple(replace(side, when=None) for side in conflict.sides)
    answer = replace(wrong.reply.answer, conflicts=(replace(conflict, sides=sides),))
    changed = replace(wrong, reply=replace(wrong.reply, answer=answer))
    assert "<b>who</b>: 5 %; <b>who</b>: 7 %" in words(show_particulars(changed, EN))
