from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import StoreError
from store import chroma
from store.chroma import Store, chroma_name, open_store
from store.client import CHROMA_FOLDER
from store.embedding import HashEmbedding, StoreEmbedding
from store.ledger import DocumentRecord

Put = Callable[..., DocumentRecord]
NAMES = [
    "default",
    "报告 2024",
    "ab",
    "a.b..c",
    "127.0.0.1",
    "-x-",
    "长" * 300,
    "A/B\\C",
    "😀",
    "_",
]


class OtherEmbedding(HashEmbedding):
    @property
    def identity(self) -> str:
        return "other/2"


class WiderEmbedding(HashEmbedding):
    @property
    def dimension(self) -> int:
        return 300


def test_any_name_will_do(folder: Path, embedding: StoreEmbedding, put: Put) -> None:
    with open_store(folder, embedding) as store:
        for name in NAMES:
            put(store.collection(name, create=True), "a.txt", f"in {name}")
    with open_store(folder, embedding) as store:
        assert store.collections() == sorted(NAMES)
        for name in NAMES:
            assert store.collection(name).text("a.txt") == f"in {name}"


def test_names_for_chroma_are_legal_and_all_different() -> None:
    made = [chroma_name(name, "documents") for name in [*NAMES, "a b", "a-b", "a_b", "A b"]]
    assert len(set(made)) == len(made)
    for name in made:
        assert name.isascii()
        assert name[0].isalnum()
        assert len(name) <= 63


def test_one_name_in_two_spellings_of_unicode_is_one_collection(store: Store) -> None:
    first = store.collection("caf\u00e9", create=True)
    assert store.collection(" cafe\u0301 ") is first


def test_a_name_with_nothing_in_it_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="empty_name"):
        store.collection(" \n", create=True)


def test_a_collection_that_is_not_there_is_an_error(store: Store) -> None:
    store.collection("one", create=True)
    with pytest.raises(StoreError) as caught:
        store.collection("two")
    assert caught.value.code == "no_collection"
    assert caught.value.details == {"collection": "two"}
    assert store.collections() == ["one"]


def test_collections_do_not_mix(store: Store, put: Put) -> None:
    one, two = store.collection("one", create=True), store.collection("two", create=True)
    put(one, "a.txt", "first")
    put(two, "a.txt", "second")
    assert [node.text for node in one.load().nodes] == ["first"]
    assert two.text("a.txt") == "second"


def test_a_store_is_open_once(folder: Path, store: Store, embedding: StoreEmbedding) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(folder, embedding, wait=0)
    assert caught.value.code == "locked"
    assert caught.value.details["path"] == str(folder)
    store.close()
    open_store(folder, embedding, wait=0).close()


def test_closing_twice_does_not_take_a_lock_away_from_the_next(
    folder: Path, store: Store, embedding: StoreEmbedding
) -> None:
    store.close()
    with open_store(folder, embedding, wait=0):
        store.close()
        with pytest.raises(StoreError, match="locked"):
            open_store(folder, embedding, wait=0)


def test_opening_again_reads_the_disk_as_it_is_now(
    folder: Path, tmp_path: Path, embedding: StoreEmbedding, put: Put
) -> None:
    for place, text in ((folder, "before"), (tmp_path / "other", "after")):
        with open_store(place, embedding) as store:
            put(store.collection("c", create=True), "a.txt", text)
    shutil.rmtree(folder)
    (tmp_path / "other").rename(folder)
    with open_store(folder, embedding) as store:
        assert store.collection("c").text("a.txt") == "after"


@pytest.mark.parametrize("other", [OtherEmbedding(), WiderEmbedding()])
def test_another_embedding_is_refused(
    folder: Path, embedding: StoreEmbedding, put: Put, other: StoreEmbedding
) -> None:
    with open_store(folder, embedding) as store:
        put(store.collection("c", create=True), "a.txt", "one")
    with pytest.raises(StoreError) as caught:
        open_store(folder, other)
    assert caught.value.code == "other_embedding"
    assert caught.value.details == {"stored": embedding.identity, "wanted": other.identity}
    with open_store(folder, embedding, wait=0) as store:
        assert store.collection("c").text("a.txt") == "one"


def test_an_empty_store_takes_any_embedding(folder: Path, embedding: StoreEmbedding) -> None:
    open_store(folder, embedding).close()
    open_store(folder, OtherEmbedding()).close()


def test_a_place_where_no_folder_can_be_is_a_clear_error(
    tmp_path: Path, embedding: StoreEmbedding
) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError) as caught:
        open_store(tmp_path / "file" / "data", embedding)
    assert caught.value.code == "unwritable"
    assert caught.value.details["path"] == str(tmp_path / "file" / "data")


def test_a_damaged_store_is_a_clear_error_each_time_and_stays_unlocked(
    folder: Path, embedding: StoreEmbedding
) -> None:
    (folder / CHROMA_FOLDER).mkdir(parents=True)
    (folder / CHROMA_FOLDER / "chroma.sqlite3").write_bytes(b"no database" * 1000)
    kept: list[StoreError] = []  # an error's traceback keeps a lock that was only forgotten
    for _ in range(2):
        with pytest.raises(StoreError) as caught:
            open_store(folder, embedding, wait=0)
        kept.append(caught.value)
    assert [error.code for error in kept] == ["damaged", "damaged"]
    assert kept[0].details["path"] == str(folder)


def test_nothing_touches_the_global_settings_of_llamaindex(
    store: Store, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: object) -> None:
        raise AssertionError("the global settings were asked")

    for name in ("llm", "embed_model", "callback_manager", "transformations"):
        monkeypatch.setattr(f"llama_index.core.settings._Settings.{name}", property(refuse))
    collection = store.collection("c", create=True)
    put(collection, "a.txt", "one")
    assert len(collection.load().nodes) == 1


def test_few_rows_of_documents_wait_for_the_index_also_in_older_stores(
    folder: Path, embedding: HashEmbedding, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(chroma, "SYNC_ROWS", 1000)  # as Chroma has it
        with open_store(folder, embedding) as store:
            store.collection("old", create=True)
    for _ in range(2):
        with open_store(folder, embedding) as again:
            collection = again.collection("old")
            documents: Any = collection._documents.configuration_json
            assert documents["hnsw"]["sync_threshold"] == chroma.SYNC_ROWS < 1000
            chunks: Any = collection._chunks["en"].configuration_json
            assert chunks["hnsw"]["sync_threshold"] == 1000
