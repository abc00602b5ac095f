"""Turns at writing, within a process and between processes that share a server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from assistant.errors import RetryableStoreError, StoreError
from store import writers
from store.chroma import Store, open_store
from store.collection import Collection
from store.connection import ChromaServer
from store.embedding import HashEmbedding
from store.ledger import DocumentRecord
from store.writers import Lease, Writers

Put = Callable[..., DocumentRecord]
Open = Callable[[str], Store]


@pytest.fixture
def open_own(tmp_path: Path, empty_chroma: ChromaServer) -> Iterator[Open]:
    """Stores on one server, each in a data folder of its own, as two processes have."""
    opened: list[Store] = []

    def open_one(name: str) -> Store:
        opened.append(open_store(tmp_path / name, HashEmbedding(), server=empty_chroma))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def one(open_own: Open) -> Collection:
    return open_own("one").collection("c", create=True)


@pytest.fixture
def two(one: Collection, open_own: Open) -> Collection:
    return open_own("two").collection("c")


def insist(write: Callable[[], object]) -> None:
    """Write as soon as nobody else does."""
    while True:
        try:
            write()
        except RetryableStoreError:
            continue
        return


@contextmanager
def silent_holder(collection: Collection) -> Iterator[Lease]:
    """A lease whose holder has died: nobody renews it."""
    lease = Lease(collection._documents)
    assert lease.take() is None
    lease._ended.set()
    lease._beats.join()
    yield lease


def test_threads_of_a_process_take_turns() -> None:
    turns, began = Writers("c"), threading.Event()
    done = threading.Event()

    def write() -> None:
        with turns.turn():
            began.set()
            done.wait(10)

    thread = threading.Thread(target=write)
    thread.start()
    began.wait(10)
    with pytest.raises(StoreError) as caught, turns.turn(wait=0.1):
        pass
    done.set()
    thread.join()
    assert caught.value.code == "busy"
    assert caught.value.details["collection"] == "c"
    with turns.turn(wait=0), turns.turn(wait=0):  # a thread may ask again while it has it
        pass


@pytest.mark.integration
def test_what_one_writes_the_other_sees_after_a_look(
    one: Collection, two: Collection, put: Put
) -> None:
    record = put(one, "a.txt", "one\ntwo")
    assert two.documents() == []
    before = two.version
    two.refresh()
    assert two.documents() == [record]
    assert two.version == one.version != before
    assert two.text("a.txt") == "one\ntwo"
    one.remove("a.txt")
    two.refresh()
    assert two.documents() == []


@pytest.mark.integration
def test_token_vectors_of_what_others_changed_are_forgotten(
    one: Collection, two: Collection, put: Put
) -> None:
    put(one, "a.txt", "one", tokens=True)
    put(two, "a.txt", "two")
    one.refresh()
    assert one.find_stale_tokens() == set()
    assert one.read_tokens(one.load().nodes[0]) is None


@pytest.mark.integration
def test_a_look_reads_the_ledger_only_where_it_changed(
    one: Collection, two: Collection, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(one, "a.txt", "one")
    two.refresh()
    monkeypatch.setattr("store.registry.read_records", None)
    two.refresh()
    put_by_two = two.documents()
    assert [record.id for record in put_by_two] == ["a.txt"]


@pytest.mark.integration
def test_while_one_writes_the_other_is_told_who(one: Collection, two: Collection, put: Put) -> None:
    with one.turn():
        began = time.monotonic()
        with pytest.raises(StoreError) as caught:
            put(two, "b.txt", "two")
        assert time.monotonic() - began < writers.EXPIRY
        put(one, "a.txt", "one")
    assert caught.value.code == "busy"
    assert caught.value.details["holder"] == writers.describe_self()
    put(two, "b.txt", "two")
    assert [record.id for record in two.documents()] == ["a.txt", "b.txt"]


@pytest.mark.integration
def test_of_many_who_ask_at_once_one_gets_it(
    one: Collection, two: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = threading.Barrier(6)
    got: list[bool] = []

    def ask(collection: Collection) -> None:
        lease = Lease(collection._documents)
        ready.wait()
        got.append(lease.take() is None)
        time.sleep(2 * writers.BEAT)
        if lease.is_held():
            lease.give_up()

    threads = [threading.Thread(target=ask, args=(each,)) for each in (one, two) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False] * 5 + [True]


@pytest.mark.integration
def test_a_dead_writer_s_turn_passes_on(
    one: Collection, two: Collection, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "EXPIRY", 1.0)
    with silent_holder(one) as dead:
        assert dead.is_held()
        put(two, "a.txt", "one")
        assert not dead.is_held()


@pytest.mark.integration
def test_who_was_taken_for_dead_writes_no_more(
    one: Collection, two: Collection, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "EXPIRY", 1.0)
    monkeypatch.setattr(writers, "BEAT", 60.0)
    with one.turn():
        put(one, "a.txt", "one")
        put(two, "a.txt", "two")
        with pytest.raises(StoreError, match="lost_turn"):
            put(one, "a.txt", "three")
    two.refresh()
    assert two.text("a.txt") == "two"
    assert [node.text for node in two.load().nodes] == ["two"]


@pytest.mark.integration
def test_only_the_last_lease_is_kept(one: Collection, put: Put) -> None:
    for number in range(4):
        put(one, "a.txt", f"text {number}")
    leases = one._documents.get(where={"kind": "lease"}, include=["metadatas"])
    assert len(leases["ids"]) == 1
    assert (leases["metadatas"] or [{}])[0]["free"] is True


@pytest.mark.integration
def test_a_collection_that_changes_while_it_is_read_is_read_again(
    one: Collection, two: Collection, put: Put
) -> None:
    put(one, "a.txt", "one\ntwo")
    two.refresh()
    put(one, "a.txt", "three")
    assert [node.text for node in two.load().nodes] == ["three"]


@pytest.mark.integration
def test_documents_go_in_from_both_sides_and_none_is_lost(
    one: Collection, two: Collection, put: Put
) -> None:
    def fill(collection: Collection, name: str) -> None:
        for number in range(5):
            text = f"{number} of {name}"
            insist(partial(put, collection, f"{text}.txt", text))
            insist(partial(put, collection, "both.txt", text))

    threads = [threading.Thread(target=fill, args=given) for given in ((one, "one"), (two, "two"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    one.refresh()
    two.refresh()
    assert one.version == two.version
    assert len(one.documents()) == 11
    assert len(one.load().nodes) == 11
    assert one.sweep() == frozenset()
