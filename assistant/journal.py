"""What a server notes of each request and each answer: an id, one line, and the counts.

It stands around the whole app, so that a request that fails or is refused is noted like any other.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.answer import Answer
from assistant.asker import CLI, Asker, Front, asking, take_id
from assistant.metrics import Metrics
from assistant.observing import Outcome
from assistant.routes import Routes
from assistant.tracing import follow
from store.report import IngestReport

REQUEST_ID = "x-request-id"
# Asked every few seconds by programs; they are noted where something is wrong.
PROBED = frozenset({"/healthz", "/readyz", "/metrics"})

_FRONTS: dict[str, Front] = {"/v1/chat/completions": "chat-completions", "/slack/": "slack"}
_COUNTS = ("prompt_tokens", "completion_tokens", "cost", "currency")
# As proxies write down that who asked has gone.
_CLIENT_LEFT = 499
_log = logging.getLogger(__name__)


class Journal:
    """An ASGI app around the one of a server. Each response has the request's id in a header."""

    def __init__(
        self, app: ASGIApp, metrics: Metrics, now: Callable[[], float] = time.perf_counter
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._routes = Routes(app)
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        with ExitStack() as around:
            around.enter_context(follow(headers))
            given = take_id(headers.get(REQUEST_ID))
            front = find_front(scope["path"], headers)
            asker = around.enter_context(asking(front, request=given))
            entry = _Entry(send, asker.request)
            started = self._now()
            try:
                await self._app(scope, receive, entry.send)
            except Exception:
                entry.status = entry.status or 500
                raise
            finally:
                self._note(scope, asker, entry.status or _CLIENT_LEFT, self._now() - started)

    def _note(self, scope: Scope, asker: Asker, status: int, seconds: float) -> None:
        method, route = scope["method"], self._routes.find(scope["path"])
        self._metrics.note_request(method, route, status, seconds)
        if route in PROBED and status < 400:
            return
        fields = {"method": method, "route": route, "status": status}
        fields |= {"ms": round(seconds * 1000), "asker": asker.name}
        _log.info("request", extra={"fields": fields})


class _Entry:
    """What became of one request so far; `status` is 0 until a response has begun."""

    def __init__(self, send: Send, request: str) -> None:
        self.status = 0
        self._send = send
        self._request = request

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)[REQUEST_ID] = self._request
        await self._send(message)


class AnswerLog:
    """Notes how questions and ingests ended; the texts of questions only if told to."""

    def __init__(self, *, questions: bool = False) -> None:
        self._questions = questions

    def note_outcome(self, outcome: Outcome) -> None:
        asker = outcome.asker
        fields: dict[str, Any] = {"front": asker.front, "asker": asker.name}
        fields |= {"request": asker.request, "ms": round(outcome.seconds * 1000)}
        fields |= _describe(outcome.answer) if outcome.answer else {"code": outcome.code}
        if self._questions:
            fields["question"] = outcome.question
        _log.info("answer" if outcome.answer else "no answer", extra={"fields": fields})

    def note_ingest(self, report: IngestReport) -> None:
        counts = {"new": report.new, "changed": report.changed, "unchanged": report.unchanged}
        counts |= {"removed": len(report.removed), "failed": len(report.failed)}
        fields = {**counts, "chunks": report.chunks, "ms": round(report.seconds * 1000)}
        _log.info("ingest", extra={"fields": fields})


def find_front(path: str, headers: Mapping[str, str]) -> Front:
    """The front end that a request belongs to. Who asks through a page says so when it asks."""
    if headers.get("user-agent") == CLI:
        return "cli"
    return next((front for start, front in _FRONTS.items() if path.startswith(start)), "api")


def _describe(answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = {"status": answer.status, "language": answer.language}
    if answer.reason:
        found["reason"] = answer.reason
    found |= {"id": answer.id, "model": answer.model, "claims": len(answer.claims)}
    found |= {"unproved": answer.unproved, "timings_ms": dict(answer.timings_ms)}
    return found | {name: answer.usage[name] for name in _COUNTS if name in answer.usage}
