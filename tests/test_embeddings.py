"""The embedding by settings, and one behind a server: what is sent, what comes back, what fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from assistant.embeddings import AT_ONCE, OPENAI_DIMENSIONS, RemoteEmbedding, build_embedding
from assistant.errors import ModelError, RetryableModelError, SettingsError
from assistant.patience import Patience
from assistant.prompts import explain
from assistant.settings import LLMChoice, Settings
from store.embedding import E5Embedding, HashEmbedding
from tests.support.openai_server import OpenAIServer, Scripted, embedded, refused, stalled, whole

SECRET = "sk-do-not-show-this"


def count_letters(texts: list[str]) -> Scripted:
    return embedded([[float(len(text)), 1.0, 0.0] for text in texts])


async def no_sleep(seconds: float) -> None:
    pass


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer().running() as server:
        server.embed = count_letters
        yield server


@pytest.fixture
def build(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., RemoteEmbedding]]:
    """Builds an embedding on the scripted server, and closes its connections afterwards."""
    monkeypatch.setenv("DUOCITE_EMBEDDING_KEY", SECRET)
    made = []

    def build_on_server(deadline: float = 20.0, **options: int) -> RemoteEmbedding:
        settings = Settings(embedding=f"compatible:m@{server.url}", _env_file=None, **options)  # type: ignore[arg-type]
        built = build_embedding(settings)
        assert isinstance(built, RemoteEmbedding)
        built._patience = Patience(deadline, sleep=no_sleep)
        made.append(built)
        return built

    yield build_on_server
    for one in made:
        one.close()


def test_models_that_run_here_are_built_by_name() -> None:
    assert isinstance(build_embedding(Settings(embedding="hash", _env_file=None)), HashEmbedding)
    assert isinstance(build_embedding(Settings(_env_file=None)), E5Embedding)


@pytest.mark.parametrize(
    "name", ["word2vec", "openai:", "compatible:m", "compatible:m@u:QX7@h", "offline"]
)
def test_any_other_name_is_refused_with_what_there_is(name: str) -> None:
    with pytest.raises(SettingsError) as caught:
        build_embedding(Settings(embedding=name, _env_file=None))
    for language in ("en", "zh"):
        line = explain(caught.value, language)
        assert "DUOCITE_EMBEDDING" in line
        assert "openai:<" in line
        assert "QX7" not in line


def test_openai_s_own_models_need_no_call_to_be_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    built = build_embedding(Settings(embedding="openai:text-embedding-3-small", _env_file=None))
    assert (built.identity, built.dimension) == ("openai:text-embedding-3-small/1536", 1536)
    assert OPENAI_DIMENSIONS["text-embedding-3-large"] == 3072
    built.close()


@pytest.mark.integration
def test_texts_become_unit_rows_in_their_order(
    server: OpenAIServer, build: Callable[..., RemoteEmbedding]
) -> None:
    embedding = build(embedding_batch=2)
    texts = ["a", "", "bcd", "  ", "七个汉字在这里"]
    rows = embedding.passage_vectors(texts)
    assert rows.shape == (5, 3)
    assert np.allclose(np.linalg.norm(rows, axis=1), [1, 0, 1, 0, 1])
    assert np.allclose(rows[:, 0] / np.maximum(rows[:, 1], 1e-9), [1, 0, 3, 0, 7])
    sent = [one.body["input"] for one in server.received[1:]]
    assert sorted(map(len, sent)) == [1, 2]
    assert embedding.query_vectors([]).shape == (0, 3)


@pytest.mark.integration
def test_how_long_vectors_are_is_asked_once_and_is_part_of_the_identity(
    server: OpenAIServer, build: Callable[..., RemoteEmbedding]
) -> None:
    embedding = build()
    workers = [threading.Thread(target=lambda: embedding.identity) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert (embedding.identity, len(server.received)) == ("compatible:m/3", 1)


@pytest.mark.integration
def test_it_has_no_vectors_of_tokens(build: Callable[..., RemoteEmbedding]) -> None:
    embedding = build()
    assert not embedding.gives_tokens
    vectors, tokens = embedding.read_passages(["one", "two"])
    assert vectors.shape == (2, 3)
    assert [rows.vectors.shape for rows in tokens] == [(0, 3), (0, 3)]
    assert embedding.query_tokens("one").vectors.shape == (0, 3)


@pytest.mark.integration
def test_it_is_an_embedding_of_llama_index(build: Callable[..., RemoteEmbedding]) -> None:
    embedding = build()
    assert np.allclose(embedding.get_query_embedding("abc"), [3 / 10**0.5, 1 / 10**0.5, 0])
    assert len(embedding.get_text_embedding_batch(["a", "b"])) == 2


@pytest.mark.integration
def test_a_few_requests_run_side_by_side(
    server: OpenAIServer, build: Callable[..., RemoteEmbedding]
) -> None:
    running: list[int] = []
    most = []

    def embed(texts: list[str]) -> Scripted:
        running.append(1)
        most.append(len(running))
        time.sleep(0.05)
        running.pop()
        return count_letters(texts)

    server.embed = embed
    build(embedding_batch=1).passage_vectors(["a"] * 12)
    assert 1 < max(most) <= AT_ONCE


BAD_REPLIES = {
    "too few": embedded([]),
    "another length": embedded([[1.0, 2.0]]),
    "no numbers": replace(whole(""), parts=[b'{"data": [{"embedding": [NaN, 1, 2], "index": 0}]}']),
    "a chat": whole("Hello"),
    "a page": Scripted([b"<html>"]),
}


@pytest.mark.integration
@pytest.mark.parametrize(
    ("reply", "code", "requests"),
    [
        *((reply, "bad_reply", 3) for reply in BAD_REPLIES.values()),
        (refused(401), "refused_key", 1),
        (refused(404), "no_model", 1),
        (refused(429), "rate_limited", 3),
        (refused(429, "insufficient_quota"), "quota", 1),
        (refused(429, Retry_After="120"), "wait", 1),
        (refused(500), "server", 3),
        (refused(400, message="maximum context length"), "too_long", 1),
    ],
)
def test_each_failure_has_its_code_and_its_number_of_requests(
    server: OpenAIServer,
    build: Callable[..., RemoteEmbedding],
    reply: Scripted,
    code: str,
    requests: int,
) -> None:
    embedding = build()
    assert embedding.dimension == 3
    server.received.clear()
    server.embed = lambda texts: reply
    with pytest.raises(ModelError) as caught:
        embedding.query_vectors(["ask"])
    assert caught.value.code == code
    if reply is not BAD_REPLIES["another length"]:
        assert len(server.received) == requests
    assert SECRET not in str(caught.value)
    for language in ("en", "zh"):
        line = explain(caught.value, language)
        assert "DUOCITE_LLM" not in line


@pytest.mark.integration
def test_a_server_that_hangs_is_given_up_in_time(
    server: OpenAIServer, build: Callable[..., RemoteEmbedding]
) -> None:
    server.embed = lambda texts: stalled()
    began = time.monotonic()
    with pytest.raises(RetryableModelError, match="timeout"):
        _ = build(0.3).dimension
    assert time.monotonic() - began < 5


@pytest.mark.integration
def test_one_failure_ends_all_requests(
    server: OpenAIServer, build: Callable[..., RemoteEmbedding]
) -> None:
    embedding = build(embedding_batch=1)
    assert embedding.dimension == 3
    server.received.clear()
    server.embed = lambda texts: refused(401)
    with pytest.raises(ModelError, match="refused_key"):
        embedding.passage_vectors(["a"] * 50)
    assert len(server.received) <= 2 * AT_ONCE


@pytest.mark.integration
def test_the_key_is_sent_and_shows_nowhere(
    server: OpenAIServer, build: Callable[..., RemoteEmbedding]
) -> None:
    embedding = build()
    embedding.query_vectors(["a"])
    assert server.received[0].headers["Authorization"] == f"Bearer {SECRET}"
    shown = repr(embedding) + str(embedding) + embedding.to_json() + repr(embedding._client)
    assert SECRET not in shown + embedding._client.to_json()
    assert LLMChoice("compatible", "m", server.url).name in embedding.identity
