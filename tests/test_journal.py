"""Each request and each answer noted once: with an id, a line, and its place in the counts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import StreamingResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from assistant.asker import Asker, Front, find_asker, name_asker
from assistant.journal import AnswerLog, Journal, find_front
from assistant.metrics import Metrics
from assistant.observing import Outcome
from tests.support.answers import build_answer
from tests.support.clock import Clock
from tests.test_metrics import REPORT

QUESTION = "How much of the secret?"


class Served:
    """A small app in a journal, and what came of it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.metrics = Metrics()
        journal = Journal(self._build(), self.metrics, self.clock)
        self.client = TestClient(journal, raise_server_exceptions=False)

    def count(self, route: str, status: int, method: str = "GET") -> float | None:
        labels = {"method": method, "route": route, "status": str(status)}
        return self.metrics.registry.get_sample_value("duocite_http_requests_total", labels)

    def _build(self) -> FastAPI:
        app = FastAPI()

        @app.get("/items/{id}")
        def item(id: str) -> dict[str, str]:
            self.clock.now += 0.25
            name_asker("anna")
            asker = find_asker()
            assert asker
            return {"request": asker.request, "front": asker.front}

        @app.get("/healthz")
        def healthz(request: Request) -> str:
            if "sick" in request.query_params:
                raise HTTPException(503)
            return "ok"

        @app.get("/fault")
        def fault() -> None:
            raise ZeroDivisionError

        @app.get("/slow")
        async def slow() -> StreamingResponse:
            async def parts() -> Any:
                yield "a"
                self.clock.now += 9
                yield "b"

            return StreamingResponse(parts())

        return app


@pytest.fixture(scope="module")
def served() -> Served:
    return Served()


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[list[dict[str, Any]]]:
    """The fields of what the journal writes."""
    found: list[dict[str, Any]] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append({"message": record.getMessage(), **getattr(record, "fields", {})})

    log, handler = logging.getLogger("assistant.journal"), Handler()
    before = log.level
    log.setLevel(logging.DEBUG)
    log.addHandler(handler)
    yield found
    log.removeHandler(handler)
    log.setLevel(before)


def test_a_request_gets_an_id_that_its_response_and_its_work_have(served: Served) -> None:
    response = served.client.get("/items/1")
    assert response.headers["x-request-id"] == response.json()["request"]
    other = served.client.get("/items/1")
    assert other.headers["x-request-id"] != response.headers["x-request-id"]


def test_the_id_of_a_proxy_is_taken_over(served: Served) -> None:
    response = served.client.get("/items/1", headers={"X-Request-ID": "of-a-proxy-17"})
    assert response.headers["x-request-id"] == response.json()["request"] == "of-a-proxy-17"


def test_an_id_that_is_none_is_not(served: Served) -> None:
    response = served.client.get("/items/1", headers={"X-Request-ID": "a b\tc" * 90})
    assert " " not in response.headers["x-request-id"]


def test_a_request_is_one_line(served: Served, lines: list[dict[str, Any]]) -> None:
    response = served.client.get("/items/17?q=secret")
    assert response.is_success
    assert lines == [
        {"message": "request", "method": "GET", "route": "/items/{id}", "status": 200, "ms": 250,
         "asker": "anna"}
    ]  # fmt: skip


def test_a_request_is_counted_under_its_template(served: Served) -> None:
    before = served.count("/items/{id}", 200) or 0
    for number in range(3):
        served.client.get(f"/items/{number}")
    assert served.count("/items/{id}", 200) == before + 3


def test_paths_that_are_nowhere_are_one(served: Served, lines: list[dict[str, Any]]) -> None:
    for path in ("/wp-admin", "/a/b/c"):
        served.client.get(path)
    assert served.count("unknown", 404) == 2
    assert [line["route"] for line in lines] == ["unknown"] * 2


def test_a_fault_is_noted_and_has_an_id_too(served: Served, lines: list[dict[str, Any]]) -> None:
    response = served.client.get("/fault", headers={"X-Request-ID": "r-9"})
    assert (response.status_code, response.headers["x-request-id"]) == (500, "r-9")
    assert served.count("/fault", 500) == 1
    assert [line["status"] for line in lines] == [500]


