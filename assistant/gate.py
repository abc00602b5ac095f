"""Who may ask the server what: checked before any route sees a request.

It stands around the chat as well: a page of the web that has its own name pointed at this machine
could otherwise read in a browser what only this machine should.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import get_args

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from assistant.auth import VISITOR
from assistant.callers import METRICS, Caller, Callers
from assistant.errors import DuociteError, RequestError
from assistant.prompts import explain
from assistant.rates import Crowd, Left
from assistant.rights import QUESTIONS, SAFE, is_upload
from assistant.site import Site
from assistant.statuses import headers_of, refuse, status_of
from assistant.text.accepted import Spoken, choose_language

API = "/v1/"
HEALTH = "/healthz"
READY = "/readyz"
SIGN_IN = "/sign-in"
SLACK = "/slack/"
UPLOAD = "/gradio_api/upload"
"""Where the chat's page puts files before anybody has looked at them."""
LARGEST_BODY = 1 << 20
"""Bytes of a request to the API: a question with a long history has some tens of thousands. One
that brings files may have this beyond them."""

REFERENCE = ("/docs", "/openapi.json")
"""What describes the API, with all below it: for those who may read the API itself."""

_COUNTS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After")


class Gate:
    """Refuses requests to another host's name, those that pages of others send, visitors who
    aren't known, and to the API what is too large, too often or isn't theirs to do.

    Only what is named in `_open` needs no leave: a path that is written otherwise than its route
    is a path that isn't open. `/slack/` is, where Slack is set up: it signs what it sends.
    """

    def __init__(self, app: ASGIApp, token: str, site: Site | None = None) -> None:
        self._app = app
        self._site = site or Site()
        self._callers = Callers(token, self._site)
        self._crowd = Crowd()
        self._open = {HEALTH, READY}
        self._open |= {SIGN_IN} if self._site.auth.mode == "password" else set()
        self._shared = CORSMiddleware(
            self._enter,
            allow_origins=self._site.origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["*"],
            allow_private_network=True,
            expose_headers=_COUNTS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        enter = self._shared if self._is_shared(scope, Headers(scope=scope)) else self._enter
        await enter(scope, receive, send)

    async def _enter(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        with ExitStack() as stack:
            try:
                caller = self._admit(scope, headers)
                limit = self._check_length(scope, headers)
                if scope["path"] in QUESTIONS:
                    stack.enter_context(self._crowd.enter())
            except DuociteError as problem:
                await _turn_away(problem, scope, headers)(scope, receive, send)
                return
            scheme = self._find_scheme(scope, headers)
            inside = {**scope, VISITOR: caller.visitor if caller else None, "scheme": scheme}
            within = _Body(receive, limit) if limit else receive
            answering = _count_off(send, caller.left) if caller and caller.left else send
            await self._app(inside, within, answering)

    def _is_shared(self, scope: Scope, headers: Headers) -> bool:
        """Whether a page of another site asks that may. No such page gets at the chat."""
        named = headers.get("origin") in self._site.origins
        to_api = scope["type"] == "http" and scope["path"].startswith(API)
        return named and to_api and self._site.names.has(headers.get("host", ""))

    def _admit(self, scope: Scope, headers: Headers) -> Caller | None:
        """None for what is open to everybody."""
        host, path = headers.get("host", ""), scope["path"]
        if not self._site.names.has(host):
            raise RequestError("host", host=host)
        self._check_origin(scope, headers)
        if path in self._open or (self._site.slack and path.startswith(SLACK)):
            return None
        if _is_api(path):
            if scope["type"] == "websocket":
                raise RequestError("no_path", path=path)
            return self._callers.admit(scope, headers)
        visitor = self._site.auth.admit(scope, headers)
        if path.startswith(UPLOAD) and not visitor.editor:
            raise RequestError("no_editor")
        return Caller(visitor)

    def _check_origin(self, scope: Scope, headers: Headers) -> None:
        """A page of another site may lead here; it may send nothing, and have the API do nothing,
        not even what it couldn't read the answer of."""
        reads = scope["type"] == "http" and scope["method"] in SAFE
        leads = headers.get("sec-fetch-mode") == "navigate"
        if reads and (leads or not _is_api(scope["path"])):
            return
        if not (self._site.names.is_own_page(headers) or self._is_shared(scope, headers)):
            raise RequestError("origin")

    def _check_length(self, scope: Scope, headers: Headers) -> int | None:
        """The most bytes that a body may have, None for any number; RequestError "too_large"."""
        if scope["type"] != "http" or not scope["path"].startswith((API, SLACK)):
            return None
        limit = LARGEST_BODY
        if is_upload(scope["method"], scope["path"], headers):
            limit += self._site.upload_mb << 20
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > limit:
            raise RequestError("too_large", limit=limit)
        return limit

    def _find_scheme(self, scope: Scope, headers: Headers) -> str:
        plain = str(scope.get("scheme", "http"))
        secure = self._site.proxies.is_secure(scope, headers)
        return plain if plain.endswith("s") or not secure else f"{plain}s"


def _is_api(path: str) -> bool:
    """Whether a path is for programs, and for people who look how to write them."""
    described = path in REFERENCE or path.startswith(f"{REFERENCE[0]}/")
    return path.startswith(API) or path == METRICS or described


def _turn_away(problem: DuociteError, scope: Scope, headers: Headers) -> ASGIApp:
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
        return PlainTextResponse(line, status_of(problem), headers_of(problem))
    return refuse(problem, headers)


def _keep_language(scope: Scope) -> str:
    wanted = QueryParams(scope.get("query_string", b"")).get("lang")
    return f"?lang={wanted}" if wanted in get_args(Spoken) else ""


def _count_off(send: Send, left: Left) -> Send:
    """An answer that says how many more there may be."""

    async def say(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(left.to_headers())
        await send(message)

    return say


class _Body:
    """A body of unknown length, counted as it comes."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._taken = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        if self._taken > self._limit:
            raise RequestError("too_large", limit=self._limit)
        return message
