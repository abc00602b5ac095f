from __future__ import annotations

from pathlib import Path

from evals.failing import list_citations, list_outcomes, say_outcome
from evals.report import Report, build_report
from evals.score import as_json
from evals.suite import Suite
from evals.task import build_task, run_task
from tests.evals.fakes import (
    ENGLISH,
    FakeAssistant,
    build_answer,
    build_case,
    build_cases,
    build_right_assistant,
)


def report_on(assistant: FakeAssistant, repeat: int = 1) -> Report:
    results = run_task(build_task(build_cases(), assistant, repeat=repeat))
    return build_report(Suite("s", Path("q"), Path("d")), results, ())


def wrong() -> FakeAssistant:
    answers = dict(build_right_assistant().answers)
    return FakeAssistant({**answers, build_case().question_zh: build_answer("70亿美元 [1]", "zh")})


def test_every_question_has_an_outcome_with_its_own_scores() -> None:
    outcomes = list_outcomes(report_on(build_right_assistant(), repeat=2))
    assert [(one.id, one.reply.ask.language, one.reply.ask.attempt) for one in outcomes] == [
        (case, language, attempt)
        for case in ("c1", "n1")
        for language in ("en", "zh")
        for attempt in (1, 2)
    ]
    assert all(one.passed and one.judged for one in outcomes)
    for one in outcomes:
        assert len({score.measure for score in one.scores}) == len(one.scores)


def test_what_went_wrong_is_told_with_all_that_shows_why() -> None:
    (outcome,) = [one for one in list_outcomes(report_on(wrong())) if not one.passed]
    lines = say_outcome(outcome).splitlines()
    assert lines == [
        "question: 该公司投资了多少？",
        "expected: 超过80亿美元",
        "got: 70亿美元 [1]",
        "why: right: missing: 8 billion U.S. dollars",
        lines[-1],
    ]
    assert lines[-1].startswith("cited: [1] report.txt, lines 3-4: the firm had put")


def test_a_refusal_cites_nothing_and_one_was_expected_where_nothing_is_known() -> None:
    unasked = build_answer(ENGLISH)
    answers = {**build_right_assistant().answers, "Unknown?": unasked}
    (outcome,) = [one for one in list_outcomes(report_on(FakeAssistant(answers))) if one.faults]
    assert "expected: The documents do not say." in say_outcome(outcome)


def test_places_are_named_in_a_word() -> None:
    answer = as_json(build_answer(ENGLISH))
    (citation,) = answer["citations"]
    places = [
        ({"kind": "page", "from": 7, "to": 7}, "page 7"),
        ({"kind": "heading"}, "heading"),
        ({"kind": "lines", "from": 1, "to": 2}, "lines 1-2"),
    ]
    for location, shown in places:
        (line,) = list_citations({"citations": [{**citation, "location": location}]})
        assert f", {shown}: " in line
