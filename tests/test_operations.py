"""What a server tells whoever runs it: ready or not, and its counts; through the gate."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from assistant.errors import RetryableStoreError, StoreError
from assistant.gate import Gate
from assistant.observing import Observers
from assistant.operations import METRICS, Operations
from assistant.questions import Questions
from assistant.readiness import Readiness
from tests.support.answers import build_answer

TOKEN = "t0ken"
HEADERS = {"Host": "127.0.0.1:7860"}


class Server:
    """A server of two parts, whose second one can be broken."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        observers = Observers()
        self.questions = Questions(observers=observers)
        readiness = Readiness({"store": lambda: None, "model": self._look}, kept=0)
        operations = Operations(self.questions, readiness)
        observers.add(operations.metrics)
        app = FastAPI(openapi_url=None)
        app.add_middleware(Gate, token=TOKEN)
        operations.add(app)
        here = ("127.0.0.1", 4711)
        self.client = TestClient(operations.around(app), headers=HEADERS, client=here)

    def _look(self) -> None:
        if self.error:
            raise self.error

    def ready(self, **headers: str) -> tuple[int, dict[str, Any]]:
        response = self.client.get("/readyz", headers=headers)
        return response.status_code, response.json()


@pytest.fixture
def server() -> Server:
    return Server()


def test_a_server_with_all_its_parts_is_ready(server: Server) -> None:
    checks = {"store": {"ready": True}, "model": {"ready": True}}
    assert server.ready() == (200, {"status": "ready", "checks": checks})


def test_one_that_lacks_a_part_says_which(server: Server) -> None:
    server.error = RetryableStoreError("unreachable", url="http://10.0.0.5")
    status, body = server.ready()
    assert (status, body["status"]) == (503, "not_ready")
    assert body["checks"]["store"] == {"ready": True}
    assert body["checks"]["model"]["code"] == "store.unreachable"
    assert body["checks"]["model"]["message"].startswith("The server of the model")


def test_it_says_so_in_the_language_of_whoever_asks(server: Server) -> None:
    server.error = StoreError("no_store", path="/x")
    _, body = server.ready(**{"Accept-Language": "zh-CN"})
    assert "目前无法使用模型的服务器" in body["checks"]["model"]["message"]


def test_what_is_wrong_is_said_without_addresses_paths_and_keys(server: Server) -> None:
    server.error = StoreError("no_store", path="/srv/secret", url="http://u:pw@10.0.0.5/?key=k1")
    text = str(server.ready())
    assert not any(word in text for word in ("secret", "10.0.0.5", "pw", "k1"))


def test_one_that_is_ending_is_not_ready_for_more(server: Server) -> None:
    server.questions.close()
    status, body = server.ready()
    assert status == 503
    assert list(body["checks"]) == ["server"]
    assert body["checks"]["server"]["code"] == "request.ending"
    assert body["checks"]["server"]["message"].startswith("The server is being ended.")


def test_nobody_keeps_what_it_said(server: Server) -> None:
    assert server.client.get("/readyz").headers["cache-control"] == "no-store"


def test_counts_come_in_the_form_that_prometheus_reads(server: Server) -> None:
    def answer() -> Any:
        yield build_answer("how much?")

    list(server.questions.run("how much?", answer()))
    server.client.get("/nowhere")
    response = server.client.get(METRICS)
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = {one.name: one for one in text_string_to_metric_families(response.text)}
    assert [s.value for s in found["duocite_answers"].samples if s.name.endswith("_total")] == [1]
    routes = {sample.labels["route"] for sample in found["duocite_http_requests"].samples}
    assert routes == {"unknown"}


def test_the_gate_stands_before_them_as_before_all(server: Server) -> None:
    headers = {"Host": "evil.example"}
    for path in ("/readyz", METRICS):
        response = server.client.get(path, headers=headers)
        assert response.status_code == 421
        assert response.json()["error"]["request_id"] == response.headers["x-request-id"]