def test_a_stream_lasts_until_its_last_byte(served: Served, lines: list[dict[str, Any]]) -> None:
    served.client.get("/slow")
    assert lines[-1]["ms"] == 9000


def test_probes_are_noted_where_something_is_wrong(
    served: Served, lines: list[dict[str, Any]]
) -> None:
    served.client.get("/healthz")
    assert lines == []
    served.client.get("/healthz?sick")
    assert [line["status"] for line in lines] == [503]
    assert served.count("/healthz", 200) == 1


@pytest.mark.parametrize(
    ("path", "agent", "front"),
    [
        ("/v1/ask", "curl/8", "api"),
        ("/v1/ask", "duocite-cli", "cli"),
        ("/v1/chat/completions", "OpenAI/Python", "chat-completions"),
        ("/slack/events", "Slackbot 1.0", "slack"),
        ("/anything", "", "api"),
    ],
)
def test_a_path_tells_the_front_end(path: str, agent: str, front: Front) -> None:
    assert find_front(path, httpx.Headers({"User-Agent": agent})) == front


def tell(log: AnswerLog, code: str | None = None, **changes: Any) -> None:
    answer = None if code else build_answer(QUESTION, **changes)
    asker = Asker("api", "key:reports", "r-1")
    log.note_outcome(Outcome(asker, 1.2, QUESTION, answer, code))


def test_an_answer_is_one_line_with_its_stages(lines: list[dict[str, Any]]) -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "cost": "0.1", "currency": "USD"}
    tell(AnswerLog(), timings_ms={"retrieve": 7, "total": 9}, usage=usage)
    (line,) = lines
    known: dict[str, Any] = {
        "message": "answer",
        "front": "api",
        "asker": "key:reports",
        "request": "r-1",
    }
    known |= {"status": "verified", "language": "en", "model": "offline", **usage}
    assert known.items() <= line.items()
    assert (line["ms"], line["timings_ms"]) == (1200, {"retrieve": 7, "total": 9})


def test_a_refusal_says_why(lines: list[dict[str, Any]]) -> None:
    tell(AnswerLog(), status="refused", reason="not_stated", claims=())
    assert lines[0]["reason"] == "not_stated"


def test_no_answer_says_why(lines: list[dict[str, Any]]) -> None:
    tell(AnswerLog(), code="request.time")
    assert (lines[0]["message"], lines[0]["code"]) == ("no answer", "request.time")


def test_what_was_asked_and_answered_stands_in_no_line(lines: list[dict[str, Any]]) -> None:
    tell(AnswerLog())
    assert "secret" not in str(lines)
    assert "paper" not in str(lines)


def test_what_was_asked_stands_there_if_that_is_set(lines: list[dict[str, Any]]) -> None:
    tell(AnswerLog(questions=True))
    assert lines[0]["question"] == QUESTION


def test_an_ingest_is_one_line_of_counts(lines: list[dict[str, Any]]) -> None:
    AnswerLog().note_ingest(REPORT)
    counts = {"new": 3, "changed": 2, "unchanged": 4, "removed": 1, "failed": 1, "chunks": 50}
    assert lines == [{"message": "ingest", **counts, "ms": 8500}]


@pytest.mark.parametrize(("fails", "status"), [(True, "500"), (False, "499")])
def test_where_no_response_came_a_fault_is_told_from_one_who_left(fails: bool, status: str) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if fails:
            raise ZeroDivisionError

    async def ask() -> None:
        scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
        with suppress(ZeroDivisionError):
            await Journal(app, metrics)(scope, never, never)

    async def never(*_: object) -> Any:
        raise AssertionError("nothing is sent or read")

    metrics = Metrics()
    asyncio.run(ask())
    labels = {"method": "GET", "route": "unknown", "status": status}
    assert metrics.registry.get_sample_value("duocite_http_requests_total", labels) == 1
    assert find_asker() is None
