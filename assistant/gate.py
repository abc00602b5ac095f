"""Who may ask the server what: checked before any route sees a request.

It stands around the chat as well: a page of the web that has its own name pointed at this machine
could otherwise read in a browser what only this machine should.
"""

from __future__ import annotations

import secrets
from typing import get_args

from starlette.datastructures import Headers, QueryParams
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from assistant.asker import find_asker, name_asker
from assistant.auth import LOCAL, VISITOR, Visitor
from assistant.errors import DuociteError, RequestError
from assistant.prompts import explain
from assistant.site import Site
from assistant.text.accepted import Spoken, choose_language
from assistant.wire import Json

API = "/v1/"
ASK = "/v1/ask"
HEALTH = "/healthz"
READY = "/readyz"
SIGN_IN = "/sign-in"
UPLOAD = "/gradio_api/upload"
"""Where the chat's page puts files before anybody has looked at them."""
LARGEST_BODY = 1 << 20
"""Bytes of a request to the API: a question with a long history has some tens of thousands."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_STATUS = {
    "request.token": 401,
    "request.sign_in": 401,
    "request.wrong_password": 401,
    "request.no_header": 401,
    "request.origin": 403,
    "request.proxy": 403,
    "request.no_editor": 403,
    "request.token_only": 403,
    "request.tries": 429,
    "request.no_sign_in": 503,
    "request.ending": 503,
    "request.time": 504,
    "request.host": 421,
    "request.too_large": 413,
    "request.no_path": 404,
    "store.no_collection": 404,
    "store.no_document": 404,
    "store.no_answer": 404,
    "store.empty_name": 422,
    "request.no_model": 404,
    "store.locked": 409,
    "store.busy": 409,
    "store.lost_turn": 409,
    "store.changed": 409,
    "store.unreachable": 503,
    "model.timeout": 504,
}
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
"""What OpenAI calls errors of a status."""

_STATUS_OF_BRANCH = {"request": 422, "catalog": 422, "ingest": 422, "model": 502}


class Gate:
    """Refuses requests to another host's name, those that pages of others send, visitors who
    aren't known, and to the API what is too large or isn't theirs to do.

    Only what is named in `_open` needs no leave: a path that is written otherwise than its route
    is a path that isn't open.
    """

    def __init__(self, app: ASGIApp, token: str, site: Site | None = None) -> None:
        self._app = app
        self._token = token
        self._site = site or Site()
        self._open = {HEALTH, READY} | ({SIGN_IN} if self._site.auth.mode == "password" else set())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            visitor = self._admit(scope, headers)
        except RequestError as problem:
            await _turn_away(problem, scope, headers)(scope, receive, send)
            return
        if visitor:
            name_asker(visitor.name)
        inside = {**scope, VISITOR: visitor, "scheme": self._find_scheme(scope, headers)}
        within = _Body(receive) if scope["path"].startswith(API) else receive
        await self._app(inside, within, send)

    def _admit(self, scope: Scope, headers: Headers) -> Visitor | None:
        """None for what is open to everybody."""
        host = headers.get("host", "")
        if not self._site.names.has(host):
            raise RequestError("host", host=host)
        changes = scope["type"] == "websocket" or scope["method"] not in _SAFE
        if changes and not self._site.names.is_own_page(headers):
            raise RequestError("origin")
        if scope["path"] in self._open:
            return None
        if scope["path"].startswith(API):
            return self._admit_to_api(scope, headers)
        visitor = self._site.auth.admit(scope, headers)
        if scope["path"].startswith(UPLOAD) and not visitor.editor:
            raise RequestError("no_editor")
        return visitor

    def _admit_to_api(self, scope: Scope, headers: Headers) -> Visitor:
        """Who has the token is whoever runs the server."""
        if has_token(headers, self._token):
            visitor = Visitor(LOCAL, editor=True)
        elif not self._site.guarded:
            raise RequestError("token")
        else:
            visitor = self._site.auth.admit(scope, headers)
            check_may(visitor, scope["method"], scope["path"])
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            raise RequestError("too_large", limit=LARGEST_BODY)
        return visitor

    def _find_scheme(self, scope: Scope, headers: Headers) -> str:
        plain = str(scope.get("scheme", "http"))
        secure = self._site.proxies.is_secure(scope, headers)
        return plain if plain.endswith("s") or not secure else f"{plain}s"


def check_may(visitor: Visitor, method: str, path: str) -> None:
    """What somebody who signed in may do at the API: read and ask; an editor removes, too.

    RequestError "no_editor", or "token_only" for an ingest: it reads files of the server's machine,
    which whoever changes documents must not therefore see.
    """
    if method in _SAFE or path == ASK:
        return
    if not visitor.editor:
        raise RequestError("no_editor")
    if method != "DELETE":
        raise RequestError("token_only")


def _turn_away(problem: RequestError, scope: Scope, headers: Headers) -> ASGIApp:
    """To the page for signing in where somebody opens a page; else with the reason."""
    if scope["type"] == "websocket":
        return WebSocketClose(1008)
    reads = "text/html" in headers.get("accept", "") and not scope["path"].startswith(API)
    if reads and problem.code == "sign_in":
        # Relative, for a proxy may show the chat below a path of its own.
        up = "../" * (scope["path"].count("/") - 1)
        return RedirectResponse(f"{up}{SIGN_IN[1:]}{_keep_language(scope)}", 303)
    if reads:
        line = explain(problem, choose_language(None, headers.get("accept-language")))
        return PlainTextResponse(line, status_of(problem))
    return refuse(problem, headers)


def _keep_language(scope: Scope) -> str:
    wanted = QueryParams(scope.get("query_string", b"")).get("lang")
    return f"?lang={wanted}" if wanted in get_args(Spoken) else ""


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
    known = {"WWW-Authenticate": "Bearer"} if error.code == "token" else {}
    if error.retryable and "seconds" in error.details:
        known["Retry-After"] = str(error.details["seconds"])
    return JSONResponse({"error": error_body(error, headers)}, status_of(error), known)


def error_body(error: DuociteError, headers: Headers) -> Json:
    """`code`, `values` and `retryable` make the same error again; `message` is for people, `type`
    and `param` for clients of OpenAI, and `request_id` finds it in the log."""
    language = choose_language(None, headers.get("accept-language"))
    known, status = error.to_json(), status_of(error)
    kind = _TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    asker = find_asker()
    return {
        **known,
        "message": explain(error, language),
        "type": kind,
        "param": known["values"].get("name"),
        **({"request_id": asker.request} if asker else {}),
    }


def status_of(error: DuociteError) -> int:
    exact = _STATUS.get(f"{error.name}.{error.code}")
    if exact is None and error.name == "model" and error.retryable:
        return 503
    return exact or _STATUS_OF_BRANCH.get(error.name, 500)
