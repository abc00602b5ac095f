"""The gate by itself: what reaches the app behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assistant.auth import VISITOR, ByHeader, Visitor, parse_editors
from assistant.errors import RequestError, StoreError
from assistant.gate import LARGEST_BODY
from assistant.hosts import parse_names
from assistant.proxies import parse_proxies
from assistant.rates import Crowd
from assistant.site import Site
from tests.support.knocking import TOKEN, headers_of, knock, refused

KEY = "request.key"


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
        ("/v1/ask", {"host": "127.0.0.1.evil.example"}, (421, "request.host")),
        ("/metrics", {"host": "evil.example"}, (421, "request.host")),
        ("/v1/ask", {"host": "localhost", "authorization": "Bearer duocite_x"}, (401, KEY)),
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


@pytest.mark.parametrize(("peer", "scheme"), [("127.0.0.1", "https"), ("192.0.2.1", "http")])
def test_a_proxy_alone_says_that_it_speaks_tls(peer: str, scheme: str) -> None:
    headers = {**HERE, "cookie": "anna", "x-forwarded-proto": "https"}
    more = {"client": (peer, 1), "scheme": "http"}
    assert knock("/", headers, site=SITE, more=more)[0].scope["scheme"] == scheme


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "page",
    [
        ELSEWHERE,
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:3000"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
    ],
)
@pytest.mark.parametrize("path", ["/v1/ask", "/v1/documents", "/metrics", "/docs"])
def test_the_api_does_nothing_for_pages_of_others_not_even_reading(
    method: str, page: dict[str, str], path: str
) -> None:
    # text/plain is what a page may send without asking first.
    headers = {"host": "localhost:7860", "content-type": "text/plain", **page}
    behind, sent = knock(path, headers, more={"method": method})
    assert (behind.seen, refused(sent)) == ([], (403, "request.origin"))
    assert not {name for name in headers_of(sent) if name.startswith("access-control")}


@pytest.mark.parametrize("content", ["text/plain", "multipart/form-data; boundary=x"])
def test_a_page_whose_name_is_pointed_here_gets_nothing(content: str) -> None:
    # To its browser it is the same site; its own name gives it away.
    headers = {
        "host": "evil.example:7860",
        "origin": "http://evil.example:7860",
        "sec-fetch-site": "same-origin",
        "content-type": content,
    }
    for method in ("GET", "POST", "OPTIONS"):
        behind, sent = knock("/v1/ask", headers, more={"method": method})
        assert (behind.seen, refused(sent)) == ([], (421, "request.host"))


def test_a_link_may_lead_to_what_describes_the_api() -> None:
    headers = {"host": "localhost", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert knock("/docs", headers)[0].seen == ["/docs"]
    assert knock("/docs", headers, more={"method": "POST"})[0].seen == []


FRIEND = "https://app.example.org"
SHARED = Site(origins=frozenset({FRIEND}))
FROM_FRIEND = {"host": "localhost", "origin": FRIEND, "sec-fetch-site": "cross-site"}


def test_a_page_of_a_site_that_is_named_may_call_the_api() -> None:
    asks = {**FROM_FRIEND, "access-control-request-method": "POST"}
    asks["access-control-request-headers"] = "authorization, content-type, x-stainless-lang"
    behind, sent = knock("/v1/ask", asks, site=SHARED, more={"method": "OPTIONS"})
    told = headers_of(sent)
    assert (behind.seen, sent[0]["status"]) == ([], 200)
    assert told["access-control-allow-origin"] == FRIEND
    assert "x-stainless-lang" in told["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in told
    behind, sent = knock("/v1/ask", FROM_FRIEND, site=SHARED, answers=True, more={"method": "POST"})
    told = headers_of(sent)
    assert (behind.seen, told["access-control-allow-origin"]) == (["/v1/ask"], FRIEND)
    assert "Retry-After" in told["access-control-expose-headers"]


def test_that_page_reads_why_it_is_refused() -> None:
    wrong = {**FROM_FRIEND, "authorization": "Bearer duocite_slip"}
    _, sent = knock("/v1/ask", wrong, site=SHARED)
    assert refused(sent) == (401, "request.key")
    assert headers_of(sent)["access-control-allow-origin"] == FRIEND


@pytest.mark.parametrize("path", ["/", "/config", "/metrics", "/gradio_api/queue/join", "/v1"])
def test_that_page_gets_at_nothing_else(path: str) -> None:
    _, sent = knock(path, FROM_FRIEND, site=SHARED, answers=True)
    assert "access-control-allow-origin" not in headers_of(sent)
    behind, _ = knock(path, FROM_FRIEND, site=SHARED, more={"method": "POST"})
    assert behind.seen == []
    behind, _ = knock("/v1/socket", FROM_FRIEND, kind="websocket", site=SHARED)
    assert behind.seen == []


def test_that_page_has_no_use_of_a_session() -> None:
    site = replace(SITE, origins=SHARED.origins)
    headers = {**FROM_FRIEND, **HERE, "cookie": "anna"}
    behind, sent = knock("/v1/ask", headers, site=site, more={"method": "POST"})
    assert (behind.seen, refused(sent)) == ([], (401, "request.token"))


@pytest.mark.parametrize(
    "origin",
    [
        "http://app.example.org",
        "https://app.example.org:8443",
        "https://app.example.org.evil.example",
        "https://evil.example",
        "null",
        "*",
        "",
    ],
)
def test_no_other_site_is_taken_for_it(origin: str) -> None:
    asks = {**FROM_FRIEND, "origin": origin, "access-control-request-method": "POST"}
    for method in ("OPTIONS", "POST", "GET"):
        behind, sent = knock("/v1/ask", asks, site=SHARED, more={"method": method})
        assert (behind.seen, refused(sent)) == ([], (403, "request.origin"))
        assert "access-control-allow-origin" not in headers_of(sent)


def test_a_name_pointed_here_is_no_way_round_for_a_named_site() -> None:
    asks = {**FROM_FRIEND, "host": "evil.example", "access-control-request-method": "POST"}
    _, sent = knock("/v1/ask", asks, site=SHARED, more={"method": "OPTIONS"})
    assert refused(sent) == (421, "request.host")


FILES = {"host": "localhost", "content-type": "multipart/form-data; boundary=x"}


def test_files_that_are_sent_may_be_as_large_as_files_that_are_read() -> None:
    site = Site(upload_mb=3)
    most = LARGEST_BODY + (3 << 20)
    parts = (b"x" * LARGEST_BODY,) * 4
    behind, _ = knock("/v1/documents", FILES, parts, site=site, more={"method": "POST"})
    assert behind.taken == most
    with pytest.raises(RequestError, match="too_large"):
        knock("/v1/documents", FILES, (*parts, b"x"), site=site, more={"method": "POST"})
    said = {**FILES, "content-length": str(most + 1)}
    _, sent = knock("/v1/documents", said, site=site, more={"method": "POST"})
    assert refused(sent) == (413, "request.too_large")


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/documents/text", "/v1/feedback"])
def test_nothing_else_is_larger_by_calling_itself_files(path: str) -> None:
    said = {**FILES, "authorization": f"Bearer {TOKEN}", "content-length": str(LARGEST_BODY + 1)}
    _, sent = knock(path, said, more={"method": "POST"})
    assert refused(sent) == (413, "request.too_large")


def test_slack_comes_in_where_it_is_set_up_and_as_small() -> None:
    slack = replace(SITE, slack=True)
    for path in ("/slack/events", "/slack/commands", "/slack/interactions"):
        behind, _ = knock(path, HERE, site=slack, more={"method": "POST"})
        assert (behind.seen, behind.scope[VISITOR]) == ([path], None)
        _, sent = knock(path, HERE, site=SITE, more={"method": "POST"})
        assert refused(sent) == (401, "request.sign_in")
    large = {**HERE, "content-length": str(LARGEST_BODY + 1)}
    _, sent = knock("/slack/events", large, site=slack, more={"method": "POST"})
    assert refused(sent) == (413, "request.too_large")
    for path in ("/slack", "/slackers", "/SLACK/events", "//slack/events"):
        assert knock(path, HERE, site=slack, more={"method": "POST"})[0].seen == []


def test_a_socket_of_the_api_is_none() -> None:
    headers = {"host": "localhost", "authorization": f"Bearer {TOKEN}"}
    behind, sent = knock("/v1/ask", headers, kind="websocket")
    assert (behind.seen, sent[0]["code"]) == ([], 1008)


def test_more_questions_than_there_is_room_for_come_back_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Crowd.__init__, "__defaults__", (0,))
    behind, sent = knock("/v1/ask", {"host": "localhost"}, more={"method": "POST"})
    assert (behind.seen, refused(sent)) == ([], (503, "request.full"))
    assert headers_of(sent)["retry-after"] == "5"
    assert knock("/v1/documents", {"host": "localhost"})[0].seen == ["/v1/documents"]


def test_who_can_not_be_looked_up_reads_why_and_is_not_let_in() -> None:
    class Broken(Knows):
        def admit(self, scope: Any, headers: Any) -> Visitor:
            raise StoreError("state_damaged", path="state.db", reason="x")

    behind, sent = knock("/", {**HERE, "accept": "text/html"}, site=replace(SITE, auth=Broken()))
    assert (behind.seen, sent[0]["status"]) == ([], 500)
