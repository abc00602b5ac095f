"""The gate by itself: what reaches the app behind it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from assistant.errors import (
    CatalogError,
    DuociteError,
    IngestError,
    ModelError,
    RequestError,
    RetryableModelError,
    RetryableStoreError,
    StoreError,
)
from assistant.gate import LARGEST_BODY, Gate, status_of

TOKEN = "t0ken"


class Behind:
    """The app behind the gate; notes what came through, and reads all of it."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.taken = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.seen.append(scope.get("path", scope["type"]))
        while scope["type"] == "http" and (message := await receive()):
            self.taken += len(message["body"])
            if not message.get("more_body"):
                return


def knock(
    path: str, headers: dict[str, str], body: tuple[bytes, ...] = (b"",), kind: str = "http"
) -> tuple[Behind, list[dict[str, Any]]]:
    behind = Behind()
    parts = list(body)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message: Any) -> None:
        sent.append(message)

    raw = [(name.encode(), text.encode()) for name, text in headers.items()]
    scope = {"type": kind, "path": path, "headers": raw}
    asyncio.run(Gate(behind, TOKEN)(scope, receive, send))
    return behind, sent


def refused(sent: list[dict[str, Any]]) -> tuple[int, str]:
    return sent[0]["status"], json.loads(sent[1]["body"])["error"]["code"]


def test_the_chat_is_open_to_this_machine() -> None:
    behind, sent = knock("/anything", {"host": "localhost:7860"})
    assert (behind.seen, sent) == (["/anything"], [])


def test_the_api_is_open_to_who_has_the_token() -> None:
    behind, sent = knock("/v1/ask", {"host": "127.0.0.1", "authorization": f"Bearer {TOKEN}"})
    assert (behind.seen, sent) == (["/v1/ask"], [])


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        ("/", {}, (421, "request.host")),
        ("/", {"host": "evil.example"}, (421, "request.host")),
        ("/v1/ask", {"host": "evil.a", "authorization": "Bearer t0ken"}, (421, "request.host")),
        ("/v1/ask", {"host": "localhost"}, (401, "request.token")),
        ("/v1/ask", {"host": "localhost", "authorization": "bearer t0ken"}, (401, "request.token")),
        ("/v1/ask", {"host": "localhost", "authorization": "Bearer 令"}, (401, "request.token")),
    ],
)
def test_others_are_turned_away(
    path: str, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    behind, sent = knock(path, headers)
    assert (behind.seen, refused(sent)) == ([], expected)


@pytest.mark.parametrize("length", [str(LARGEST_BODY + 1), "-1", "many"])
def test_a_length_that_is_too_large_or_none_is_turned_away(length: str) -> None:
    headers = {"host": "localhost", "authorization": f"Bearer {TOKEN}", "content-length": length}
    behind, sent = knock("/v1/ask", headers)
    assert (behind.seen, refused(sent)) == ([], (413, "request.too_large"))


def test_a_body_is_cut_off_where_it_grows_too_large() -> None:
    headers = {"host": "localhost", "authorization": f"Bearer {TOKEN}"}
    parts = (b"x" * (LARGEST_BODY // 2),) * 3
    with pytest.raises(RequestError, match="too_large"):
        knock("/v1/ask", headers, parts)
    behind, _ = knock("/v1/ask", headers, parts[:2])
    assert behind.taken == LARGEST_BODY


def test_a_socket_is_closed_to_other_names_too() -> None:
    behind, sent = knock("/queue", {"host": "evil.example"}, kind="websocket")
    assert behind.seen == []
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_what_is_no_request_passes() -> None:
    behind, _ = knock("", {}, kind="lifespan")
    assert len(behind.seen) == 1


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (StoreError("no_collection"), 404),
        (RetryableStoreError("busy"), 409),
        (RetryableStoreError("unreachable"), 503),
        (StoreError("failed"), 500),
        (CatalogError("twice"), 422),
        (IngestError("not_found"), 422),
        (RequestError("field"), 422),
        (ModelError("refused_key"), 502),
        (RetryableModelError("rate_limited"), 503),
        (RetryableModelError("timeout"), 504),
        (DuociteError("unexpected"), 500),
    ],
)
def test_a_status_says_whose_fault_it_is(error: DuociteError, status: int) -> None:
    assert status_of(error) == status
