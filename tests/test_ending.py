"""How a server ends: in what order, how soon, and what a second signal does."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator

import pytest

from assistant.ending import wait_for_end
from assistant.errors import RetryableRequestError
from assistant.questions import Event, Questions
from tests.support.answers import build_answer

ANSWER = build_answer("how much?")


class Served:
    """In place of a server: waits by raising what it was given, or not at all."""

    def __init__(self, told: bool = True) -> None:
        self.hurried = False
        self._told = told

    def wait(self) -> None:
        if self._told:
            signal.raise_signal(signal.SIGTERM)

    def hurry(self) -> None:
        self.hurried = True


class Twice(Questions):
    """Questions whose wait is broken off by a second signal."""

    def wait(self, seconds: float) -> bool:
        signal.raise_signal(signal.SIGTERM)
        return False


def answer() -> Generator[Event]:
    yield ANSWER.claims[0]
    yield ANSWER


@pytest.fixture
def questions() -> Questions:
    return Questions()


def end(served: Served, questions: Questions, grace: float) -> None:
    wait_for_end(served, questions, grace)  # type: ignore[arg-type]


def test_told_to_end_it_takes_no_more_questions(questions: Questions) -> None:
    end(Served(), questions, 0)
    with pytest.raises(RetryableRequestError) as caught:
        list(questions.run("how much?", answer()))
    assert caught.value.details == {"seconds": 10}


def test_it_waits_for_the_questions_at_hand(questions: Questions) -> None:
    events = questions.run("how much?", answer())
    next(events)
    found: list[Event] = []
    rest = threading.Timer(0.2, lambda: found.extend(events))
    rest.start()
    end(Served(), questions, 60)
    assert found == [ANSWER]
    rest.join()


def test_it_waits_no_longer_than_the_grace(
    questions: Questions, caplog: pytest.LogCaptureFixture
) -> None:
    events = questions.run("how much?", answer())
    next(events)
    end(Served(), questions, 0.05)
    assert "1 questions unanswered" in caplog.text
    events.close()


def test_told_twice_it_hurries() -> None:
    served = Served()
    end(served, Twice(), 600)
    assert served.hurried


def test_told_once_it_does_not(questions: Questions) -> None:
    served = Served()
    end(served, questions, 0)
    assert not served.hurried


def test_a_server_that_ends_by_itself_was_not_told_to(questions: Questions) -> None:
    end(Served(told=False), questions, 600)
    assert not questions.closed


@pytest.mark.parametrize("told", [True, False])
def test_afterwards_a_signal_means_what_it_did_before(questions: Questions, told: bool) -> None:
    handler: Callable[..., None] = lambda *_: None  # noqa: E731
    before = signal.signal(signal.SIGTERM, handler)
    try:
        end(Served(told), questions, 0)
        assert signal.getsignal(signal.SIGTERM) is handler
    finally:
        signal.signal(signal.SIGTERM, before)
