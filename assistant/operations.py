"""What whoever runs a server sees of it: whether it is ready, what it counts, what it notes."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from assistant.gate import READY
from assistant.journal import AnswerLog, Journal
from assistant.metrics import CONTENT_TYPE, Metrics
from assistant.owner import Owner
from assistant.prompts import load_messages
from assistant.questions import Questions
from assistant.readiness import Readiness, build_checks
from assistant.settings import Settings
from assistant.text.accepted import choose_language
from assistant.wire import Json

METRICS = "/metrics"


class Operations:
    """Of one app; what answers, in whatever front end, tells it through `questions`."""

    def __init__(self, questions: Questions, readiness: Readiness) -> None:
        self.metrics = Metrics(lambda: questions.many)
        self._questions = questions
        self._readiness = readiness

    def add(self, app: FastAPI) -> None:
        """The routes, before anything is mounted at the root."""
        app.get(READY, response_model=None)(self.readyz)
        app.get(METRICS, response_model=None)(self.give_metrics)

    def around(self, app: FastAPI) -> Journal:
        """The app to serve, once it has all its routes."""
        return Journal(app, self.metrics)

    def readyz(self, request: Request) -> JSONResponse:
        """Whether questions can be answered now; 503 where not, with what is missing."""
        found = {} if self._questions.closed else self._readiness.find()
        wrong = {name: code for name, code in found.items() if code is not None}
        if self._questions.closed:
            wrong = {"server": "request.ending"}
        words = load_messages(choose_language(None, request.headers.get("accept-language")))
        body: Json = {"status": "not_ready" if wrong else "ready"}
        body["checks"] = {name: {"ready": code is None} for name, code in found.items()} | {
            name: {"ready": False, "code": code, "message": words.text(f"ready.{name}")}
            for name, code in wrong.items()
        }
        return JSONResponse(body, 503 if wrong else 200, {"Cache-Control": "no-store"})

    def give_metrics(self) -> Response:
        """Counts since the start, in Prometheus's text format."""
        return Response(self.metrics.write(), media_type=CONTENT_TYPE)


def build_operations(settings: Settings, owner: Owner) -> Operations:
    """Of a server of this owner, to whom its questions are known from now on."""
    readiness = Readiness(build_checks(settings, owner.check))
    operations = Operations(owner.questions, readiness)
    owner.observers.add(operations.metrics, AnswerLog(questions=settings.log_questions))
    return operations
