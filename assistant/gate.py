"""Who may ask the server what: checked before any route sees a request.

It stands around the chat as well: a page of the web that has its own name pointed at this machine
could otherwise read in a browser what only this machine should.
"""

from __future__ import annotations

import secrets

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import DuociteError, RequestError
from assistant.hosts import is_loopback_header
from assistant.prompts import explain
from assistant.text.accepted import choose_language
from assistant.wire import Json

API = "/v1/"
LARGEST_BODY = 1 << 20
"""Bytes of a request to the API: a question with a long history has some tens of thousands."""

_STATUS = {
    "request.token": 401,
    "request.host": 421,
    "request.too_large": 413,
    "request.no_path": 404,
    "store.no_collection": 404,
    "store.no_document": 404,
    "store.locked": 409,
    "store.busy": 409,
    "store.lost_turn": 409,
    "store.changed": 409,
    "store.unreachable": 503,
    "model.timeout": 504,
}
_STATUS_OF_BRANCH = {"request": 422, "catalog": 422, "ingest": 422, "model": 502}


class Gate:
    """Refuses requests to another host's name, and to the API without the token or too large."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        problem = self._find_problem(scope, headers)
        if problem is None:
            within = _Body(receive) if scope["path"].startswith(API) else receive
            await self._app(scope, within, send)
        elif scope["type"] == "http":
            await refuse(problem, headers)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    def _find_problem(self, scope: Scope, headers: Headers) -> RequestError | None:
        host = headers.get("host", "")
        if not is_loopback_header(host):
            return RequestError("host", host=host)
        if not scope["path"].startswith(API):
            return None
        if not has_token(headers, self._token):
            return RequestError("token")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            return RequestError("too_large", limit=LARGEST_BODY)
        return None


class _Body:
    """A body of unknown length, counted as it comes."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._taken = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        if self._taken > LARGEST_BODY:
            raise RequestError("too_large", limit=LARGEST_BODY)
        return message


def has_token(headers: Headers, token: str) -> bool:
    given = headers.get("authorization", "")
    return secrets.compare_digest(given.encode(), f"Bearer {token}".encode())


def refuse(error: DuociteError, headers: Headers) -> JSONResponse:
    """An error as the API says it, in the language that the request accepts."""
    known = {"WWW-Authenticate": "Bearer"} if status_of(error) == 401 else None
    return JSONResponse({"error": error_body(error, headers)}, status_of(error), known)


def error_body(error: DuociteError, headers: Headers) -> Json:
    """`code`, `values` and `retryable` make the same error again; `message` is for people."""
    language = choose_language(None, headers.get("accept-language"))
    return {**error.to_json(), "message": explain(error, language)}


def status_of(error: DuociteError) -> int:
    exact = _STATUS.get(f"{error.name}.{error.code}")
    if exact is None and error.name == "model" and error.retryable:
        return 503
    return exact or _STATUS_OF_BRANCH.get(error.name, 500)
