"""A request that knocks at the gate, with a note of what came through."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.responses import PlainTextResponse

from assistant.gate import Gate
from assistant.site import Site

TOKEN = "t0ken"


class Behind:
    """The app behind the gate; notes what came through, reads all of it, and answers if told to."""

    def __init__(self, *, answers: bool = False) -> None:
        self.answers = answers
        self.seen: list[str] = []
        self.scope: dict[str, Any] = {}
        self.taken = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.seen.append(scope.get("path", scope["type"]))
        self.scope = scope
        while scope["type"] == "http" and (message := await receive()):
            self.taken += len(message["body"])
            if not message.get("more_body"):
                break
        if self.answers:
            await PlainTextResponse("done")(scope, receive, send)


def knock(
    path: str,
    headers: dict[str, str],
    body: tuple[bytes, ...] = (b"",),
    kind: str = "http",
    site: Site | None = None,
    more: dict[str, Any] | None = None,
    *,
    answers: bool = False,
) -> tuple[Behind, list[dict[str, Any]]]:
    behind = Behind(answers=answers)
    parts = list(body)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message: Any) -> None:
        sent.append(message)

    raw = [(name.encode(), text.encode()) for name, text in headers.items()]
    scope = {"type": kind, "path": path, "headers": raw, **(more or {})}
    scope = {"method": "GET", "query_string": b"", "client": ("127.0.0.1", 4711), **scope}
    asyncio.run(Gate(behind, TOKEN, site)(scope, receive, send))
    return behind, sent


def headers_of(sent: list[dict[str, Any]]) -> dict[str, str]:
    return {name.decode(): text.decode() for name, text in sent[0]["headers"]}


def refused(sent: list[dict[str, Any]]) -> tuple[int, str]:
    return sent[0]["status"], json.loads(sent[1]["body"])["error"]["code"]
