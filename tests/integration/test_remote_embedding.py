"""Documents embedded by a server: read, asked, looked over, and what happens when it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.app import Assistant, build_assistant
from assistant.care import examine
from assistant.errors import ModelError, StoreError
from assistant.owner import open_owner
from assistant.prompts import explain
from assistant.settings import Settings
from assistant.wire import IngestOrder
from store.embedding import HashEmbedding
from tests.support.openai_server import OpenAIServer, Scripted, embedded, refused

pytestmark = pytest.mark.integration

QUESTION = "How much will the port invest in container terminals?"


def embed(texts: list[str]) -> Scripted:
    return embedded(HashEmbedding().passage_vectors(texts).tolist())


@pytest.fixture
def server(running: OpenAIServer) -> OpenAIServer:
    running.embed = embed
    running.received.clear()
    return running


@pytest.fixture(scope="module")
def made(running: OpenAIServer, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Of a store whose documents the server embedded."""
    running.embed = embed
    settings = Settings(
        data=tmp_path_factory.mktemp("remote"),
        embedding=f"compatible:letters@{running.url}",
        _env_file=None,
    )
    with closing(open_owner(settings, create=True)) as owner:
        report = owner.ingest(IngestOrder((folder,)), lambda progress: None)
    assert (report.new, report.failed) == (4, ())
    return settings


@pytest.fixture
def assistant(server: OpenAIServer, made: Settings) -> Iterator[Assistant]:
    with closing(build_assistant(made)) as assistant:
        yield assistant


@pytest.mark.parametrize(
    ("question", "quoted"),
    [(QUESTION, "CNY 500 billion"), ("2023年铁路旅客发送量是多少？", "1.5亿人次")],
)
def test_what_a_server_embedded_can_be_asked(
    assistant: Assistant, question: str, quoted: str
) -> None:
    answer = assistant.ask(question)
    assert answer.status == "verified"
    assert quoted in answer.text


def test_a_question_costs_one_request(server: OpenAIServer, assistant: Assistant) -> None:
    assistant.ask(QUESTION)
    before = len(server.received)
    assistant.ask("What does Helio Grid recommend for school roofs?")
    assert len(server.received) == before + 1


def test_the_doctor_finds_such_a_store_whole(
    server: OpenAIServer,
    made: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DUOCITE_DATA", str(made.data))
    monkeypatch.setenv("DUOCITE_EMBEDDING", made.embedding)
    assert examine(repair=False)
    assert "whole" in capsys.readouterr().out


@pytest.mark.parametrize("language", ["en", "zh"])
def test_another_embedding_is_refused_with_what_to_do(made: Settings, language: str) -> None:
    with pytest.raises(StoreError) as caught:
        build_assistant(made.model_copy(update={"embedding": "hash"}))
    assert caught.value.code == "other_embedding"
    line = explain(caught.value, "zh" if language == "zh" else "en")
    for said in ("compatible:letters/256", "hash/1", "DUOCITE_EMBEDDING", "DUOCITE_DATA"):
        assert said in line


def test_the_same_model_with_longer_vectors_is_another_embedding(
    server: OpenAIServer, made: Settings
) -> None:
    server.embed = lambda texts: embedded([[1.0] * 300 for _ in texts])
    with pytest.raises(StoreError, match="other_embedding"):
        build_assistant(made)


def test_the_same_model_at_another_address_is_the_same_embedding(made: Settings) -> None:
    with OpenAIServer().running() as moved:
        moved.embed = embed
        settings = made.model_copy(update={"embedding": f"compatible:letters@{moved.url}"})
        with closing(build_assistant(settings)) as assistant:
            assert assistant.ask(QUESTION).answered


@pytest.mark.parametrize(("failure", "code"), [(401, "refused_key"), (404, "no_model")])
def test_a_server_that_refuses_is_told_with_the_setting(
    server: OpenAIServer, assistant: Assistant, failure: int, code: str
) -> None:
    server.embed = lambda texts: refused(failure)
    with pytest.raises(ModelError) as caught:
        assistant.ask("How many people did Helio Grid employ?")
    assert caught.value.code == code
    assert "DUOCITE_EMBEDDING" in explain(caught.value, "en")
    assert "DUOCITE_EMBEDDING" in explain(caught.value, "zh")


def test_an_ingest_that_the_server_broke_off_goes_on_where_it_was(
    server: OpenAIServer, made: Settings, folder: Path, tmp_path: Path
) -> None:
    settings = made.model_copy(update={"data": tmp_path})
    calls = []

    def fail_later(texts: list[str]) -> Scripted:
        calls.append(texts)
        return embed(texts) if len(calls) < 3 else refused(401)

    server.embed = fail_later
    with closing(open_owner(settings, create=True)) as owner:
        with pytest.raises(ModelError):
            owner.ingest(IngestOrder((folder,)), lambda progress: None)
        server.embed = embed
        report = owner.ingest(IngestOrder((folder,)), lambda progress: None)
        assert len(owner.documents("default")) == 4
    assert report.failed == ()
