"""The questions at hand, whoever asks: how many there are, how long one may take, how each ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager

from assistant.answer import Answer, Claim
from assistant.asker import Asker, find_asker
from assistant.errors import RetryableRequestError
from assistant.observing import Observers, Outcome
from assistant.stopping import GoneError, name_failure, stop_also_when
from assistant.tracing import Span, start_span

Event = Claim | Answer


class Questions:
    """All questions of a process pass through `run`; threads share it.

    `limit` (seconds) is for a whole question: queueing, rewriting, answer, checks and repairs.
    """

    def __init__(
        self,
        limit: float = float("inf"),
        observers: Observers | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.observers = observers or Observers()
        self._limit = limit
        self._now = now
        self._many = 0
        self._changed = threading.Condition()
        self._closed: float | None = None

    @property
    def many(self) -> int:
        return self._many

    @property
    def closed(self) -> bool:
        """Whether no more are taken."""
        return self._closed is not None

    def run(self, question: str, events: Generator[Event]) -> Generator[Event]:
        """The events of an answer, none after the time is over.

        Raises RetryableRequestError "time", or "ending" where no more questions are taken.
        """
        self.check_open()
        with self._counted(), start_span("question") as span:
            watch = _Watch(find_asker() or Asker("cli"), question, self._now())
            try:
                while (event := self._step(events, watch, span)) is not None:
                    if isinstance(event, Answer):
                        watch.answer = event
                    yield event
            except BaseException as error:
                watch.error = error
                raise
            finally:
                events.close()
                outcome = watch.conclude(self._now())
                span.note(_describe(outcome))
                self.observers.note_outcome(outcome)

    def check_open(self) -> None:
        """RetryableRequestError "ending" once it is closed."""
        if self._closed is not None:
            raise RetryableRequestError("ending", seconds=round(self._closed))

    def close(self, back_in: float = 0.0) -> None:
        """From now on take no more; those who come are told to try again in so many seconds."""
        self._closed = back_in

    def wait(self, seconds: float) -> bool:
        """Whether all have ended within that time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._many == 0, seconds)

    def _step(self, events: Iterator[Event], watch: _Watch, span: Span) -> Event | None:
        """The next event. Nothing of this stays set for whoever takes it: a generator that is left
        between two events may be taken up by another thread."""

        def is_late() -> bool:
            return self._now() - watch.started > self._limit

        with span.entered(), stop_also_when(is_late) as is_gone:
            try:
                return next(events, None)
            except GoneError:
                if is_gone() or not is_late():
                    raise
                raise RetryableRequestError("time", limit=round(self._limit, 1)) from None

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._changed:
            self._many += change
            self._changed.notify_all()


class _Watch:
    """One question while it is at hand."""

    def __init__(self, asker: Asker, question: str, started: float) -> None:
        self.started = started
        self.answer: Answer | None = None
        self.error: BaseException | None = None
        self._asker = asker
        self._question = question

    def conclude(self, now: float) -> Outcome:
        """Who leaves after the answer has it."""
        code = name_failure(self.error) if self.error and self.answer is None else None
        return Outcome(self._asker, now - self.started, self._question, self.answer, code)


def _describe(outcome: Outcome) -> dict[str, str | int | bool]:
    """What a trace may hold: nothing that anybody wrote."""
    known: dict[str, str | int | bool] = {"duocite.front": outcome.asker.front}
    if outcome.code:
        known["duocite.error"] = outcome.code
    if answer := outcome.answer:
        known |= {"duocite.status": answer.status, "duocite.language": answer.language}
        known["duocite.claims"] = len(answer.claims)
    return known
