"""Signing in over real HTTP: what is open, what is not, and what attackers try."""

from __future__ import annotations

import asyncio
import logging
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Mount

from assistant.answer import Language
from assistant.auth import COOKIE, SECURE_COOKIE
from assistant.passwords import hash_password
from assistant.server import build_app
from assistant.serving import Serving
from assistant.settings import Settings
from assistant.site import Site, build_site
from assistant.tries import MOST
from assistant.users import User, change_users, write_users
from assistant.web import mount
from assistant.web.sign_in import LARGEST_FORM, show_form
from tests.support.owners import TOKEN, TableOwner
from tests.web.fake import FakeAssistant

pytestmark = pytest.mark.integration

PASSWORD = "correct horse"
HASH = hash_password(PASSWORD)


def build_guarded(site: Site) -> FastAPI:
    """The server with its chat. Gradio wants a loop, and warns of what it imports."""
    owner: Any = TableOwner()
    app = build_app(owner, TOKEN, site)

    async def build() -> None:
        mount(app, FakeAssistant(), site=site)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        thread = threading.Thread(target=lambda: asyncio.run(build()))
        thread.start()
        thread.join()
    return app


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("auth") / "users"


@pytest.fixture(scope="module")
def app(users: Path) -> FastAPI:
    write_users(users, {"anna": User("anna", "editor", HASH)})
    settings = Settings(_env_file=None, auth=str(users), names="reports.example.org")
    return build_guarded(build_site(settings))


@pytest.fixture(scope="module")
def address(app: FastAPI) -> Iterator[str]:
    with Serving(app, "127.0.0.1", 0) as serving:
        yield serving.address


@pytest.fixture(autouse=True)
def people(users: Path, app: FastAPI) -> None:
    """The same for each test: users and no tries that count."""
    anna, ben = User("anna", "editor", HASH), User("ben", "reader", HASH)
    write_users(users, {"anna": anna, "ben": ben})


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False) as opened:
        yield opened


HOMES = iter(range(1, 250))


def sign_in(client: httpx.Client, name: str = "anna", password: str = PASSWORD) -> httpx.Response:
    """Each from another address, as far as a proxy on this machine says."""
    headers = {"x-forwarded-for": f"192.0.2.{next(HOMES)}"}
    return client.post("/sign-in", data={"name": name, "password": password}, headers=headers)


def gradio_paths(app: FastAPI) -> list[tuple[str, str]]:
    """Every method and path that Gradio serves, those of the router inside its app too."""
    [chat] = [route for route in app.routes if isinstance(route, Mount)]
    found: list[tuple[str, str]] = []
    for route in chat.app.routes:  # type: ignore[attr-defined]
        inner = getattr(route, "original_router", None)
        for one in inner.routes if inner else [route]:
            prefix = "/gradio_api" if inner and not one.path.startswith("/gradio_api") else ""
            methods = getattr(one, "methods", None) or ["GET"]
            found += [(method, prefix + one.path) for method in methods]
    return found


def test_no_route_of_the_chat_answers_to_a_stranger(client: httpx.Client, app: FastAPI) -> None:
    paths = gradio_paths(app)
    assert len(paths) > 40
    for method, path in [*paths, ("GET", "/original/token/a.pdf"), ("POST", "/sign-out")]:
        response = client.request(method, path.replace("{", "").replace("}", ""))
        assert response.status_code == 401, (method, path)
        assert "config" not in response.text.lower(), (method, path)


@pytest.mark.parametrize(
    "path",
    [
        b"//",
        b"//config",
        b"/%63onfig",
        b"/CONFIG",
        b"/sign-in/../config",
        b"/sign-in/%2e%2e/config",
        b"/sign-in%2f..%2fconfig",
        b"/sign-in;/config",
        b"/./config",
        b"/healthz/../config",
        b"/healthz%00",
        b"/%2e%2e/config",
        b"http://127.0.0.1/config",
        b"/gradio_api/file=/etc/passwd",
        b"/static/../config",
    ],
)
def test_no_spelling_of_a_path_gets_past(address: str, path: bytes) -> None:
    url = httpx.URL(address)
    request = httpx.Request("GET", url, extensions={"target": path})
    with httpx.HTTPTransport() as transport:
        response = transport.handle_request(request)
        body = response.read().decode("utf-8", "replace")
    assert response.status_code in (400, 401, 404), body
    assert "gradio" not in body.lower()
    assert "root:" not in body


