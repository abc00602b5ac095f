from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.answer import Language
from assistant.export import FileForm
from assistant.history import History
from assistant.state import State
from assistant.web import exports
from assistant.web.exports import ROUTE, TYPES, Exports
from tests.web.fake import answer_in_chinese


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with closing(State(tmp_path)) as state:
        yield History(state)


@pytest.fixture
def made(history: History) -> Exports:
    return Exports(history)


@pytest.fixture
def client(made: Exports) -> Iterator[TestClient]:
    app = FastAPI()
    app.get(ROUTE, response_model=None)(made.serve)
    with TestClient(app) as client:
        yield client


def begin(history: History) -> str:
    talk = history.begin("ann", "泊位/费用?")
    history.append("ann", talk, "泊位/费用?", answer_in_chinese())
    return talk


def addresses(made: Exports, talk: str, language: Language = "en") -> dict[FileForm, str]:
    return {form: f"/{address}" for form, address in made.issue("ann", talk, language).items()}


@pytest.mark.parametrize("form", TYPES)
def test_a_conversation_is_saved_under_its_title(
    made: Exports, client: TestClient, history: History, form: FileForm
) -> None:
    answer = client.get(addresses(made, begin(history))[form])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == TYPES[form]
    assert answer.headers["content-disposition"].startswith(
        "attachment; filename*=UTF-8''%E6%B3%8A%E4%BD%8D-%E8%B4%B9%E7%94%A8."
    )
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_file_is_the_conversation_as_it_now_stands(
    made: Exports, client: TestClient, history: History
) -> None:
    talk = begin(history)
    address = addresses(made, talk)["json"]
    history.append("ann", talk, "再问？", answer_in_chinese("再问？"))
    turns = json.loads(client.get(address).content)["turns"]
    assert [turn["question"] for turn in turns] == ["泊位/费用?", "再问？"]
    assert turns[0]["answer"] == answer_in_chinese().to_json()


def test_what_stands_around_it_is_in_the_language_of_the_page(
    made: Exports, client: TestClient, history: History
) -> None:
    talk = begin(history)
    chinese, english = (
        client.get(addresses(made, talk, language)["markdown"]).text for language in ("zh", "en")
    )
    assert "文档集" in chinese
    assert "文档集" not in english


def test_one_conversation_keeps_its_address_and_no_two_have_the_same(
    made: Exports, history: History
) -> None:
    one, two = begin(history), begin(history)
    assert made.issue("ann", one, "en") == made.issue("ann", one, "en")
    assert made.issue("ann", one, "en") != made.issue("ann", two, "en")
    assert made.issue("ann", one, "en") != made.issue("bob", one, "en")
    assert re.match(r"conversation/[\w-]{32}/en/json$", made.issue("ann", one, "en")["json"])


def test_an_address_made_up_or_for_anothers_conversation_leads_nowhere(
    made: Exports, client: TestClient, history: History
) -> None:
    talk = begin(history)
    assert client.get("/conversation/made-up/en/json").status_code == 404
    stranger = client.get("/" + made.issue("bob", talk, "zh")["json"])
    assert (stranger.status_code, stranger.text[:6]) == (410, "这段对话已经")
    known = addresses(made, talk)["json"]
    assert client.get(known.replace("/en/", "/de/")).status_code == 422
    history.delete("ann", talk)
    assert client.get(known).status_code == 410


def test_the_addresses_do_not_grow_without_end(
    made: Exports, client: TestClient, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "KEPT", 2)
    talks = [begin(history) for _ in range(3)]
    first, second = (addresses(made, talk)["json"] for talk in talks[:2])
    addresses(made, talks[0])  # shown again: the second is now the oldest
    addresses(made, talks[2])
    assert client.get(first).status_code == 200
    assert client.get(second).status_code == 404
    assert len(made._known) == 2
