"""The questions at hand: counted, limited in time, refused at the end, and each one's end told."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextvars import copy_context

import pytest

from assistant.answer import Answer
from assistant.asker import asking
from assistant.errors import ModelError, RetryableRequestError
from assistant.observing import Observers
from assistant.questions import Event, Questions
from assistant.stopping import GoneError, check_wanted, stop_when
from tests.support.answers import build_answer
from tests.support.clock import Clock
from tests.support.observing import Remembering

QUESTION = "How much paper?"
ANSWER = build_answer(QUESTION)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def seen() -> Remembering:
    return Remembering()


@pytest.fixture
def questions(clock: Clock, seen: Remembering) -> Questions:
    return Questions(10.0, Observers(seen), clock)


def answer_at_once() -> Generator[Event]:
    yield ANSWER.claims[0]
    yield ANSWER


def fail_with(error: BaseException) -> Generator[Event]:
    yield ANSWER.claims[0]
    raise error


def test_events_pass_through_as_they_are(questions: Questions) -> None:
    assert list(questions.run(QUESTION, answer_at_once())) == [*ANSWER.claims, ANSWER]


def test_a_question_is_at_hand_from_its_first_event_to_its_last(questions: Questions) -> None:
    events = questions.run(QUESTION, answer_at_once())
    found = [questions.many]
    found += [questions.many for _ in events]
    assert [*found, questions.many] == [0, 1, 1, 0]


def test_one_who_leaves_is_no_longer_at_hand(questions: Questions) -> None:
    events = questions.run(QUESTION, answer_at_once())
    next(events)
    events.close()
    assert questions.many == 0


def test_leaving_closes_what_makes_the_answer(questions: Questions) -> None:
    closed = []

    def work() -> Generator[Event]:
        try:
            yield ANSWER.claims[0]
            yield ANSWER
        finally:
            closed.append(True)

    events = questions.run(QUESTION, work())
    next(events)
    events.close()
    assert closed == [True]


def test_work_that_looks_is_ended_when_its_time_is_over(
    questions: Questions, clock: Clock, seen: Remembering
) -> None:
    def work() -> Generator[Event]:
        yield ANSWER.claims[0]
        clock.now += 10.1
        check_wanted()
        yield ANSWER

    events = questions.run(QUESTION, work())
    next(events)
    with pytest.raises(RetryableRequestError) as caught:
        next(events)
    assert (caught.value.code, caught.value.retryable) == ("time", True)
    assert caught.value.details == {"limit": 10.0}
    assert [outcome.code for outcome in seen.outcomes] == ["request.time"]


def test_within_its_time_work_goes_on(questions: Questions, clock: Clock) -> None:
    def work() -> Generator[Event]:
        clock.now += 9.9
        check_wanted()
        yield ANSWER

    assert list(questions.run(QUESTION, work())) == [ANSWER]


def test_time_that_passes_before_it_is_begun_does_not_count(
    questions: Questions, clock: Clock
) -> None:
    events = questions.run(QUESTION, answer_at_once())
    clock.now += 1000
    assert list(events)[-1] is ANSWER


def test_one_who_has_gone_is_gone_and_not_late(
    questions: Questions, clock: Clock, seen: Remembering
) -> None:
    def work() -> Generator[Event]:
        clock.now += 100
        check_wanted()
        yield ANSWER

    with stop_when(lambda: True), pytest.raises(GoneError):
        list(questions.run(QUESTION, work()))
    assert [outcome.code for outcome in seen.outcomes] == ["gone"]


def test_between_two_events_nothing_of_a_question_is_left_set(
    questions: Questions, clock: Clock
) -> None:
    events = questions.run(QUESTION, answer_at_once())
    next(events)
    clock.now += 100
    check_wanted()
    events.close()


def test_each_event_may_be_taken_in_another_context(questions: Questions) -> None:
    events = questions.run(QUESTION, answer_at_once())
    found = [copy_context().run(next, events, None) for _ in range(3)]
    assert found == [*ANSWER.claims, ANSWER, None]


def test_once_closed_no_more_are_taken_and_those_at_hand_go_on(questions: Questions) -> None:
    at_hand = questions.run(QUESTION, answer_at_once())
    next(at_hand)
    questions.close(back_in=7.4)
    with pytest.raises(RetryableRequestError) as caught:
        next(questions.run(QUESTION, answer_at_once()))
    assert (caught.value.code, caught.value.details) == ("ending", {"seconds": 7})
    assert next(at_hand) is ANSWER
    assert questions.closed


def test_waiting_lasts_until_the_last_one_is_answered(questions: Questions) -> None:
    events = questions.run(QUESTION, answer_at_once())
    next(events)
    assert not questions.wait(0.01)
    rest = threading.Thread(target=lambda: list(events))
    rest.start()
    assert questions.wait(10)
    rest.join()


def test_with_nothing_at_hand_nothing_is_waited_for(questions: Questions) -> None:
    assert questions.wait(0)


def test_observers_are_told_who_asked_what_and_how_it_ended(
    questions: Questions, clock: Clock, seen: Remembering
) -> None:
    def work() -> Generator[Event]:
        clock.now += 3
        yield ANSWER

    with asking("api", "key:reports", "r-1"):
        list(questions.run(QUESTION, work()))
    (outcome,) = seen.outcomes
    assert (outcome.asker.front, outcome.asker.name) == ("api", "key:reports")
    assert (outcome.question, outcome.seconds) == (QUESTION, 3)
    assert (outcome.answer, outcome.code) == (ANSWER, None)


def test_one_who_asks_in_this_process_asks_by_the_command_line(
    questions: Questions, seen: Remembering
) -> None:
    list(questions.run(QUESTION, answer_at_once()))
    assert seen.outcomes[0].asker.front == "cli"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ModelError("quota", model="m", setting="DUOCITE_LLM"), "model.quota"),
        (ZeroDivisionError("a question's text"), "unexpected"),
        (GoneError(), "gone"),
    ],
)
def test_observers_are_told_by_a_code_why_there_is_no_answer(
    questions: Questions, seen: Remembering, error: BaseException, code: str
) -> None:
    with pytest.raises(type(error)):
        list(questions.run(QUESTION, fail_with(error)))
    assert [(one.answer, one.code) for one in seen.outcomes] == [(None, code)]


def test_one_who_leaves_with_the_answer_has_it(questions: Questions, seen: Remembering) -> None:
    events = questions.run(QUESTION, answer_at_once())
    assert any(isinstance(event, Answer) for event in events)
    events.close()
    assert [(one.answer, one.code) for one in seen.outcomes] == [(ANSWER, None)]


def test_one_who_leaves_before_the_answer_is_gone(questions: Questions, seen: Remembering) -> None:
    events = questions.run(QUESTION, answer_at_once())
    next(events)
    events.close()
    assert [one.code for one in seen.outcomes] == ["gone"]


def test_those_who_were_refused_are_no_questions(questions: Questions, seen: Remembering) -> None:
    questions.close()
    with pytest.raises(RetryableRequestError):
        list(questions.run(QUESTION, answer_at_once()))
    assert seen.outcomes == []


def test_without_a_limit_there_is_time_for_ever(clock: Clock) -> None:
    def work() -> Generator[Event]:
        clock.now += 1e9
        check_wanted()
        yield ANSWER

    assert list(Questions(now=clock).run(QUESTION, work())) == [ANSWER]
