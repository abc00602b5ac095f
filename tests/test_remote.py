"""Whoever speaks to a server gets what its owner gave, errors included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import (
    CatalogError,
    DuociteError,
    IngestError,
    ModelError,
    RequestError,
    RetryableModelError,
    RetryableStoreError,
    StoreError,
)
from assistant.remote import RemoteOwner
from assistant.running import Running
from assistant.scope import Filters, Turn
from assistant.wire import Asked, IngestOrder, Owns
from store.report import IngestProgress, IngestReport
from tests.support.owners import REPORT, TOKEN, TableOwner, serve

pytestmark = pytest.mark.integration
DOCUMENT = "a/b c?.md"


@pytest.fixture
def table() -> TableOwner:
    return TableOwner()


@pytest.fixture
def remote(table: TableOwner) -> Iterator[RemoteOwner]:
    with serve(table) as running, closing(RemoteOwner(running, "en")) as opened:
        yield opened


@pytest.mark.parametrize(
    "call",
    [
        lambda owner: owner.collections(),
        lambda owner: owner.documents("default"),
        lambda owner: owner.text(DOCUMENT, "default"),
        lambda owner: owner.chunks(DOCUMENT, "default"),
        lambda owner: list(owner.ask(Asked("How much?", form="plain"))),
        lambda owner: list(owner.ask(Asked("造纸多少？", language="zh"))),
        lambda owner: owner.remove([DOCUMENT], "default"),
    ],
)
def test_what_an_owner_gives_arrives_as_it_is(
    remote: RemoteOwner, call: Callable[[Owns], Any]
) -> None:
    assert call(remote) == call(TableOwner())


def test_a_question_arrives_with_all_that_goes_with_it(
    remote: RemoteOwner, table: TableOwner
) -> None:
    filters = Filters(("a.md",), ("Mill",), (2023, 2024), ("zh",))
    asked = Asked("Q?", "default", filters, "zh", (Turn("one", "two"),), "markdown")
    list(remote.ask(asked))
    assert table.asked == [asked]


def test_half_a_character_of_a_question_does_no_harm(
    remote: RemoteOwner, table: TableOwner
) -> None:
    list(remote.ask(Asked("half \ud83d sign")))
    assert table.asked[0].question == "half ? sign"


def test_an_ingest_tells_its_progress_and_its_report(
    remote: RemoteOwner, table: TableOwner
) -> None:
    order = IngestOrder((Path("/a/*.md"),), "c", Path("/catalog.yaml"), True)
    seen: list[IngestProgress] = []
    report = remote.ingest(order, seen.append)
    assert table.orders == [order]
    assert [progress.documents_done for progress in seen] == [0, 1, 2]
    assert isinstance(report, IngestReport)
    assert report.to_json() == REPORT.to_json()


@pytest.mark.parametrize(
    "error",
    [
        StoreError("other_embedding", stored="a", wanted="b"),
        RetryableStoreError("busy", collection="c", holder="h/1"),
        ModelError("refused_key", model="m"),
        RetryableModelError("timeout", model="m"),
        CatalogError("twice", path="/c", entry="e"),
        RequestError("too_long", limit=4000),
    ],
)
def test_an_error_is_raised_here_as_it_was_there(
    remote: RemoteOwner, table: TableOwner, error: DuociteError
) -> None:
    table.error = error
    with pytest.raises(type(error)) as asked:
        list(remote.ask(Asked("Q?")))
    with pytest.raises(type(error)) as ingested:
        remote.ingest(IngestOrder((Path("/a"),)), lambda progress: None)
    with pytest.raises(type(error)) as listed:
        remote.collections()
    for caught in (asked, ingested, listed):
        assert (caught.value.code, caught.value.details) == (error.code, error.details)


def test_what_nobody_foresaw_there_is_an_error_here(remote: RemoteOwner, table: TableOwner) -> None:
    table.error = ZeroDivisionError()
    with pytest.raises(DuociteError, match="unexpected"):
        list(remote.ask(Asked("Q?")))


def test_a_relative_path_means_nothing_to_another_process(remote: RemoteOwner) -> None:
    with pytest.raises(RequestError, match="relative"):
        remote.ingest(IngestOrder((Path("docs"),)), lambda progress: None)


def test_who_stops_listening_stops_the_ingest(remote: RemoteOwner, table: TableOwner) -> None:
    table.steps = 1_000_000_000

    def leave(progress: IngestProgress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        remote.ingest(IngestOrder((Path("/a"),)), leave)
    assert table.ended.wait(20)


def test_a_server_that_is_gone_is_told_from_one_that_refuses(remote: RemoteOwner) -> None:
    gone = RemoteOwner(Running("http://127.0.0.1:9", 77, TOKEN), "en")
    with closing(gone), pytest.raises(RetryableStoreError) as caught:
        gone.collections()
    assert (caught.value.code, caught.value.details) == ("server_gone", {"pid": 77})
    stranger = RemoteOwner(Running(str(remote._client.base_url), 1, "another"), "en")
    with closing(stranger), pytest.raises(RequestError, match="token_only"):
        stranger.ingest(IngestOrder((Path("/a"),)), lambda _: None)


def test_the_token_is_not_printed() -> None:
    assert TOKEN not in repr(Running("http://127.0.0.1:9", 77, TOKEN))


def test_a_document_error_is_one_of_its_own_kind(remote: RemoteOwner) -> None:
    report = remote.ingest(IngestOrder((Path("/a"),)), lambda progress: None)
    [(path, error)] = report.failed
    assert (path, error.code, type(error)) == (Path("/a/bad.md"), "encoding", IngestError)
