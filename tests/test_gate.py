"""The gate by itself: what reaches the app behind it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from starlette.datastructures import Headers

from assistant.asker import asking
from assistant.auth import VISITOR, ByHeader, Visitor, parse_editors
from assistant.errors import (
    CatalogError,
    DuociteError,
    IngestError,
    ModelError,
    RequestError,
    RetryableModelError,
    RetryableRequestError,
    RetryableStoreError,
    StoreError,
)
from assistant.gate import LARGEST_BODY, Gate, check_may, error_body, refuse, status_of
from assistant.hosts import parse_names
from assistant.proxies import parse_proxies
from assistant.site import Site

TOKEN = "t0ken"


class Behind:
    """The app behind the gate; notes what came through, and reads all of it."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.scope: dict[str, Any] = {}
        self.taken = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.seen.append(scope.get("path", scope["type"]))
        self.scope = scope
        while scope["type"] == "http" and (message := await receive()):
            self.taken += len(message["body"])
            if not message.get("more_body"):
                return


def knock(
    path: str,
    headers: dict[str, str],
    body: tuple[bytes, ...] = (b"",),
    kind: str = "http",
    site: Site | None = None,
    more: dict[str, Any] | None = None,
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
    scope = {"type": kind, "path": path, "headers": raw, **(more or {})}
    scope = {"method": "GET", "query_string": b"", "client": ("127.0.0.1", 4711), **scope}
    asyncio.run(Gate(behind, TOKEN, site)(scope, receive, send))
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
    assert [(one["type"], one["code"]) for one in sent] == [("websocket.close", 1008)]


def test_what_is_no_request_passes() -> None:
    behind, _ = knock("", {}, kind="lifespan")
    assert len(behind.seen) == 1


class Knows:
    """Lets a visitor in whose cookie is their name; an editor is called so."""

    mode: Any = "password"

    def admit(self, scope: Any, headers: Any) -> Visitor:
        if name := headers.get("cookie"):
            return Visitor(name, name == "editor")
        raise RequestError("sign_in")


SITE = Site(Knows(), parse_names("reports.example.org"), parse_proxies("127.0.0.1"))
HERE = {"host": "reports.example.org"}


def test_whoever_was_let_in_stands_in_the_request() -> None:
    behind, _ = knock("/", {**HERE, "cookie": "anna"}, site=SITE)
    assert behind.scope[VISITOR] == Visitor("anna", False)
    behind, _ = knock("/", {"host": "localhost"})
    assert behind.scope[VISITOR] == Visitor("local", True)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/config",
        "/gradio_api/queue/join",
        "/gradio_api/file=/etc/passwd",
        "/original/token/a.pdf",
        "/sign-out",
        "/sign-in/",
        "//sign-in",
        "/sign-in/../config",
        "/sign-in%2F..",
        "/Sign-In",
        "/SIGN-IN",
        "/healthz/",
        "//healthz",
        "/healthz/../config",
        "/./healthz",
        "/login",
        "/v1/ask",
        "",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS", "get", "BREW"])
def test_nothing_but_two_pages_is_open_however_it_is_spelt(path: str, method: str) -> None:
    behind, sent = knock(path, HERE, site=SITE, more={"method": method})
    assert (behind.seen, refused(sent)) == ([], (401, "request.sign_in"))


@pytest.mark.parametrize("path", ["/healthz", "/sign-in"])
def test_two_pages_are_open_and_nobody_is_known_there(path: str) -> None:
    behind, sent = knock(path, {**HERE, "cookie": "anna"}, site=SITE)
    assert (behind.seen, sent) == ([path], [])
    assert behind.scope[VISITOR] is None


def test_the_page_for_signing_in_is_open_only_where_there_is_one() -> None:
    site = Site(ByHeader("X-User", parse_editors(""), parse_proxies("")), parse_names("a.example"))
    behind, sent = knock("/sign-in", {"host": "a.example", "x-user": "anna"}, site=site)
    assert (behind.seen, refused(sent)) == ([], (403, "request.proxy"))


def test_a_socket_is_closed_to_who_is_not_signed_in() -> None:
    behind, sent = knock("/queue", HERE, kind="websocket", site=SITE)
    assert (behind.seen, sent[0]["code"]) == ([], 1008)
    behind, _ = knock("/queue", {**HERE, "cookie": "anna"}, kind="websocket", site=SITE)
    assert behind.seen == ["/queue"]


@pytest.mark.parametrize(
    ("path", "query", "leads"),
    [
        ("/", b"", "sign-in"),
        ("/", b"lang=zh", "sign-in?lang=zh"),
        ("/", b"lang=%0d%0aSet-Cookie", "sign-in"),
        ("/original/token/a.pdf", b"", "../../sign-in"),
        ("//evil.example", b"", "../sign-in"),
    ],
)
def test_who_opens_a_page_is_led_to_where_one_signs_in(path: str, query: bytes, leads: str) -> None:
    headers = {**HERE, "accept": "text/html,*/*"}
    behind, sent = knock(path, headers, site=SITE, more={"query_string": query})
    assert behind.seen == []
    assert (sent[0]["status"], dict(sent[0]["headers"])[b"location"]) == (303, leads.encode())


def test_the_api_leads_nowhere() -> None:
    _, sent = knock("/v1/ask", {**HERE, "accept": "text/html"}, site=SITE)
    assert refused(sent) == (401, "request.sign_in")


def test_a_person_reads_why_they_are_turned_away() -> None:
    headers = {"host": "localhost", "accept": "text/html", "accept-language": "zh"}
    site = Site(ByHeader("X-User", parse_editors(""), parse_proxies("127.0.0.1")))
    _, sent = knock("/", headers, site=site)
    assert sent[0]["status"] == 401
    assert "代理没有说明您是谁" in sent[1]["body"].decode()


ELSEWHERE = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/gradio_api/queue/join", "/v1/ask"])
@pytest.mark.parametrize("site", [None, SITE])
def test_what_a_page_of_others_sends_is_refused(path: str, site: Site | None) -> None:
    headers = {"host": "localhost", "cookie": "anna", **ELSEWHERE}
    behind, sent = knock(path, headers, site=site, more={"method": "POST"})
    assert (behind.seen, refused(sent)) == ([], (403, "request.origin"))


def test_a_link_on_a_page_of_others_may_lead_here_and_a_socket_may_not() -> None:
    headers = {"host": "localhost", **ELSEWHERE}
    assert knock("/", headers)[0].seen == ["/"]
    assert knock("/queue", headers, kind="websocket")[0].seen == []


def test_the_token_opens_the_api_to_who_runs_the_server_and_nothing_else() -> None:
    headers = {"host": "localhost", "authorization": f"Bearer {TOKEN}"}
    behind, _ = knock("/v1/documents", headers, site=SITE, more={"method": "POST"})
    assert behind.scope[VISITOR] == Visitor("local", True)
    assert knock("/config", headers, site=SITE)[0].seen == []


@pytest.mark.parametrize(
    ("method", "path", "reader", "editor"),
    [
        ("GET", "/v1/documents", None, None),
        ("POST", "/v1/ask", None, None),
        ("DELETE", "/v1/documents", "no_editor", None),
        # It names files of the server's machine, which no visitor may have read.
        ("POST", "/v1/documents", "no_editor", "token_only"),
        ("PUT", "/v1/anything", "no_editor", "token_only"),
        ("POST", "/v1/ask/", "no_editor", "token_only"),
    ],
)
def test_documents_are_changed_by_editors_only(
    method: str, path: str, reader: str | None, editor: str | None
) -> None:
    for name, code in (("reader", reader), ("editor", editor)):
        headers = {**HERE, "cookie": name}
        behind, sent = knock(path, headers, site=SITE, more={"method": method})
        if code is None:
            assert behind.seen == [path]
        else:
            assert (behind.seen, refused(sent)) == ([], (403, f"request.{code}"))
            with pytest.raises(RequestError, match=code):
                check_may(Visitor(name, name == "editor"), method, path)


@pytest.mark.parametrize(("peer", "scheme"), [("127.0.0.1", "https"), ("192.0.2.1", "http")])
def test_a_proxy_alone_says_that_it_speaks_tls(peer: str, scheme: str) -> None:
    headers = {**HERE, "cookie": "anna", "x-forwarded-proto": "https"}
    more = {"client": (peer, 1), "scheme": "http"}
    assert knock("/", headers, site=SITE, more=more)[0].scope["scheme"] == scheme


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


@pytest.mark.parametrize(
    ("error", "status", "wait"),
    [
        (RetryableRequestError("ending", seconds=10), 503, "10"),
        (RetryableRequestError("time", limit=180.0), 504, None),
        (RetryableModelError("wait", model="m", seconds=7), 503, "7"),
        (RequestError("tries", minutes=15), 429, None),
    ],
)
def test_an_error_of_the_moment_says_when_to_come_back(
    error: DuociteError, status: int, wait: str | None
) -> None:
    response = refuse(error, Headers())
    assert (response.status_code, response.headers.get("retry-after")) == (status, wait)


def test_an_error_names_the_request_that_it_belongs_to() -> None:
    error = RequestError("json")
    with asking("api", request="r-1"):
        assert error_body(error, Headers())["request_id"] == "r-1"
    assert "request_id" not in error_body(error, Headers())


def test_the_gate_says_to_the_log_who_came_in() -> None:
    with asking("api") as asker:
        knock("/v1/ask", {"host": "127.0.0.1", "authorization": f"Bearer {TOKEN}"})
    assert asker.name == "local"


def test_whether_it_is_ready_is_open_to_everybody() -> None:
    header = ByHeader("X-User", parse_editors(""), parse_proxies("127.0.0.1"))
    behind, _ = knock("/readyz", {"host": "127.0.0.1"}, site=Site(header))
    assert behind.seen == ["/readyz"]
