"""What all routes share: the owner of the store, the threads at work, and the answers given."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from starlette.requests import Request

from assistant.answers import Answers
from assistant.auth import LOCAL, VISITOR
from assistant.errors import StoreError
from assistant.feedback import Feedback
from assistant.shelf import Shelved
from assistant.state import State
from assistant.streaming import Emit, Workers
from assistant.wire import Asked, Json, Owns, Said, Told
from store.report import IngestReport, Progress

_log = logging.getLogger(__name__)


class Library(Owns, Protocol):
    """An owner that takes files of visitors as well; raises StoreError."""

    def shelf(self, collection: str) -> Sequence[Shelved]: ...

    def upload(
        self, files: Mapping[str, Path], collection: str, progress: Progress
    ) -> IngestReport: ...


@dataclass(frozen=True, slots=True)
class Service:
    """`collection` is the one that the chat serves, which programs get as the model `duocite`."""

    owner: Library
    workers: Workers
    answers: Answers
    feedback: Feedback
    collection: str

    def ask(self, asked: Asked, asker: str) -> AsyncGenerator[Said | Told]:
        """What the owner says, as it comes; the answer is kept for its asker."""

        def work(emit: Emit[Said | Told]) -> None:
            for event in self.owner.ask(asked):
                if isinstance(event, Told):
                    self._keep(asker, event.answer)
                emit(event)

        return self.workers.run(work)

    def _keep(self, asker: str, answer: Json) -> None:
        """An answer is given although it can't be kept: it can't be rated then."""
        try:
            self.answers.keep(asker, answer)
        except StoreError as error:
            _log.error("an answer is not kept: %s", error, exc_info=error)


def build_service(
    owner: Library, workers: Workers, state: State | None, collection: str
) -> Service:
    """Without `state`, answers and feedback last as long as the service."""
    kept = state or State(None)
    return Service(owner, workers, Answers(kept), Feedback(kept), collection)


def find_asker(request: Request) -> str:
    """The name of who asks, as the gate let them in."""
    visitor = request.scope.get(VISITOR)
    return str(visitor.name) if visitor else LOCAL
