from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.errors import StoreError
from assistant.web.handouts import KEPT, ROUTE, Handouts
from store.formats.extract import Source
from store.formats.limits import DEFAULT_LIMITS

FILES = {"a": ("报告 1.pdf", b"%PDF-1"), "b": ("page.html", b"<script>alert(1)</script>")}


def read(document: str) -> Source:
    if document not in FILES:
        raise StoreError("source_changed", document=document)
    name, data = FILES[document]
    return Source(Path("/somewhere") / name, data, DEFAULT_LIMITS)


@pytest.fixture
def handouts() -> Handouts:
    return Handouts(read)


@pytest.fixture
def client(handouts: Handouts) -> TestClient:
    app = FastAPI()
    app.get(ROUTE, response_model=None)(handouts.serve)
    return TestClient(app)


def test_a_pdf_is_read_in_the_browser(handouts: Handouts, client: TestClient) -> None:
    answer = client.get(handouts.issue("a", "报告 1.pdf"))
    assert (answer.content, answer.headers["content-type"]) == (b"%PDF-1", "application/pdf")
    assert answer.headers["content-disposition"].startswith("inline; filename*=UTF-8''%E6%8A%A5")


def test_a_page_of_the_web_is_saved_and_never_shown(handouts: Handouts, client: TestClient) -> None:
    answer = client.get(handouts.issue("b", "page.html"))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("address", ["original/x/a.pdf", "original/a/a.pdf"])
def test_no_address_can_be_made_up(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert "no longer leads to a file" in answer.text


def test_the_name_in_an_address_chooses_nothing(handouts: Handouts, client: TestClient) -> None:
    token = handouts.issue("a", "x.pdf").split("/")[1]
    assert client.get(f"original/{token}/passwd").content == b"%PDF-1"
    assert client.get(f"original/{token}/b.html").content == b"%PDF-1"


def test_a_file_that_has_changed_meanwhile_is_not_served(
    handouts: Handouts, client: TestClient
) -> None:
    address = handouts.issue("gone", "a.pdf")
    answer = client.get(address, headers={"accept-language": "zh"})
    assert answer.status_code == 410
    assert "有改动" in answer.text


def test_each_visit_has_an_address_of_its_own(handouts: Handouts) -> None:
    assert handouts.issue("a", "a.pdf") != handouts.issue("a", "a.pdf")


def test_the_oldest_addresses_are_forgotten(handouts: Handouts, client: TestClient) -> None:
    first = handouts.issue("a", "a.pdf")
    for _ in range(KEPT):
        last = handouts.issue("a", "a.pdf")
    assert [client.get(one).status_code for one in (first, last)] == [404, 200]


def test_a_name_can_not_leave_the_address(handouts: Handouts) -> None:
    assert handouts.issue("a", "../x/y?z#.pdf").count("/") == 2
