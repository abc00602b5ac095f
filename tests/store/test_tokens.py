from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import StoreError
from store.tokens import TOKENS_FILE, TokenShelf, TokenStore
from store.vectors import TokenRows, Vectors

Build = Callable[[int, int], Vectors]
DIMENSION = 8


@pytest.fixture
def tokens(tmp_path: Path) -> Iterator[TokenStore]:
    store = TokenStore(tmp_path, DIMENSION)
    yield store
    store.close()


def rows_of(*starts: int, seed: int = 1) -> TokenRows:
    drawn = np.random.default_rng(seed).normal(size=(len(starts), DIMENSION))
    unit = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return TokenRows(unit.astype(np.float32), np.array(starts, dtype=np.int32))


def check_same(found: TokenRows | None, wanted: TokenRows) -> None:
    assert found is not None
    assert found.starts.tolist() == wanted.starts.tolist()
    assert found.vectors.dtype == np.float32
    assert np.sum(found.vectors * wanted.vectors, axis=1).min() > 0.999
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-6)


def test_what_was_written_is_read(tokens: TokenStore) -> None:
    first, second = rows_of(0, 5, 70_000), rows_of(3, seed=2)
    tokens.write("reports", "v1", {"a": first, "b": second})
    check_same(tokens.read("reports", "v1", "a"), first)
    check_same(tokens.read("reports", "v1", "b"), second)


def test_what_was_not_written_is_not_there(tokens: TokenStore) -> None:
    tokens.write("reports", "v1", {"a": rows_of(0)})
    for key in (("reports", "v1", "b"), ("reports", "v2", "a"), ("others", "v1", "a")):
        assert tokens.read(*key) is None


def test_rows_that_were_there_are_replaced(tokens: TokenStore) -> None:
    tokens.write("reports", "v1", {"a": rows_of(0, 5), "b": rows_of(1)})
    tokens.write("reports", "v1", {"a": rows_of(9, seed=3)})
    check_same(tokens.read("reports", "v1", "a"), rows_of(9, seed=3))
    check_same(tokens.read("reports", "v1", "b"), rows_of(1))


def test_rows_survive_reopening(tmp_path: Path) -> None:
    first = TokenStore(tmp_path, DIMENSION)
    first.write("reports", "v1", {"a": rows_of(0, 5)})
    first.close()
    second = TokenStore(tmp_path, DIMENSION)
    check_same(second.read("reports", "v1", "a"), rows_of(0, 5))
    second.close()


def test_other_versions_of_that_collection_alone_are_deleted(tokens: TokenStore) -> None:
    for collection in ("reports", "others"):
        for version in ("v1", "v2", "v3"):
            tokens.write(collection, version, {"a": rows_of(0), "b": rows_of(1)})
    tokens.keep("reports", iter(["v2", "v9"]))
    held = {
        (collection, version)
        for collection in ("reports", "others")
        for version in ("v1", "v2", "v3")
        if tokens.read(collection, version, "a") and tokens.read(collection, version, "b")
    }
    assert held == {("reports", "v2"), ("others", "v1"), ("others", "v2"), ("others", "v3")}


def test_nothing_is_kept_of_a_collection_without_documents(tokens: TokenStore) -> None:
    tokens.write("reports", "v1", {"a": rows_of(0)})
    tokens.keep("reports", [])
    assert tokens.read("reports", "v1", "a") is None


def test_deletion_survives_reopening(tmp_path: Path) -> None:
    first = TokenStore(tmp_path, DIMENSION)
    first.write("reports", "v1", {"a": rows_of(0)})
    first.keep("reports", [])
    first.close()
    second = TokenStore(tmp_path, DIMENSION)
    assert second.read("reports", "v1", "a") is None
    second.close()


def test_a_vector_takes_a_byte_a_dimension(tokens: TokenStore, tmp_path: Path) -> None:
    rows = rows_of(*range(20_000))
    tokens.write("reports", "v1", {"a": rows})
    tokens.close()
    assert (tmp_path / TOKENS_FILE).stat().st_size < 20_000 * (DIMENSION + 4) * 1.1


