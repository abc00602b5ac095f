"""An observer that remembers what it is told."""

from __future__ import annotations

from assistant.observing import Outcome
from store.report import IngestReport


class Remembering:
    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.ingests: list[IngestReport] = []

    def note_outcome(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)

    def note_ingest(self, report: IngestReport) -> None:
        self.ingests.append(report)
