"""The file that search reads: rows by version, damage, other forms."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import store.part_store
from assistant.errors import StoreError
from store.part_store import SEARCH_FILE, PartStore
from store.parts import Facts, PartRow

FACTS = Facts("a.md", "en", "Acme", 2024)


def row(name: str, *terms: str, sentences: int = 1) -> PartRow:
    drawn = np.random.default_rng(len(name)).normal(size=2).astype("<f4")
    return PartRow(
        id=name,
        facts=FACTS,
        pairs=frozenset([("康宁", "Corning")]),
        vector=drawn.tobytes(),
        sentences=bytes([0, 127] * sentences),
        terms={term: terms.count(term) for term in dict.fromkeys(terms)},
        text=f"text of {name}",
        metadata='{"document": "a.md", "language": "en"}',
    )


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[PartStore]:
    with closing(PartStore(tmp_path, 2)) as opened:
        yield opened


def versions(parts: PartStore, collection: str = "c") -> set[str]:
    return set(parts.read(collection, ["v1", "v2", "v3"], sentences=True))


def test_a_part_comes_back_as_it_was_written(parts: PartStore) -> None:
    parts.write("c", "v1", [row("x", "steel", "steel", "mill"), row("yy", "mill", sentences=2)])
    part = parts.read("c", ["v1"], sentences=True)["v1"]
    assert (part.ids, part.facts) == (("x", "yy"), (FACTS, FACTS))
    assert part.pairs == {("康宁", "Corning")}
    np.testing.assert_allclose(np.linalg.norm(part.vectors, axis=1), 1, atol=1e-6)
    assert part.shares.tolist() == [1, 2]
    assert part.sentences is not None
    assert part.sentences.tolist() == [[0, 1]] * 3
    words = {number: term for term, number in parts.vocabulary.items()}
    assert [words[number] for number in part.postings.terms] == ["steel", "mill", "mill"]
    assert part.postings.counts.tolist() == [2, 1, 1]
    assert part.postings.sizes.tolist() == [2, 1]


def test_sentences_are_left_out_and_read_alone(parts: PartStore) -> None:
    parts.write("c", "v1", [row("x"), row("y", sentences=2)])
    part = parts.read("c", ["v1"], sentences=False)["v1"]
    assert part.sentences is None
    assert part.shares.tolist() == [1, 2]
    found = parts.read_sentences("c", [("v1", 1), ("v1", 0)])
    assert found is not None
    assert found.tolist() == [[0, 1]] * 3
    assert parts.read_sentences("c", [("v1", 0), ("v1", 2)]) is None


def test_a_chunk_is_read_alone(parts: PartStore) -> None:
    parts.write("c", "v1", [row("x"), row("y")])
    node = parts.read_node("c", "v1", 1)
    assert node is not None
    assert (node.node_id, node.text) == ("y", "text of y")
    assert node.metadata == {"document": "a.md", "language": "en"}
    assert parts.read_node("c", "v1", 2) is None
    assert parts.read_node("c", "v2", 0) is None


def test_terms_keep_their_numbers_when_the_file_is_opened_again(tmp_path: Path) -> None:
    with closing(PartStore(tmp_path, 2)) as first:
        first.write("c", "v1", [row("x", "steel", "mill")])
        before = dict(first.vocabulary)
    with closing(PartStore(tmp_path, 2)) as again:
        again.write("d", "v2", [row("y", "mill", "city")])
        assert before.items() <= again.vocabulary.items()
        assert again.vocabulary.keys() == {"steel", "mill", "city"}
        assert len(set(again.vocabulary.values())) == 3


def test_what_is_written_again_replaces_what_was_there(parts: PartStore) -> None:
    parts.write("c", "v1", [row("x"), row("y")])
    parts.write("c", "v1", [row("z")])
    assert parts.read("c", ["v1"], sentences=True)["v1"].ids == ("z",)


def test_versions_go_and_others_stay(parts: PartStore) -> None:
    for version in ("v1", "v2", "v3"):
        parts.write("c", version, [row("x")])
    parts.write("other", "v1", [row("x")])
    parts.drop("c", ["v1"])
    assert versions(parts) == {"v2", "v3"}
    parts.keep("c", {"v3", "v9"})
    assert versions(parts) == {"v3"}
    assert versions(parts, "other") == {"v1"}


def test_more_versions_than_one_statement_takes_are_read(
    parts: PartStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.part_store, "_AT_ONCE", 2)
    for version in ("v1", "v2", "v3"):
        parts.write("c", version, [row("x", "one", "two", "three")])
    assert versions(parts) == {"v1", "v2", "v3"}
    assert parts.vocabulary.keys() == {"one", "two", "three"}


def test_chunks_whose_vectors_are_of_another_length_do_not_count(parts: PartStore) -> None:
    broken = (replace(row("y"), vector=b"1234"), replace(row("z"), sentences=b"123"))
    parts.write("c", "v1", [row("x"), *broken])
    assert parts.read_ids("c") == {"v1": {"x"}}


def test_a_write_that_fails_leaves_what_was_there(parts: PartStore) -> None:
    parts.write("c", "v1", [row("x", "steel")])
    bad = replace(row("y", "city"), text=object())  # type: ignore[arg-type]
    with pytest.raises(StoreError, match="failed"):
        parts.write("c", "v1", [row("z", "mill"), bad])
    assert parts.read("c", ["v1"], sentences=True)["v1"].ids == ("x",)
    assert parts.vocabulary.keys() == {"steel"}
    parts.write("c", "v2", [row("z", "mill", "city")])
    assert len(set(parts.vocabulary.values())) == 3


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / SEARCH_FILE).write_bytes(b"no database at all, and long enough to look" * 99)
    with closing(PartStore(tmp_path, 2)) as opened:
        assert versions(opened) == set()
        opened.write("c", "v1", [row("x")])
        assert versions(opened) == {"v1"}


@pytest.mark.parametrize("name", ["FORMAT", "TERMS"])
def test_rows_of_another_form_are_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with closing(PartStore(tmp_path, 2)) as first:
        first.write("c", "v1", [row("x", "steel")])
    with closing(PartStore(tmp_path, 2)) as same:
        assert versions(same) == {"v1"}
    monkeypatch.setattr(store.part_store, name, "another")
    with closing(PartStore(tmp_path, 2)) as other:
        assert (versions(other), dict(other.vocabulary)) == (set(), {})


def test_what_the_disk_does_not_allow_is_said(parts: PartStore, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / SEARCH_FILE)) as other:
        other.execute("drop table chunks")
    with pytest.raises(StoreError) as caught:
        parts.read_node("c", "v1", 0)
    assert caught.value.code == "failed"
    assert caught.value.details["collection"] == SEARCH_FILE
