"""The HTTP of it: what a program that isn't ours meets."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.errors import RetryableStoreError
from assistant.gate import LARGEST_BODY
from assistant.keyring import Keyring
from assistant.keys import Keys
from assistant.running import Running
from assistant.site import Site
from assistant.state import State
from tests.support.answers import SENTENCE, build_answer
from tests.support.owners import REPORT, TableOwner, serve

pytestmark = pytest.mark.integration


@pytest.fixture
def table() -> TableOwner:
    return TableOwner()


@pytest.fixture
def running(table: TableOwner) -> Iterator[Running]:
    with serve(table) as running:
        yield running


@pytest.fixture
def client(running: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=running.address, headers=running.headers, trust_env=False) as opened:
        yield opened


def error_of(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def read_events(text: str) -> list[tuple[str, Any]]:
    blocks = [block.split("\n") for block in text.split("\n\n") if block]
    return [
        (name.removeprefix("event: "), json.loads(data.removeprefix("data: ")))
        for name, data in blocks
    ]


def test_an_answer_is_the_one_json_of_answers(client: httpx.Client) -> None:
    response = client.post("/v1/ask", json={"question": "How much paper?"})
    assert response.status_code == 200
    assert response.json() == json.loads(json.dumps(build_answer("How much paper?").to_json()))


def test_an_answer_can_come_rendered(client: httpx.Client) -> None:
    forms = ["plain", "markdown", "html"]
    asked = [{"question": "Q?", "form": form} for form in forms]
    plain, markdown, html = (client.post("/v1/ask", json=one).json()["rendered"] for one in asked)
    assert plain.startswith(f"{SENTENCE} [1]")
    assert "**Sources**" in markdown
    assert html.startswith('<div class="answer')


def test_claims_are_streamed_before_the_answer(client: httpx.Client) -> None:
    response = client.post("/v1/ask", json={"question": "Q?", "stream": True})
    assert response.headers["content-type"].startswith("text/event-stream")
    (claim, said), (name, answer) = read_events(response.text)
    assert (claim, said["text"], said["citations"]) == ("claim", SENTENCE, [1])
    assert (name, answer["id"]) == ("answer", build_answer("Q?").id)


def test_a_stream_that_fails_ends_with_the_error(client: httpx.Client, table: TableOwner) -> None:
    table.error = RetryableStoreError("busy", collection="c", holder="h/1")
    response = client.post("/v1/ask", json={"question": "Q?", "stream": True})
    *_, (name, error) = read_events(response.text)
    assert (name, error["code"], error["retryable"]) == ("error", "store.busy", True)


def test_documents_are_listed_read_and_removed(client: httpx.Client) -> None:
    [row] = client.get("/v1/documents").json()["documents"]
    assert row["title"] == "题目"
    text = client.get("/v1/documents/text", params={"id": row["id"]}).json()
    assert text["text"].startswith("A line.\r\n")
    [chunk] = client.get("/v1/documents/chunks", params={"id": row["id"]}).json()["chunks"]
    assert chunk["location"] == {"kind": "page", "from": 2, "to": 3}
    removed = client.delete("/v1/documents", params={"id": row["id"]}).json()
    assert removed == {"collection": "default", "removed": 1}
    assert client.get("/v1/documents").json()["documents"] == []


def test_an_ingest_answers_with_its_report(client: httpx.Client) -> None:
    response = client.post("/v1/documents", json={"paths": ["/a"]})
    assert response.json() == json.loads(json.dumps(REPORT.to_json()))


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("POST", "/v1/ask", "{", (422, "request.json")),
        ("POST", "/v1/ask", "[]", (422, "request.field")),
        ("POST", "/v1/ask", "{}", (422, "request.field")),
        ("POST", "/v1/ask", '{"question": "  "}', (422, "request.field")),
        ("POST", "/v1/ask", '{"question": 7}', (422, "request.field")),
        ("POST", "/v1/ask", '{"question": "Q?", "langauge": "zh"}', (422, "request.field")),
        ("POST", "/v1/ask", '{"question": "Q?", "language": "fr"}', (422, "request.field")),
        ("POST", "/v1/ask", '{"question": "Q?", "filters": {"year": []}}', (422, "request.field")),
        ("POST", "/v1/documents", '{"paths": ["docs"]}', (422, "request.relative")),
        ("GET", "/v1/documents?collection=none", "", (404, "store.no_collection")),
        ("GET", "/v1/documents/text?id=none", "", (404, "store.no_document")),
        ("DELETE", "/v1/documents", "", (422, "request.field")),
        ("GET", "/v1/nothing", "", (404, "request.no_path")),
        ("PUT", "/v1/ask", "", (404, "request.no_path")),
        ("GET", "/nothing", "", (404, "request.no_path")),
    ],
)
def test_what_is_wrong_with_a_request_is_said(
    client: httpx.Client, method: str, path: str, body: str, expected: tuple[int, str]
) -> None:
    headers = {"Content-Type": "application/json"}
    response = client.request(method, path, content=body, headers=headers)
    assert error_of(response) == expected
    assert response.json()["error"]["message"].endswith(".")


def test_the_wrong_field_is_named(client: httpx.Client) -> None:
    error = client.post("/v1/ask", json={"question": "Q?", "filters": {"years": ["x"]}}).json()
    assert "“filters.years.0”" in error["error"]["message"]


def test_errors_speak_the_language_that_is_accepted(client: httpx.Client) -> None:
    headers = {"Accept-Language": "zh-CN,zh;q=0.9"}
    error = client.get("/v1/documents?collection=none", headers=headers).json()["error"]
    assert "没有" in error["message"]


def test_a_fault_that_nobody_foresaw_tells_nothing_of_itself(
    client: httpx.Client, table: TableOwner
) -> None:
    table.error = ZeroDivisionError("secret detail")
    response = client.get("/v1/collections")
    assert error_of(response) == (500, "duocite.unexpected")
    assert "secret" not in response.text


def test_health_needs_no_token_and_knows_its_own(running: Running) -> None:
    with httpx.Client(base_url=running.address, trust_env=False) as client:
        stranger = client.get("/healthz").json()
        friend = client.get("/healthz", headers=running.headers).json()
    assert (stranger["status"], stranger["yours"], friend["yours"]) == ("ok", False, True)


@pytest.fixture
def keyed(table: TableOwner, tmp_path: Path) -> Iterator[tuple[httpx.Client, Keys]]:
    """A server for which keys can be made, and a program that has none."""
    with (
        closing(State(tmp_path)) as state,
        closing(Site(keys=Keyring(tmp_path))) as site,
        serve(table, site) as running,
        httpx.Client(base_url=running.address, trust_env=False) as client,
    ):
        yield client, Keys(state)


@pytest.mark.parametrize("token", [None, "Bearer wrong", "the token of this start", "Basic x"])
def test_where_a_key_is_needed_nothing_is_told_without(
    keyed: tuple[httpx.Client, Keys], token: str | None
) -> None:
    client, keys = keyed
    keys.make("a", ["ask"])
    headers = {"Authorization": token} if token else {}
    for path in ("/v1/ask", "/v1/documents", "/v1/nothing"):
        response = client.get(path, headers=headers)
        code = "key" if token == "Bearer wrong" else "token"
        assert error_of(response) == (401, f"request.{code}")
        assert response.headers["www-authenticate"].startswith("Bearer")


def test_a_program_of_this_machine_asks_without_anything_until_a_key_is_made(
    keyed: tuple[httpx.Client, Keys], table: TableOwner
) -> None:
    client, keys = keyed
    question = {"question": "How much paper?"}
    assert client.post("/v1/ask", json=question).status_code == 200
    # What reads files of the machine takes more than that.
    order = {"paths": ["/etc"]}
    assert error_of(client.post("/v1/documents", json=order)) == (403, "request.token_only")
    made = keys.make("dashboard", ["ask"])
    assert error_of(client.post("/v1/ask", json=question)) == (401, "request.token")
    headers = {"Authorization": f"Bearer {made}"}
    response = client.post("/v1/ask", json=question, headers=headers)
    assert response.status_code == 200
    assert int(response.headers["ratelimit-remaining"]) < int(response.headers["ratelimit-limit"])
    assert error_of(client.post("/v1/documents", json=order, headers=headers))[0] == 403
    assert error_of(client.delete("/v1/documents?id=x", headers=headers)) == (
        403,
        "request.no_scope",
    )
    keys.revoke("dashboard")
    assert error_of(client.post("/v1/ask", json=question, headers=headers)) == (401, "request.key")
    assert table.orders == []


@pytest.mark.parametrize(
    "page",
    [
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1", "Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_site_asks_nothing_though_no_key_is_needed(
    keyed: tuple[httpx.Client, Keys], table: TableOwner, page: dict[str, str]
) -> None:
    client, _ = keyed
    simple = {"Content-Type": "text/plain", **page}
    sent = client.post("/v1/ask", content='{"question": "Q?"}', headers=simple)
    assert error_of(sent) == (403, "request.origin")
    first = {**page, "Access-Control-Request-Method": "POST"}
    assert error_of(client.options("/v1/ask", headers=first)) == (403, "request.origin")
    read = client.get("/v1/documents", headers=page)
    assert error_of(read) == (403, "request.origin")
    assert "access-control-allow-origin" not in read.headers
    assert table.asked == []


@pytest.mark.parametrize("path", ["/", "/healthz", "/v1/documents"])
def test_another_host_s_name_is_refused_everywhere(client: httpx.Client, path: str) -> None:
    response = client.get(path, headers={"Host": "evil.example"})
    assert error_of(response) == (421, "request.host")


def test_a_body_has_a_limit_whether_its_length_is_said_or_not(client: httpx.Client) -> None:
    def drip() -> Iterator[bytes]:
        yield from (b" " * 65536 for _ in range(LARGEST_BODY // 65536 + 2))

    said = client.post("/v1/ask", content=b" " * (LARGEST_BODY + 1))
    unsaid = client.post("/v1/ask", content=drip())
    assert error_of(said) == error_of(unsaid) == (413, "request.too_large")


def test_a_question_does_not_wait_for_an_ingest(client: httpx.Client, table: TableOwner) -> None:
    table.steps = 1_000_000_000
    order = {"paths": ["/a"], "stream": True}
    with client.stream("POST", "/v1/documents", json=order) as response:
        next(response.iter_lines())
        began = time.monotonic()
        assert client.post("/v1/ask", json={"question": "Q?"}).status_code == 200
        assert time.monotonic() - began < 10
    assert table.ended.wait(20)
