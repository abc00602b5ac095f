"""A store of drawn documents: filled once, changed as often as one likes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.drawn import DrawnStore
from evals.synthetic import GivenVectors
from store.chroma import open_store
from store.collection import Collection


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Collection]:
    with open_store(tmp_path / "data", GivenVectors()) as store:
        yield store.collection("drawn", create=True)


def build(collection: Collection, documents: int = 4) -> DrawnStore:
    return DrawnStore(collection, GivenVectors(), documents, 3, 100)


def test_what_is_there_is_not_written_again(collection: Collection) -> None:
    assert build(collection, 3).fill() == 3
    assert build(collection, 4).fill() == 1
    assert len(collection.documents()) == 4


def test_a_rewritten_document_is_read_in_its_new_state(collection: Collection) -> None:
    store = build(collection)
    store.fill()
    before = store.open()
    store.rewrite(2)
    after = store.open()
    same = (before.vectors == after.vectors).all(axis=1)
    assert same.tolist().count(False) == 6
    drawn = [document.vectors for document in store.documents()]
    again = [document.vectors for document in build(collection).documents()]
    for wanted, also, start in zip(drawn, again, range(0, 12, 3), strict=True):
        assert after.vectors[start : start + 3] == pytest.approx(wanted, abs=1e-6)
        assert (wanted == also).all()


def test_questions_have_words_that_the_index_knows(collection: Collection) -> None:
    store = build(collection)
    store.fill()
    index = store.open()
    for one in store.ask(5):
        assert index.lexical.score(one.words).max() > 0
        assert float((index.vectors @ one.vector).max()) > 0.8
