from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.answer import Answer
from assistant.errors import ModelError
from evals.cases import Ask
from evals.measures import Result
from evals.score import Score
from evals.task import Reply, Task, build_task, run_task
from tests.evals.fakes import (
    CHINESE,
    FakeAssistant,
    build_answer,
    build_case,
    build_cases,
    build_citation,
    build_right_assistant,
)


def score_of(results: tuple[Result, ...], case: str, language: str, measure: str) -> Score:
    found = [
        one.score
        for one in results
        if (one.case, one.language, one.measure) == (case, language, measure)
    ]
    (score,) = found
    return score


def test_every_question_is_asked_once_in_each_language() -> None:
    assistant = build_right_assistant()
    run_task(build_task(build_cases(), assistant))
    case = build_case()
    assert assistant.asked == [case.question_en, case.question_zh, "Unknown?", "未知？"]


def test_a_right_assistant_gets_full_marks_wherever_it_is_scored() -> None:
    results = run_task(build_task(build_cases(), build_right_assistant())).results
    values = {one.score.value for one in results}
    assert values == {1.0, None}
    assert score_of(results, "c1", "zh", "right").value == 1.0
    assert score_of(results, "n1", "zh", "refusals").value == 1.0
    assert score_of(results, "c1", "both", "twins").value == 1.0


def test_one_wrong_language_is_told_from_the_other() -> None:
    assistant = build_right_assistant()
    wrong = build_answer(CHINESE.replace("8 billion", "7 billion").replace("80亿", "70亿"), "zh")
    case = build_case()
    results = run_task(
        build_task([case], FakeAssistant({**assistant.answers, case.question_zh: wrong}))
    )
    assert score_of(results.results, "c1", "en", "figures").value == 1.0
    assert score_of(results.results, "c1", "zh", "figures").value == 0.0
    assert score_of(results.results, "c1", "both", "twins").value == 0.0


def test_citations_shifted_by_one_character_are_found_out() -> None:
    case, assistant = build_case(), build_right_assistant()
    right = build_citation()
    span = replace(right.span, start=right.span.start + 1, end=right.span.end + 1)
    shifted = build_answer(CHINESE, "zh", replace(right, span=span))
    answers = {**assistant.answers, case.question_zh: shifted}
    results = run_task(build_task([case], FakeAssistant(answers))).results
    assert score_of(results, "c1", "zh", "quotation_found").value == 0.0
    assert score_of(results, "c1", "zh", "right").value == 1.0


def test_a_document_is_read_once() -> None:
    assistant = build_right_assistant()
    run_task(build_task(build_cases(), assistant))
    assert assistant.read == ["report.txt"]


def test_one_language_alone_has_no_twins() -> None:
    results = run_task(build_task(build_cases(), build_right_assistant(), ["zh"])).results
    assert {one.language for one in results} == {"zh"}


def test_a_reply_keeps_what_was_said_and_how_long_it_took() -> None:
    reply = run_task(build_task(build_cases(), build_right_assistant())).replies[1]
    assert reply.answer["answer"] == CHINESE
    assert reply.seconds >= 0


def test_a_task_can_be_given_its_scorers() -> None:
    task = Task([build_case()], build_right_assistant(), {"half": lambda ask, answer: Score(0.5)})
    results = run_task(task).results
    assert score_of(results, "c1", "en", "half").value == 0.5
    assert not [one for one in results if one.measure == "right"]


def test_an_error_of_the_model_stops_the_run() -> None:
    class Broken(FakeAssistant):
        def ask(self, question: str) -> Answer:
            raise ModelError("unavailable")

    with pytest.raises(ModelError):
        run_task(build_task(build_cases(), Broken({})))


def test_answers_stand_in_the_order_of_the_questions_however_many_are_asked_at_once() -> None:
    task = build_task(build_cases(), build_right_assistant())
    alone, together = run_task(task), run_task(task, workers=4)
    assert [one.ask for one in together.replies] == [one.ask for one in alone.replies]
    assert together.results == alone.results


def test_each_attempt_is_scored_by_itself() -> None:
    results = run_task(build_task(build_cases(), build_right_assistant(), repeat=2))
    attempts = [one.ask.attempt for one in results.replies]
    assert attempts == [1, 2] * 4
    twins = [one.attempt for one in results.results if one.measure == "twins"]
    assert sorted(twins) == [1, 1, 2, 2]


def test_what_is_kept_is_not_asked_again() -> None:
    first = run_task(build_task(build_cases(), build_right_assistant()))
    kept = {one.ask: one for one in first.replies[:2]}
    added: list[Reply] = []

    class Keeper:
        def find(self, ask: Ask) -> Reply | None:
            return kept.get(ask)

        def keep(self, reply: Reply) -> None:
            added.append(reply)

    assistant = build_right_assistant()
    again = run_task(build_task(build_cases(), assistant), keeper=Keeper())
    assert assistant.asked == ["Unknown?", "未知？"]
    assert [one.ask.question for one in added] == assistant.asked
    assert again.results == first.results


def test_an_error_ends_the_run_before_what_waits_is_asked() -> None:
    assistant = FakeAssistant({})
    cases = [build_case(id=f"c{n}") for n in range(50)]
    with pytest.raises(KeyError):
        run_task(build_task(cases, assistant))
    assert len(assistant.asked) < 20