def test_health_is_open_and_tells_a_stranger_nothing_more(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok", "yours": False}


def test_the_page_is_found_and_signing_in_leads_to_the_chat(client: httpx.Client) -> None:
    asked = client.get("/?lang=zh", headers={"accept": "text/html"})
    assert (asked.status_code, asked.headers["location"]) == (303, "sign-in?lang=zh")
    done = sign_in(client)
    assert (done.status_code, done.headers["location"]) == (303, "./")
    chat = client.get("/")
    assert chat.status_code == 200
    assert "gradio" in chat.text
    again = client.get("/sign-in?lang=en")
    assert (again.status_code, again.headers["location"]) == (303, "./?lang=en")


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(client: httpx.Client) -> None:
    plain = sign_in(client).headers["set-cookie"].lower()
    assert plain.startswith(f"{COOKIE}=")
    for attribute in ("httponly", "samesite=lax", "path=/"):
        assert attribute in plain
    assert "secure" not in plain
    assert "domain" not in plain
    assert "expires" not in plain


def test_behind_a_proxy_with_tls_the_cookie_is_for_tls_and_this_host(client: httpx.Client) -> None:
    headers = {"x-forwarded-proto": "https", "host": "reports.example.org"}
    form = {"name": "anna", "password": PASSWORD}
    cookie = client.post("/sign-in", data=form, headers=headers).headers["set-cookie"]
    assert cookie.startswith(f"{SECURE_COOKIE}=")
    assert "; Secure" in cookie
    kept = {"cookie": cookie.split(";")[0]}
    assert client.get("/config", headers={**headers, **kept}).status_code == 200
    assert client.get("/config", headers=kept).status_code == 401


def test_a_token_that_was_planted_is_never_taken_over(client: httpx.Client) -> None:
    client.cookies.set(COOKIE, "planted")
    sign_in(client)
    assert client.cookies.get(COOKIE, domain="127.0.0.1") != "planted"
    planted = {"cookie": f"{COOKIE}=planted"}
    with httpx.Client(base_url=client.base_url, trust_env=False) as thief:
        assert thief.get("/config", headers=planted).status_code == 401


def test_signing_in_again_ends_the_session_before(client: httpx.Client) -> None:
    sign_in(client)
    first = client.cookies[COOKIE]
    sign_in(client)
    assert client.cookies[COOKIE] != first
    with httpx.Client(base_url=client.base_url, trust_env=False) as other:
        other.cookies.set(COOKIE, first)
        assert other.get("/config").status_code == 401


def test_who_signs_out_is_out_also_with_the_cookie_of_before(client: httpx.Client) -> None:
    sign_in(client)
    token = client.cookies[COOKIE]
    left = client.post("/sign-out?lang=zh")
    assert (left.status_code, left.headers["location"]) == (303, "sign-in?lang=zh")
    assert client.get("/config").status_code == 401
    client.cookies.set(COOKIE, token)
    assert client.get("/config").status_code == 401


def test_a_link_does_not_sign_out(client: httpx.Client) -> None:
    sign_in(client)
    client.get("/sign-out")
    assert client.get("/config").status_code == 200


def test_who_is_removed_while_signed_in_is_out(client: httpx.Client, users: Path) -> None:
    sign_in(client)
    assert client.get("/config").status_code == 200
    with change_users(users) as known:
        del known["anna"]
    assert client.get("/config").status_code == 401


@pytest.mark.parametrize(
    ("language", "line"), [("en", "There is no such user"), ("zh", "没有这个用户")]
)
def test_a_wrong_password_is_told_and_the_name_stays(
    client: httpx.Client, language: str, line: str
) -> None:
    headers = {"accept-language": language}
    form = {"name": 'an"><script>na', "password": "wrong"}
    response = client.post("/sign-in", data=form, headers=headers)
    assert response.status_code == 401
    assert line in response.text
    assert 'value="an&quot;&gt;&lt;script&gt;na"' in response.text
    assert "<script" not in response.text
    assert "set-cookie" not in response.headers


def test_guessing_is_stopped_with_what_to_do(client: httpx.Client) -> None:
    headers = {"x-forwarded-for": "198.51.100.1"}
    form = {"name": "anna", "password": "wrong"}
    with ThreadPoolExecutor(8) as many:  # all at once, so that none has failed yet
        sent = [
            many.submit(client.post, "/sign-in", data=form, headers=headers)
            for _ in range(MOST["both"] + 3)
        ]
        codes = sorted(one.result().status_code for one in sent)
    assert codes == [401] * MOST["both"] + [429] * 3
    right = client.post("/sign-in", data={**form, "password": PASSWORD}, headers=headers)
    assert right.status_code == 429
    assert right.headers["retry-after"] == "900"
    assert "Wait 15 min" in right.text
    assert sign_in(client).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/gradio_api/queue/join"])
def test_pages_of_others_can_not_send_forms(
    client: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    sign_in(client)
    response = client.post(path, data={"name": "anna", "password": PASSWORD}, headers=headers)
    assert response.status_code == 403
    assert response.json()["error"]["code"] == "request.origin"
    assert client.get("/config").status_code == 200


def test_another_name_that_points_here_is_refused(client: httpx.Client) -> None:
    sign_in(client)
    for path in ("/", "/sign-in", "/config"):
        assert client.get(path, headers={"host": "evil.example"}).status_code == 421


@pytest.mark.parametrize(
    "body",
    [b"", b"name=anna", b"=&=&=", b"\xff\xfe", b"name=anna&password=%ED%A0%80", b'{"name": 1}'],
)
def test_a_form_that_is_none_signs_nobody_in(client: httpx.Client, body: bytes) -> None:
    headers = {"x-forwarded-for": f"192.0.2.{next(HOMES)}"}
    assert client.post("/sign-in", content=body, headers=headers).status_code == 401


def test_a_form_that_is_too_large_is_not_read(client: httpx.Client) -> None:
    form = {"name": "anna", "password": PASSWORD, "more": "x" * LARGEST_FORM}
    assert client.post("/sign-in", data=form).status_code == 401
    fields = "&".join(f"f{number}=1" for number in range(20))
    assert client.post("/sign-in", content=fields.encode()).status_code == 401


def test_the_api_is_read_by_everybody_who_is_signed_in_and_changed_by_editors(
    client: httpx.Client,
) -> None:
    for name, status in (("ben", 403), ("anna", 200)):
        sign_in(client, name)
        assert client.get("/v1/collections").status_code == 200
        assert client.post("/v1/ask", json={"question": "Q?"}).status_code == 200
        ingest = client.post("/v1/documents", json={"paths": ["/etc"]})
        assert ingest.status_code == 403
        removed = client.delete("/v1/documents", params={"id": "a/b c?.md"})
        assert removed.status_code == status


@pytest.mark.parametrize(("name", "status"), [("anna", 200), ("ben", 403)])
def test_only_editors_send_files(client: httpx.Client, name: str, status: int) -> None:
    sign_in(client, name)
    sent = client.post("/gradio_api/upload", files={"files": ("a.txt", b"text")})
    assert sent.status_code == status


def test_the_token_goes_on_working_for_programs_of_this_machine(client: httpx.Client) -> None:
    headers = {"authorization": f"Bearer {TOKEN}"}
    assert client.post("/v1/ask", json={"question": "Q?"}, headers=headers).status_code == 200
    assert client.post("/v1/documents", json={"paths": ["/a"]}, headers=headers).status_code == 200
    assert client.get("/config", headers=headers).status_code == 401


def test_the_log_holds_no_secret(client: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sign_in(client)
    sign_in(client, password="my other secret")
    client.get("/config", headers={"cookie": f"{COOKIE}=forged-token"})
    ours = "\n".join(one.getMessage() for one in caplog.records if "assistant" in one.name)
    assert "signed in: 'anna' from 192.0.2." in ours
    for secret in (PASSWORD, "my other secret", client.cookies[COOKIE], "forged-token"):
        assert secret not in ours


class Attributes(HTMLParser):
    """All addresses that a page names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.labelled: set[str | None] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        self.found += [given[name] for name in ("src", "href", "action") if name in given]
        if tag == "label":
            self.labelled.add(given["for"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_stands_alone_and_each_field_has_its_label(language: Language) -> None:
    page = Attributes(show_form(language))
    assert set(page.found) == {"data:,", "?lang=en", "?lang=zh", f"sign-in?lang={language}"}
    assert page.labelled == {"name", "password"}
    assert "aria-current=true>中文" in show_form("zh")
    assert "url(" not in show_form(language)


def test_the_page_is_kept_by_nobody_and_framed_by_nobody(client: httpx.Client) -> None:
    headers = client.get("/sign-in").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-frame-options"] == "DENY"
    assert "script-src" not in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]


@pytest.fixture(scope="module")
def behind() -> Iterator[str]:
    """A server whose proxy signs people in."""
    settings = Settings(_env_file=None, auth="header:X-Forwarded-User", editors="anna")
    with Serving(build_guarded(build_site(settings)), "127.0.0.1", 0) as serving:
        yield serving.address


def test_a_proxy_s_visitor_is_in_and_has_no_page_to_sign_in(behind: str) -> None:
    with httpx.Client(base_url=behind, trust_env=False) as client:
        assert client.get("/config").status_code == 401
        assert client.get("/config", headers={"x-forwarded-user": "anna"}).status_code == 200
        assert client.get("/sign-in").status_code == 401
        named = {"x-forwarded-user": "ben"}
        removed = client.delete("/v1/documents", params={"id": "x"}, headers=named)
        assert removed.json()["error"]["code"] == "request.no_editor"


def test_a_header_from_elsewhere_is_forged() -> None:
    given = {"auth": "header:X-Forwarded-User", "proxies": "192.0.2.1"}
    site = build_site(Settings(_env_file=None, **given))  # type: ignore[arg-type]
    owner: Any = TableOwner()
    with Serving(build_app(owner, TOKEN, site), "127.0.0.1", 0) as serving:
        headers = {"x-forwarded-user": "anna", "x-forwarded-for": "192.0.2.1"}
        response = httpx.get(f"{serving.address}/v1/documents", headers=headers, trust_env=False)
    assert (response.status_code, response.json()["error"]["code"]) == (403, "request.proxy")