def test_names_are_data_not_sql(tokens: TokenStore) -> None:
    name = "reports'; drop table tokens; --"
    tokens.write(name, "v'1", {'a"b': rows_of(0)})
    check_same(tokens.read(name, "v'1", 'a"b'), rows_of(0))
    tokens.keep(name, [])
    assert tokens.read(name, "v'1", 'a"b') is None


def test_threads_may_share_a_store(tokens: TokenStore) -> None:
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(30):
                tokens.write("reports", "v1", {f"{number}/{turn}": rows_of(number, turn + 10)})
                check_same(
                    tokens.read("reports", "v1", f"{number}/{turn}"), rows_of(number, turn + 10)
                )
        except (StoreError, AssertionError) as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert all(tokens.read("reports", "v1", f"{n}/{m}") for n in range(4) for m in range(30))


def test_a_write_that_fails_leaves_nothing_of_it(tokens: TokenStore) -> None:
    tokens._database.execute(
        "create trigger full before insert on tokens when new.chunk = 'b' "
        "begin select raise(abort, 'database or disk is full'); end"
    )
    with pytest.raises(StoreError) as caught:
        tokens.write("reports", "v1", {"a": rows_of(0), "b": rows_of(1)})
    assert caught.value.code == "failed"
    assert caught.value.details == {
        "collection": TOKENS_FILE,
        "reason": "database or disk is full",
    }
    assert tokens.read("reports", "v1", "a") is None
    tokens.write("reports", "v1", {"c": rows_of(2)})
    check_same(tokens.read("reports", "v1", "c"), rows_of(2))


def test_a_file_that_is_no_database_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / TOKENS_FILE).write_bytes(b"not a database, but long enough to be read as one" * 40)
    tokens = TokenStore(tmp_path, DIMENSION)
    assert tokens.read("reports", "v1", "a") is None
    tokens.write("reports", "v1", {"a": rows_of(0)})
    check_same(tokens.read("reports", "v1", "a"), rows_of(0))
    tokens.close()


def test_a_folder_that_is_gone_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="failed"):
        TokenStore(tmp_path / "none", DIMENSION)


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    tokens = TokenStore(tmp_path, DIMENSION)
    tokens.close()
    with pytest.raises(StoreError, match="failed"):
        tokens.read("reports", "v1", "a")
    with pytest.raises(StoreError, match="failed"):
        tokens.write("reports", "v1", {"a": rows_of(0)})
    with pytest.raises(StoreError, match="failed"):
        tokens.keep("reports", [])


def test_shelves_of_two_collections_are_apart(tokens: TokenStore) -> None:
    reports, others = TokenShelf(tokens, "reports"), TokenShelf(tokens, "others")
    reports.write("v1", ["a", "b"], [rows_of(0), rows_of(1, 2)])
    check_same(reports.read("v1", "b"), rows_of(1, 2))
    assert others.read("v1", "b") is None
    others.keep([])
    check_same(reports.read("v1", "a"), rows_of(0))
    reports.keep(["v2"])
    assert reports.read("v1", "a") is None


def test_chunks_without_tokens_are_left_out_of_a_shelf(tokens: TokenStore) -> None:
    shelf = TokenShelf(tokens, "reports")
    shelf.write("v1", ["a", "b"], [rows_of(), rows_of(4)])
    assert shelf.read("v1", "a") is None
    check_same(shelf.read("v1", "b"), rows_of(4))


def test_a_shelf_wants_rows_for_every_chunk(tokens: TokenStore) -> None:
    with pytest.raises(ValueError, match="zip"):
        TokenShelf(tokens, "reports").write("v1", ["a", "b"], [rows_of(0)])


def test_versions_that_are_stale_or_broken_are_found_and_dropped(tokens: TokenStore) -> None:
    for version in ("old", "now", "broken"):
        tokens.write("c", version, {"x": rows_of(0, 5)})
    tokens.write("other", "old", {"x": rows_of(0)})
    tokens._database.execute("update tokens set starts = x'00' where version = 'broken'")
    assert tokens.find_stale("c", {"now", "broken"}) == {"old", "broken"}
    tokens.drop("c", "old")
    assert tokens.read("c", "old", "x") is None
    assert tokens.read("c", "now", "x") is not None
    assert tokens.read("other", "old", "x") is not None
