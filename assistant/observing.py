"""What becomes of questions and ingests, told to whoever counts or notes it down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from assistant.answer import Answer
from assistant.asker import Asker
from store.report import IngestReport


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a question ended: with an answer, which a refusal is too, or with `code`.

    `code` is that of an error, "gone" where the asker left, "unexpected" for a fault.
    """

    asker: Asker
    seconds: float
    question: str
    answer: Answer | None = None
    code: str | None = None


class Observer(Protocol):
    """Is told in the thread of the question, and must neither take long nor fail."""

    def note_outcome(self, outcome: Outcome) -> None: ...

    def note_ingest(self, report: IngestReport) -> None: ...


class Observers:
    """Some observers as one; more can come along."""

    def __init__(self, *observers: Observer) -> None:
        self._all = list(observers)

    def add(self, *observers: Observer) -> None:
        self._all += observers

    def note_outcome(self, outcome: Outcome) -> None:
        for one in self._all:
            one.note_outcome(outcome)

    def note_ingest(self, report: IngestReport) -> None:
        for one in self._all:
            one.note_ingest(report)
