"""Documents over HTTP: uploads on the owner's road, each file with what became of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.api.documents import MOST_FILES
from assistant.errors import RetryableStoreError
from tests.support.owners import REPORT, TableOwner

pytestmark = pytest.mark.integration

TOWER = "# Tower\n\nThe tower is {} metres high.\n"
BRIDGE = "# 大桥\n\n大桥全长{}米。\n"


@pytest.fixture
def clean(client: httpx.Client) -> Iterator[httpx.Client]:
    """Whatever a test sent is taken out again."""
    yield client
    rows = client.get("/v1/documents").json()["documents"]
    sent = [row["id"] for row in rows if row["id"].startswith("uploads/")]
    if sent:
        client.delete("/v1/documents", params={"id": sent})


def send(client: httpx.Client, *files: tuple[str, str | bytes], **fields: str) -> httpx.Response:
    given = [
        ("files", (name, data.encode() if isinstance(data, str) else data)) for name, data in files
    ]
    return client.post("/v1/documents", files=given, data=fields)


def states(response: httpx.Response) -> list[tuple[str, str]]:
    assert response.status_code == 200, response.text
    return [(one["file"], one["status"]) for one in response.json()["files"]]


def error_of(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def read_events(text: str) -> list[tuple[str, Any]]:
    blocks = [block.split("\n") for block in text.split("\n\n") if block]
    return [
        (name.removeprefix("event: "), json.loads(data.removeprefix("data: ")))
        for name, data in blocks
    ]


def test_an_upload_can_be_asked_at_once(clean: httpx.Client) -> None:
    response = send(clean, ("tower.md", TOWER.format(90)), ("大桥 1.md", BRIDGE.format(1200)))
    assert states(response) == [("tower.md", "new"), ("大桥 1.md", "new")]
    first, second = response.json()["files"]
    assert (first["document"], first["chunks"], first["error"]) == ("uploads/tower.md", 1, None)
    assert second["document"] == "uploads/大桥 1.md"
    answer = clean.post("/v1/ask", json={"question": "How high is the tower?"}).json()
    assert "90 metres" in answer["answer"]


def test_a_file_that_comes_again_is_changed_or_unchanged(clean: httpx.Client) -> None:
    assert states(send(clean, ("t.md", TOWER.format(90)))) == [("t.md", "new")]
    assert states(send(clean, ("t.md", TOWER.format(90)))) == [("t.md", "unchanged")]
    assert states(send(clean, ("t.md", TOWER.format(91)))) == [("t.md", "changed")]
    text = clean.get("/v1/documents/text", params={"id": "uploads/t.md"}).json()["text"]
    assert "91 metres" in text


def test_each_file_that_is_refused_has_its_reason(clean: httpx.Client) -> None:
    response = send(
        clean,
        ("good.md", TOWER.format(9)),
        ("tool.exe", b"MZ"),
        ("good.md", TOWER.format(8)),
        ("empty.txt", ""),
        ("bad.pdf", b"no PDF at all"),
    )
    assert states(response) == [
        ("good.md", "new"), ("tool.exe", "refused"), ("good.md", "refused"),
        ("empty.txt", "refused"), ("bad.pdf", "refused"),
    ]  # fmt: skip
    codes = [one["error"] and one["error"]["code"] for one in response.json()["files"]]
    assert codes == [None, "ingest.format", "ingest.sent_twice", "ingest.empty", "ingest.damaged"]


def test_a_reason_names_the_file_and_not_where_it_lay(clean: httpx.Client) -> None:
    response = send(clean, ("../../空.txt", ""), ("bad.pdf", b"no"))
    for one, name in zip(response.json()["files"], ("空.txt", "bad.pdf"), strict=True):
        assert one["name"] == name
        assert one["error"]["message"].startswith(name)
        assert "/" not in one["error"]["values"]["path"]


def test_a_refused_file_leaves_the_document_that_it_would_replace(clean: httpx.Client) -> None:
    send(clean, ("t.md", TOWER.format(90)))
    assert states(send(clean, ("t.md", b"\x00\xff\xfe\x00" * 9))) == [("t.md", "refused")]
    text = clean.get("/v1/documents/text", params={"id": "uploads/t.md"}).json()["text"]
    assert "90 metres" in text


def test_reasons_speak_the_language_that_is_accepted(clean: httpx.Client) -> None:
    response = clean.post(
        "/v1/documents",
        files=[("files", ("a.exe", b"x"))],
        headers={"Accept-Language": "zh-CN"},
    )
    assert "另存为" in response.json()["files"][0]["error"]["message"]


def test_an_upload_may_be_followed_as_it_goes(clean: httpx.Client) -> None:
    response = send(clean, ("a.md", TOWER.format(1)), ("b.exe", b""), stream="true")
    assert response.headers["content-type"].startswith("text/event-stream")
    events = read_events(response.text)
    assert [name for name, _ in events] == ["progress"] * (len(events) - 1) + ["report"]
    shares = [data["share"] for name, data in events if name == "progress"]
    assert shares == sorted(shares)
    assert {data["file"] for name, data in events if name == "progress"} == {"a.md"}
    assert [one["status"] for one in events[-1][1]["files"]] == ["new", "refused"]


def test_a_collection_that_is_not_there_takes_nothing(clean: httpx.Client) -> None:
    for stream in ("false", "true"):
        response = send(clean, ("a.md", TOWER.format(1)), collection="none", stream=stream)
        assert error_of(response) == (404, "store.no_collection")


def test_another_collection_takes_files_too(clean: httpx.Client) -> None:
    named = {"collection": "森林/trees"}
    assert states(send(clean, ("oak.md", TOWER.format(7)), **named)) == [("oak.md", "new")]
    removed = clean.delete("/v1/documents", params={"id": "uploads/oak.md", **named})
    assert removed.json() == {**named, "removed": 1}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"colection": "x"}, "colection"),
        ({"collection": "x" * 501}, "collection"),
        ({"stream": "maybe"}, "stream"),
    ],
)
def test_a_wrong_field_is_named(clean: httpx.Client, fields: dict[str, str], param: str) -> None:
    response = send(clean, ("a.md", "x"), **fields)
    assert error_of(response) == (422, "request.field")
    assert response.json()["error"]["param"] == param


def test_a_form_without_files_is_told(clean: httpx.Client) -> None:
    bare = clean.post("/v1/documents", files={"collection": (None, "default")})
    assert error_of(bare) == (422, "request.no_files")
    text = clean.post("/v1/documents", files={"files": (None, "no file")})
    assert error_of(text) == (422, "request.no_files")


def test_what_only_calls_itself_a_form_is_told(clean: httpx.Client) -> None:
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
        response = clean.post(
            "/v1/documents", content=b"--y nothing", headers={"Content-Type": kind}
        )
        assert response.status_code == 422
        assert response.json()["error"]["code"] in {"request.form", "request.no_files"}


def test_there_is_a_most_of_files(clean: httpx.Client) -> None:
    many = [(f"{number}.exe", b"x") for number in range(MOST_FILES + 1)]
    assert error_of(send(clean, *many)) == (422, "request.form")


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_whatever_is_no_form_is_read_as_json(faked: Any, table: TableOwner, kind: str) -> None:
    with faked.client(**{"Content-Type": kind}) as client:
        response = client.post("/v1/documents", content=b'{"paths": ["/a"]}')
    assert response.json() == json.loads(json.dumps(REPORT.to_json()))
    assert table.orders[0].paths == (Path("/a"),)


def test_who_else_writes_is_told(faked: Any, table: TableOwner) -> None:
    table.error = RetryableStoreError("busy", collection="default", holder="h")
    with faked.client() as client:
        response = send(client, ("a.md", "x"))
    assert error_of(response) == (409, "store.busy")
    assert response.json()["error"]["retryable"] is True


def test_a_client_that_leaves_ends_the_upload(faked: Any, table: TableOwner) -> None:
    table.steps = 1_000_000_000
    given = [("files", ("a.md", b"x"))]
    with (
        faked.client() as client,
        client.stream("POST", "/v1/documents", files=given, data={"stream": "true"}) as response,
    ):
        next(response.iter_lines())
    assert table.ended.wait(20)
    assert table.uploaded == {"a.md": b"x"}
